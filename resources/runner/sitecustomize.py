"""What a script in a pod has beside plain Python: display(), figures, and an exception told with its frames (PROTOCOL.md).

Python imports this module by its name before the script (docs.python.org, "site"), because runner.py puts its folder into PYTHONPATH.
It takes itself out again at once, so that the script and its children see the path that they would have without it.
Standard library only, Python 3.8 and newer; what is not needed at every start is imported where it is used.
"""

import os
import sys


def _take_away():
    """Undoes what runner.py did to the environment. Gives what it said, or None in a Python that it did not start."""
    told = os.environ.pop("PYEXEKUBE_HOOK", None)
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry != here]
    if told is None:
        return None
    token, spool, files, path = told.split("\n", 3)
    if path:
        os.environ["PYTHONPATH"] = path
    else:
        os.environ.pop("PYTHONPATH", None)
    return {"token": token, "spool": spool, "files": files}


_settings = _take_away()
_METHODS = (
    ("_repr_html_", "text/html"),
    ("_repr_markdown_", "text/markdown"),
    ("_repr_svg_", "image/svg+xml"),
    ("_repr_png_", "image/png"),
    ("_repr_jpeg_", "image/jpeg"),
    ("_repr_latex_", "text/latex"),
    ("_repr_json_", "application/json"),
)
_PLAIN_CHARACTERS = 200000
_ID_CHARACTERS = 200
# For the error that ends a script; a traceback of a deep recursion is long.
_TRACEBACK_CHARACTERS = 200000
_FRAMES = 200


def _open_streams():
    """The pipes to the runner, kept apart from 1 and 2, which a script may point elsewhere. Not inherited by its children."""
    _settings["out"] = os.dup(1)
    _settings["err"] = os.dup(2)
    _settings["count"] = 0


def _hand_over(kind, text, stream):
    """Leaves a document in the spool folder and tells its place in the stream by a line that is written in one piece."""
    for own in (sys.stdout, sys.stderr):
        try:
            own.flush()
        except Exception:
            pass
    _settings["count"] += 1
    name = "%d-%d-%d" % (os.getpid(), _thread_id(), _settings["count"])
    with open(os.path.join(_settings["spool"], name), "w", encoding="ascii", errors="backslashreplace") as file:
        file.write(text)
    # Shorter than PIPE_BUF, so what other threads print cannot fall into it.
    os.write(_settings[stream], ("\x1epyexekube-%s:%s:%s\n" % (_settings["token"], kind, name)).encode("ascii"))


def _thread_id():
    import threading

    return threading.get_ident()


def _shorten(text, limit=_PLAIN_CHARACTERS):
    return text if len(text) <= limit else "%s… (%s characters)" % (text[:limit], format(len(text), ","))


def _report(value, method):
    """A broken repr is shown as the script's own error, and the other forms are still tried."""
    import traceback

    print("%s.%s failed:" % (type(value).__name__, method), file=sys.stderr)
    traceback.print_exc(limit=-3, file=sys.stderr)


def _plain(value):
    try:
        return _shorten(repr(value))
    except Exception as error:
        _report(value, "__repr__")
        return "<%s whose repr failed: %s>" % (type(value).__name__, type(error).__name__)


def _method(value, name):
    # A class has its instances' methods unbound: it is shown as a class.
    if isinstance(value, type):
        return None
    try:
        # As Jupyter does, so that objects which answer to every name are not taken for displays.
        if getattr(value, "_ipython_canary_method_should_not_exist_", None) is not None:
            return None
        method = getattr(value, name, None)
    except Exception:
        return None
    return method if callable(method) else None


def _data(mime, data):
    if isinstance(data, tuple) and len(data) == 2 and isinstance(data[1], dict):
        data = data[0]
    if isinstance(data, (bytes, bytearray, memoryview)):
        import base64

        return base64.b64encode(bytes(data)).decode("ascii")
    if mime == "application/json" or mime.endswith("+json"):
        return data
    return data if isinstance(data, str) else str(data)


