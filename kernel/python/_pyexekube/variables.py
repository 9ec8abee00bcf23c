"""A look at the kernel's variables, that may not harm or hang it."""

import __main__
import json
import reprlib
import sys
import types

MOST = 1000
_HIDDEN = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)

_short = reprlib.Repr(maxlevel=3, maxdict=20, maxlist=40, maxtuple=40, maxset=40, maxstring=400, maxother=400, maxlong=400)


def _type(value):
    name = type(value).__name__
    try:
        shape = getattr(value, "shape", None)
        if isinstance(shape, tuple):
            return f"{name}[{'×'.join(map(str, shape))}]"[:200]
        if isinstance(value, (str, bytes, bytearray, list, tuple, dict, set, frozenset)):
            return f"{name}[{len(value)}]"[:200]
    except Exception:
        pass
    return name[:200]


def _value(value):
    try:
        return _short.repr(value)[:1000]
    except KeyboardInterrupt:
        return "<its repr took too long>"
    except Exception as error:
        return f"<its repr failed: {type(error).__name__}>"[:1000]


def _size(value):
    try:
        return int(sys.getsizeof(value))
    except Exception:
        return None


def inspect_variables():
    """The names that the script gave, in order, as JSON; not modules, functions and classes."""
    found = []
    for name, value in list(__main__.__dict__.items()):
        if name.startswith("_") or isinstance(value, _HIDDEN):
            continue
        found.append({"name": name[:200], "type": _type(value), "value": _value(value), "sizeBytes": _size(value)})
        if len(found) == MOST:
            break
    return json.dumps(found)
