"""display and the classes that give it data of a known kind."""

import base64
import json as _json

from _pyexekube.displays import DisplayHandle, display, update_display

__all__ = [
    "HTML", "JSON", "SVG", "DisplayHandle", "DisplayObject", "Image", "Latex", "Markdown", "Math", "Pretty",
    "clear_output", "display", "update_display",
]


class DisplayObject:
    """Data given as such, or read from a file."""

    _binary = False

    def __init__(self, data=None, url=None, filename=None, **_options):
        if url is not None:
            raise ValueError("url= is not supported: Python here has no network")
        if data is None and filename is not None:
            with open(filename, "rb" if self._binary else "r") as file:
                data = file.read()
        self.data = data

    def __repr__(self):
        return f"<{type(self).__module__}.{type(self).__qualname__} object>"


class HTML(DisplayObject):
    def _repr_html_(self):
        return self.data


class Markdown(DisplayObject):
    def _repr_markdown_(self):
        return self.data


class Latex(DisplayObject):
    def _repr_latex_(self):
        return self.data


class Math(Latex):
    def _repr_latex_(self):
        return f"$\\displaystyle {self.data.strip('$')}$"


class SVG(DisplayObject):
    def _repr_svg_(self):
        return self.data


class Pretty(DisplayObject):
    def __repr__(self):
        return str(self.data)


class JSON(DisplayObject):
    def _repr_json_(self):
        return _json.loads(self.data) if isinstance(self.data, str) else self.data


class Image(DisplayObject):
    _binary = True

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = self.data
        if isinstance(data, str):
            data = base64.b64decode(data)
        mime = "image/jpeg" if data[:3] == b"\xff\xd8\xff" else "image/gif" if data[:4] == b"GIF8" else "image/png"
        return {mime: base64.b64encode(data).decode("ascii")}


def clear_output(wait=False):
    """Accepted for scripts written for notebooks; the console keeps what was printed."""