def _is_figure(value):
    figures = sys.modules.get("matplotlib.figure")
    return figures is not None and isinstance(value, figures.Figure)


def _png_of(figure):
    import io

    file = io.BytesIO()
    figure.savefig(file, format="png", bbox_inches="tight")
    return _data("image/png", file.getvalue())


def _bundle_of(value, include=None, exclude=None):
    """Every form in which a value can be shown; text/plain is always one of them."""
    bundle = {}
    everything = _method(value, "_repr_mimebundle_")
    if everything is not None:
        try:
            found = everything(include=include, exclude=exclude)
            if isinstance(found, tuple):
                found = found[0]
            for mime, data in (found or {}).items():
                bundle[str(mime)] = _data(str(mime), data)
        except Exception:
            _report(value, "_repr_mimebundle_")
    for name, mime in _METHODS:
        method = None if mime in bundle else _method(value, name)
        if method is None:
            continue
        try:
            data = method()
            if data is not None:
                bundle[mime] = _data(mime, data)
        except Exception:
            _report(value, name)
    if "image/png" not in bundle and _is_figure(value):
        bundle["image/png"] = _png_of(value)
    if include:
        bundle = {mime: data for mime, data in bundle.items() if mime in include}
    if exclude:
        bundle = {mime: data for mime, data in bundle.items() if mime not in exclude}
    if not isinstance(bundle.get("text/plain"), str):
        bundle["text/plain"] = _plain(value)
    return bundle


class DisplayHandle:
    """What display(..., display_id=...) gives: the place of an output, to be drawn anew."""

    def __init__(self, display_id=None):
        self.display_id = display_id or _new_id()

    def __repr__(self):
        return "<DisplayHandle display_id=%s>" % self.display_id

    def display(self, value, **options):
        display(value, display_id=self.display_id, **options)

    def update(self, value, **options):
        update_display(value, display_id=self.display_id, **options)


def _new_id():
    import uuid

    return uuid.uuid4().hex


def display(
    *values, include=None, exclude=None, metadata=None, transient=None, display_id=None, raw=False, clear=False, update=False, **_
):
    """Shows values in their richest form. With display_id (a name, or True for a new one) the output can be redrawn later."""
    if display_id is True:
        display_id = _new_id()
    if display_id is not None:
        display_id = str(display_id)[:_ID_CHARACTERS]
    if update and display_id is None:
        raise TypeError("display_id required for update_display")
    for value in values:
        own = None if raw else _method(value, "_ipython_display_")
        if own is not None and not update:
            own()
            continue
        if raw and isinstance(value, dict):
            bundle = {str(mime): _data(str(mime), data) for mime, data in value.items()}
            bundle.setdefault("text/plain", "")
        else:
            bundle = _bundle_of(value, include, exclude)
        event = {"bundle": bundle}
        if display_id is not None:
            event["displayId"] = display_id
        if update:
            event["update"] = True
        _hand_over("d", _serialise(event), "out")
    return DisplayHandle(display_id) if display_id is not None else None


def _serialise(event):
    """The event as JSON, or with a note in the bundle's place where it is no JSON. The runner looks at its size."""
    import json

    try:
        return json.dumps(event, allow_nan=False, default=str)
    except (TypeError, ValueError, RecursionError) as error:
        note = "(not shown: %s: %s)" % (type(error).__name__, error)
    event["bundle"] = {"text/plain": _shorten(("%s\n%s" % (event["bundle"].get("text/plain", ""), note)).lstrip())}
    return json.dumps(event)


def update_display(value, *, display_id, **options):
    """Draws an output anew, wherever it stands."""
    display(value, display_id=display_id, update=True, **options)


def _own_file(name):
    """The path of a file of the script's among its files, or None of any other, and of what is no file: `<string>`."""
    own = os.path.join(_settings["files"], "")
    # 3.8 has the script's name as the command line said it: relative.
    file = os.path.normpath(os.path.join(own, name))
    return None if name.startswith("<") or not file.startswith(own) else file[len(own):]


