"""One execution: compile, run, show the last value, and tell how it ended as `python file.py` would."""

import __main__
import ast
import builtins
import inspect
import json
import linecache
import sys

from . import displays, files, host, loop, packages, streams, tracebacks

_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def _is_quiet(source):
    """Whether a semicolon ends the source: then the last value is not shown, as in Jupyter."""
    from pyodide.code import should_quiet

    try:
        return should_quiet(source)
    except Exception:
        return False


def _compile(source, filename, first_line):
    """The statements, and the last one's expression apart if it is one."""
    padded = "\n" * (first_line - 1) + source
    tree = compile(padded, filename, "exec", ast.PyCF_ONLY_AST | _FLAGS, dont_inherit=True)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not _is_quiet(source):
        last = ast.Expression(tree.body.pop().value)
        last = compile(last, filename, "eval", _FLAGS, dont_inherit=True)
    body = compile(tree, filename, "exec", _FLAGS, dont_inherit=True)
    return body, last


def _evaluate(code, variables):
    value = eval(code, variables)
    if code.co_flags & inspect.CO_COROUTINE:
        return loop.run(value)
    return value


def _exit_code(error):
    """The exit code of sys.exit(x): None is 0, a number itself, anything else is printed and 1."""
    code = error.code
    if code is None:
        return 0
    if isinstance(code, int):
        # As the C library's exit: one byte on every system that Python's users compare with.
        return int(code) & 0xFF
    print(code, file=sys.stderr)
    return 1


def _failure(error):
    try:
        event = tracebacks.describe(error)
    except Exception as problem:
        event = {
            "type": "error",
            "name": type(error).__qualname__,
            "message": "",
            "traceback": f"{type(error).__qualname__} (its traceback could not be made: {type(problem).__name__})\n",
            "frames": [],
        }
    streams.flush()
    host.bridge.output(json.dumps(event))


def _drop_our_frames(error):
    """Frames above the script's own are not its business, and hold references."""
    trace = error.__traceback__
    while trace is not None and not tracebacks.is_users(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return error.with_traceback(trace)


def _run(source, filename, first_line, variables):
    body, last = _compile(source, filename, first_line)
    _evaluate(body, variables)
    if last is None:
        return
    value = _evaluate(last, variables)
    if value is not None:
        builtins._ = value
        displays.show_result(value)


def execute(source, filename, is_file, first_line, argv, names=None, datas=None):
    """Runs a source in the kernel's variables, after the files that changed were written.

    Returns JSON: exitCode, whether KeyboardInterrupt ended it, and the packages (JSON as well, or null).
    """
    streams.install()
    variables = __main__.__dict__
    variables["__name__"] = "__main__"
    if is_file:
        variables["__file__"] = filename
    else:
        variables.pop("__file__", None)
    sys.argv = [filename, *argv]
    tracebacks.remember(filename, source, first_line)
    linecache.checkcache()
    try:
        error = _attempt(source, filename, first_line, variables, names, datas)
    except KeyboardInterrupt as late:
        error = late
    _no_more_signals()
    exit_code = _report(error)
    _end()
    return json.dumps({"exitCode": exit_code, "interrupted": isinstance(error, KeyboardInterrupt), "packages": packages.told(names is not None)})


def _attempt(source, filename, first_line, variables, names, datas):
    """Runs it, and gives what it raised."""
    try:
        if names is not None:
            files.sync(names, datas)
        _run(source, filename, first_line, variables)
    except BaseException as error:
        return error
    return None


def _no_more_signals():
    """From here on only our own code runs: Stop ends it by ending the worker, if need be."""
    while True:
        try:
            host.bridge.ended()
            return
        except KeyboardInterrupt:
            continue


def _report(error):
    """Shows how it ended, and gives the exit code."""
    if error is None:
        return 0
    if isinstance(error, SystemExit):
        return _exit_code(error)
    _failure(_drop_our_frames(error))
    return 130 if isinstance(error, KeyboardInterrupt) else 1


def _end():
    waiting = loop.pending_tasks()
    streams.flush()
    if waiting:
        tasks = "1 asyncio task is" if waiting == 1 else f"{waiting} asyncio tasks are"
        text = f"{tasks} still pending; the next run that awaits goes on with {'it' if waiting == 1 else 'them'}."
        host.bridge.output(json.dumps({"type": "note", "text": text}))
