"""Tracebacks as the reader wants them: the frames of the user's own code, whatever lies between."""

import linecache
import sys
import traceback

# Where code lives that is not the user's: the standard library, and ours inside it.
_LIBRARY = ("/lib/python", "<frozen ")

FRAMES = 200
TRACEBACK_CHARACTERS = 200_000
MESSAGE_CHARACTERS = 60_000


def is_users(filename):
    return not filename.startswith(_LIBRARY)


def remember(filename, source, first_line):
    """Lets tracebacks and inspect show the lines of code that came from no file.

    Lines of the same file that ran before stay, so a function of an earlier cell still shows its own.
    """
    lines = source.splitlines(True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    entry = linecache.cache.get(filename)
    known = list(entry[2]) if entry and len(entry) == 4 and entry[1] is None else []
    start = first_line - 1
    known.extend(["\n"] * (start - len(known)))
    known[start : start + len(lines)] = lines
    linecache.cache[filename] = (sum(map(len, known)), None, known, filename)


def _own_frames(report, seen):
    if report is None or id(report) in seen:
        return
    seen.add(id(report))
    kept = [frame for frame in report.stack if is_users(frame.filename)]
    report.stack = traceback.StackSummary.from_list(kept)
    _own_frames(report.__cause__, seen)
    _own_frames(report.__context__, seen)
    for inner in report.exceptions or ():
        _own_frames(inner, seen)


def _column(frame, line, offset):
    """Python counts columns in UTF-8 bytes; an editor counts characters."""
    if offset is None:
        return None
    text = linecache.getline(frame.filename, line).encode("utf-8")
    return len(text[:offset].decode("utf-8", "replace").encode("utf-16-le")) // 2 + 1


def _frame(frame):
    found = {"file": frame.filename[:4096], "line": max(1, frame.lineno or 1), "name": frame.name[:1000]}
    column = _column(frame, frame.lineno or 1, frame.colno)
    if column is not None:
        found["column"] = column
        if frame.end_lineno is not None:
            found["endLine"] = max(1, frame.end_lineno)
        end = _column(frame, frame.end_lineno or frame.lineno or 1, frame.end_colno)
        if end is not None:
            found["endColumn"] = end
    return found


def _syntax_frame(report):
    line = max(1, int(report.lineno))
    found = {"file": report.filename[:4096], "line": line, "name": "<module>"}
    if report.offset and report.offset > 0:
        found["column"] = report.offset
        if report.end_offset and report.end_offset > 0:
            found["endLine"] = max(line, int(report.end_lineno or line))
            found["endColumn"] = report.end_offset
    return found


def _hint(error):
    """What to do about a module that is not there."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return
    top = error.name.partition(".")[0]
    if top in sys.modules or getattr(error, "_pyexekube_hint", False):
        return
    if top in sys.stdlib_module_names:
        error.add_note(f"'{top}' needs what a browser's sandbox does not have, so the bundled Python is without it.")
    else:
        error.add_note(
            f"'{top}' is not in the bundled offline Python, which has the standard library alone. "
            "A module of your own must lie in the open folder."
        )
    error._pyexekube_hint = True


def describe(error):
    """An exception as the window shows it: class, message, traceback text and frames, outermost first."""
    _hint(error)
    report = traceback.TracebackException(type(error), error, error.__traceback__, compact=True)
    _own_frames(report, set())
    stack = report.stack
    text = "".join(report.format())
    if len(text) > TRACEBACK_CHARACTERS:
        half = TRACEBACK_CHARACTERS // 2
        text = f"{text[:half]}\n  [{len(text) - 2 * half:,} characters left out]\n{text[-half:]}"
    frames = list(stack)
    if len(frames) > FRAMES:
        frames = frames[: FRAMES // 2] + frames[-FRAMES // 2 :]
    found = [_frame(frame) for frame in frames]
    if isinstance(error, SyntaxError) and report.filename and report.lineno and is_users(report.filename):
        found = [*found[: FRAMES - 1], _syntax_frame(report)]
    try:
        message = str(error)
    except Exception:
        message = "<message not available: its __str__ failed>"
    return {
        "type": "error",
        "name": type(error).__qualname__[:1000],
        "message": message[:MESSAGE_CHARACTERS],
        "traceback": text,
        "frames": found,
    }
