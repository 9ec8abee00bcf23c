"""display() and MIME bundles, as Jupyter has them (jupyter-client.readthedocs.io, "display_data")."""

import base64
import json
import sys
import traceback
import uuid

from . import host, streams

# Longest text/plain, in characters; the window takes no text longer than that.
PLAIN_CHARACTERS = 200_000
# Longest bundle, in characters of JSON.
BUNDLE_CHARACTERS = 15 * 1024 * 1024
# The window's limit on a name.
ID_CHARACTERS = 200

METHODS = {
    "_repr_html_": "text/html",
    "_repr_markdown_": "text/markdown",
    "_repr_svg_": "image/svg+xml",
    "_repr_png_": "image/png",
    "_repr_jpeg_": "image/jpeg",
    "_repr_latex_": "text/latex",
    "_repr_json_": "application/json",
}


def shorten(text, limit=PLAIN_CHARACTERS):
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text):,} characters)"


def plain(value):
    try:
        return shorten(repr(value))
    except Exception as error:
        _report(value, "__repr__")
        return f"<{type(value).__name__} whose repr failed: {type(error).__name__}>"


def _report(value, method):
    """A broken repr is shown as the script's own error, and the other forms are still tried."""
    print(f"{type(value).__name__}.{method} failed:", file=sys.stderr)
    traceback.print_exc(limit=-3, file=sys.stderr)


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
        return base64.b64encode(bytes(data)).decode("ascii")
    if mime == "application/json" or mime.endswith("+json"):
        return data
    return data if isinstance(data, str) else str(data)


def bundle_of(value, include=None, exclude=None):
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
    for name, mime in METHODS.items():
        method = None if mime in bundle else _method(value, name)
        if method is None:
            continue
        try:
            data = method()
            if data is not None:
                bundle[mime] = _data(mime, data)
        except Exception:
            _report(value, name)
    if include:
        bundle = {mime: data for mime, data in bundle.items() if mime in include}
    if exclude:
        bundle = {mime: data for mime, data in bundle.items() if mime not in exclude}
    if not isinstance(bundle.get("text/plain"), str):
        bundle["text/plain"] = plain(value)
    return bundle


def _serialise(event):
    """The event as JSON, or with a note in the bundle's place where it is too large or no JSON."""
    note = None
    try:
        text = json.dumps(event, allow_nan=False, default=str)
        if len(text) <= BUNDLE_CHARACTERS:
            return text
        note = f"(a display of {len(text) // 1_000_000} MB is not shown: the limit is 16 MB)"
    except (TypeError, ValueError, RecursionError) as error:
        note = f"(not shown: {type(error).__name__}: {error})"
    event["bundle"] = {"text/plain": shorten(f"{event['bundle'].get('text/plain', '')}\n{note}".lstrip())}
    return json.dumps(event)


def emit(event):
    """Hands a display or result over, after all that was printed before it."""
    text = _serialise(event)
    streams.flush()
    if host.bridge.output(text):
        host.check_interrupt()


class DisplayHandle:
    """What display(..., display_id=...) gives: the place of an output, to be drawn anew."""

    def __init__(self, display_id=None):
        self.display_id = display_id or uuid.uuid4().hex

    def __repr__(self):
        return f"<DisplayHandle display_id={self.display_id}>"

    def display(self, value, **options):
        display(value, display_id=self.display_id, **options)

    def update(self, value, **options):
        update_display(value, display_id=self.display_id, **options)


def display(
    *values, include=None, exclude=None, metadata=None, transient=None, display_id=None, raw=False, clear=False, update=False
):
    """Shows values in their richest form. With display_id (a name, or True for a new one) the output can be redrawn later."""
    if display_id is True:
        display_id = uuid.uuid4().hex
    if display_id is not None:
        display_id = str(display_id)[:ID_CHARACTERS]
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
            bundle = bundle_of(value, include, exclude)
        event = {"type": "display", "bundle": bundle}
        if display_id is not None:
            event["displayId"] = display_id
        if update:
            event["update"] = True
        emit(event)
    return DisplayHandle(display_id) if display_id is not None else None


def update_display(value, *, display_id, **options):
    """Draws an output anew, wherever it stands."""
    display(value, display_id=display_id, update=True, **options)


def show_result(value):
    """The value of the last expression."""
    own = _method(value, "_ipython_display_")
    if own is not None:
        own()
    else:
        emit({"type": "result", "bundle": bundle_of(value)})
