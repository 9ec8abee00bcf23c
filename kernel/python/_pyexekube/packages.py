"""Which packages a script could import: what importlib.metadata would list, from the names of folders alone, in well under a millisecond."""

import json
import os
import sys

_MOST = 5000
_seen = None
_told = "[]"


def _text(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(10_000).strip()
    except OSError:
        return ""


def _source(path):
    """Where Pyodide loaded it from, with the hash, as it notes that beside the package; None where it does not."""
    url, digest = _text(path + "/PYODIDE_URL"), _text(path + "/PYODIDE_SHA256")
    if not url:
        return None
    return (url + "#sha256=" + digest if digest else url)[:2000]


def _found(folder, entry):
    """A name and a version, as folders beside packages, and wheels, are called."""
    stem, kind = os.path.splitext(entry)
    if kind not in (".dist-info", ".egg-info", ".whl"):
        return None
    name, _, version = stem.partition("-")
    # As the index names it (packaging.python.org, "Names and normalization").
    name = "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part)
    version = version.partition("-")[0]
    if not name or not version:
        return None
    source = None if kind == ".whl" else _source(f"{folder}/{entry}")
    return {"name": name, "version": version, "source": source, "isInstalled": "/site-packages" in folder}


def _list(path):
    found = {}
    for folder in path:
        try:
            names = [os.path.basename(folder)] if folder.endswith(".whl") else sorted(os.listdir(folder or "."))
        except OSError:
            continue
        for entry in names:
            package = _found(folder, entry)
            if package is not None and len(found) < _MOST:
                found.setdefault(package["name"], package)
    return [found[name] for name in sorted(found)]


def _changed(path):
    stamps = []
    for folder in path:
        try:
            stamps.append(os.stat(folder or ".").st_mtime_ns if folder.endswith("site-packages") else 0)
        except OSError:
            stamps.append(-1)
    return path, stamps


def told(has_new_files):
    """JSON: each with name, version, source and isInstalled (into the interpreter, not beside the script). Looks anew only where something may have changed."""
    global _seen, _told
    try:
        state = _changed([entry for entry in sys.path if isinstance(entry, str)])
        if has_new_files or state != _seen:
            _told = json.dumps(_list(state[0]))
            _seen = state
        return _told
    except Exception:
        # A script may have replaced anything that this uses.
        return None
