"""The workspace's files inside the interpreter, and modules that follow their files."""

import importlib
import os
import sys

ROOT = "/workspace"


def path_of(name):
    """The absolute path of a file of the workspace; one that leads out of it is refused."""
    path = os.path.normpath(os.path.join(ROOT, name.replace("\\", "/")))
    if not path.startswith(ROOT + "/"):
        raise ValueError(f"{name!r} lies outside the workspace")
    return path


def sync(names, datas):
    """Writes the files that changed (None removes one), and forgets the workspace's modules when code is among them."""
    code = False
    for name, data in zip(names, datas):
        path = path_of(name)
        code = code or path.endswith(".py")
        if data is None:
            try:
                os.remove(path)
            except FileNotFoundError:
                pass
            continue
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data.to_bytes() if hasattr(data, "to_bytes") else data)
    if code:
        forget_modules()


def forget_modules():
    """All of the workspace's modules, since one that did not change may have imported one that did."""
    for name, module in list(sys.modules.items()):
        if name != "__main__" and _is_ours(module):
            del sys.modules[name]
    importlib.invalidate_caches()


def _is_ours(module):
    # A package without __init__.py has no file, but a path.
    spec = getattr(module, "__spec__", None)
    places = [getattr(module, "__file__", None), *(getattr(spec, "submodule_search_locations", None) or ())]
    return any(isinstance(place, str) and place.startswith(ROOT + "/") for place in places)


def prepare():
    os.makedirs(ROOT, exist_ok=True)
    os.chdir(ROOT)
    # As `python file.py` has the script's folder first.
    sys.path[:] = [ROOT, *(entry for entry in sys.path if entry not in ("", ROOT))]