def _frames_of(walked):
    """The frames of the script's own files, outermost first, with columns where Python knows them (3.11)."""
    import itertools

    frames = []
    while walked is not None:
        code = walked.tb_frame.f_code
        file = _own_file(code.co_filename)
        if file is not None and walked.tb_lineno is not None:
            frame = {"file": file, "line": walked.tb_lineno, "name": code.co_name}
            positions = getattr(code, "co_positions", None)
            if positions is not None and walked.tb_lasti >= 0:
                place = next(itertools.islice(positions(), walked.tb_lasti // 2, None), None)
                if place is not None:
                    frame.update(_columns(place))
            frames.append(frame)
        walked = walked.tb_next
    return frames[-_FRAMES:]


def _columns(place):
    _, end_line, column, end_column = place
    found = {}
    if column is not None:
        found["column"] = column + 1
    if end_line is not None:
        found["endLine"] = end_line
    if end_column is not None:
        found["endColumn"] = end_column + 1
    return found


def _hook(kind, value, trace):
    """In the place of sys.excepthook: the exception as one document instead of text, unless stderr is not the runner's any more."""
    stderr = sys.stderr
    usual = stderr is not None and stderr is sys.__stderr__ and os.path.sameopenfile(2, _settings["err"])
    # An interrupt, too, leads to the line at which a cancel has found the script.
    if not usual or not issubclass(kind, (Exception, KeyboardInterrupt)):
        return sys.__excepthook__(kind, value, trace)
    try:
        import io
        import json

        sys.stderr = caught = io.StringIO()
        try:
            sys.__excepthook__(kind, value, trace)
        finally:
            sys.stderr = stderr
        frames = _frames_of(trace)
        if isinstance(value, SyntaxError) and value.filename and value.lineno:
            frames += _syntax_frame(value)
        try:
            # Its text would name the script as it is called in the pod.
            message = value.msg if isinstance(value, SyntaxError) and isinstance(value.msg, str) else str(value)
        except Exception:
            message = ""
        module = kind.__module__
        name = kind.__qualname__ if module in ("builtins", "__main__") else "%s.%s" % (module, kind.__qualname__)
        document = {"name": name[:1000], "message": message[:60000], "traceback": _shorten(caught.getvalue(), _TRACEBACK_CHARACTERS), "frames": frames}
        _hand_over("x", json.dumps(document), "err")
    except Exception:
        sys.__excepthook__(kind, value, trace)
    if issubclass(kind, KeyboardInterrupt):
        _interrupted()


def _interrupted():
    """CPython ends by SIGINT when the last text that it compiled and ran has ended so; the imports above have made it forget."""
    try:
        exec("raise KeyboardInterrupt", {})
    except KeyboardInterrupt:
        pass


def _syntax_frame(error):
    file = _own_file(error.filename)
    if file is None:
        return []
    frame = {"file": file, "line": error.lineno, "name": "<module>"}
    if error.offset:
        frame["column"] = max(1, error.offset)
    return [frame]


def _after_pyplot(pyplot):
    """show() of a backend without a window shows the open figures here, as a notebook does, and closes them."""
    import functools

    usual = pyplot.show

    @functools.wraps(usual)
    def show(*args, **options):
        if pyplot.get_backend().lower() != "agg":
            return usual(*args, **options)
        for number in pyplot.get_fignums():
            display(pyplot.figure(number))
        pyplot.close("all")
        return None

    pyplot.show = show


def _after_ipython(functions):
    functions.display = display
    functions.update_display = update_display
    functions.DisplayHandle = DisplayHandle


_AFTER = {"matplotlib.pyplot": _after_pyplot, "IPython.core.display_functions": _after_ipython}


class _AfterImport:
    """Lets a few modules be imported by whoever finds them, and then adds to them (PEP 302)."""

    def find_spec(self, name, path=None, target=None):
        after = _AFTER.get(name)
        if after is None:
            return None
        del _AFTER[name]
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = None if find is None else find(name, path, target)
            if spec is not None and hasattr(spec.loader, "exec_module"):
                return _executing(spec, after)
        return None


def _executing(spec, after):
    usual = spec.loader.exec_module

    def exec_module(module):
        usual(module)
        try:
            after(module)
        except Exception:
            pass

    try:
        spec.loader.exec_module = exec_module
    except AttributeError:
        pass
    return spec


class _DisplayObject:
    """Data given as such, or read from a file: the part of IPython.display that scripts use."""

    _binary = False

    def __init__(self, data=None, url=None, filename=None, **_):
        if url is not None:
            raise ValueError("url= is not supported without IPython: read the data first")
        if data is None and filename is not None:
            with open(filename, "rb" if self._binary else "r") as file:
                data = file.read()
        self.data = data


def _display_class(name, method, convert=None):
    show = (lambda self: convert(self.data)) if convert else (lambda self: self.data)
    return type(name, (_DisplayObject,), {method: show, "__module__": "IPython.display"})


def _json_of(data):
    import json

    return json.loads(data) if isinstance(data, str) else data


def _image_of(data):
    import base64

    data = base64.b64decode(data) if isinstance(data, str) else data
    mime = "image/jpeg" if data[:3] == b"\xff\xd8\xff" else "image/gif" if data[:4] == b"GIF8" else "image/png"
    return {mime: data}


class _StandIn:
    """IPython.display where there is no IPython, and for the script's own files alone: libraries look for IPython to find out where they are."""

    def find_spec(self, name, path=None, target=None):
        if name not in ("IPython", "IPython.display") or not self._asked_by_script():
            return None
        from importlib.util import spec_from_loader

        return spec_from_loader(name, self, is_package=name == "IPython")

    @staticmethod
    def _asked_by_script():
        frame = sys._getframe(2)
        while frame is not None and "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        return frame is not None and os.path.join(_settings["files"], frame.f_code.co_filename).startswith(os.path.join(_settings["files"], ""))

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        if module.__name__ == "IPython":
            module.get_ipython = lambda: None
            return
        module.__dict__.update(display=display, update_display=update_display, DisplayHandle=DisplayHandle, DisplayObject=_DisplayObject)
        module.clear_output = lambda wait=False: None
        for name, method, convert in (
            ("HTML", "_repr_html_", None),
            ("Markdown", "_repr_markdown_", None),
            ("Latex", "_repr_latex_", None),
            ("Math", "_repr_latex_", lambda data: "$\\displaystyle %s$" % data.strip("$")),
            ("SVG", "_repr_svg_", None),
            ("Pretty", "__repr__", str),
            ("JSON", "_repr_json_", _json_of),
        ):
            setattr(module, name, _display_class(name, method, convert))
        module.Image = type("Image", (_DisplayObject,), {"_binary": True, "__module__": "IPython.display", "_repr_mimebundle_": lambda self, **_: _image_of(self.data)})


def _install():
    import builtins

    _open_streams()
    builtins.display = display
    sys.excepthook = _hook
    sys.meta_path.insert(0, _AfterImport())
    sys.meta_path.append(_StandIn())
    _tell_places()


def _tell_places():
    """Where packages are: the runner looks there which ones, while the script runs."""
    name = "%d-0" % os.getpid()
    try:
        with open(os.path.join(_settings["spool"], name), "wb") as file:
            file.write(os.fsencode("\0".join(sys.path)))
        os.write(_settings["out"], ("\x1epyexekube-%s:v:%s\n" % (_settings["token"], name)).encode("ascii"))
    except (OSError, ValueError):
        pass


def _next_sitecustomize():
    """The image's own, found as if this one were not there. Without one, Python is told what it would have found out: there is none."""
    # importlib.util would do the same, and import a dozen modules for it.
    from _frozen_importlib import module_from_spec

    found = (finder.find_spec("sitecustomize", None) for finder in sys.meta_path if hasattr(finder, "find_spec"))
    spec = next((spec for spec in found if spec is not None), None)
    if spec is None or spec.loader is None:
        raise ImportError("No module named 'sitecustomize'", name="sitecustomize")
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


if _settings is not None:
    _install()
_next_sitecustomize()
