"""input, getpass and sleep as a script expects them, though a worker can only wait for its host."""

import builtins
import getpass as getpass_module
import operator
import sys
import time

from . import host, streams

_builtin_input = builtins.input


def input(prompt="", /):
    """Reads a line from the console. The prompt is printed first; the end of file raises EOFError."""
    if sys.stdin is not streams.stdin:
        return _builtin_input(prompt)
    text = str(prompt)
    sys.stdout.write(text)
    return streams.ask(text)


def getpass(prompt="Password: ", stream=None, *, echo_char=None):
    """Reads a line that the console does not show."""
    text = str(prompt)
    (stream or sys.stdout).write(text)
    return streams.ask(text, True)


def sleep(seconds, /):
    """time.sleep that a Stop ends at once."""
    # With the built-in's own errors for what is no number, or a negative one.
    wait = seconds if isinstance(seconds, float) else operator.index(seconds)
    if wait != wait:
        raise ValueError("Invalid value NaN (not a number)")
    if wait < 0:
        raise ValueError("sleep length must be non-negative")
    pause(wait)


def pause(seconds):
    """Waits, lets what was printed leave, and raises KeyboardInterrupt on Stop."""
    streams.flush()
    deadline = time.monotonic() + seconds
    while True:
        host.bridge.sleep(max(0.0, deadline - time.monotonic()))
        host.check_interrupt()
        if time.monotonic() >= deadline:
            return


def patch():
    """Before anything else imports them by name."""
    builtins.input = input
    getpass_module.getpass = getpass
    time.sleep = sleep
