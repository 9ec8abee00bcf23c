"""The door to the worker: one object of functions, set once after the interpreter has started."""

import signal
import sys
from types import SimpleNamespace

# Bytes handed over in one step; the worker reads them from this buffer, so no proxy is made per write.
STAGING_BYTES = 128 * 1024
staging = bytearray(STAGING_BYTES)


def _absent(*_args):
    return 0


_NAMES = ("write", "flush", "output", "ask", "sleep", "take_interrupt", "put_back_interrupt", "ended")
bridge = SimpleNamespace(**dict.fromkeys(_NAMES, _absent))


def is_ours(frame):
    """Whether a frame is the console's own code, which no signal may tear apart in the middle of a step."""
    return frame is not None and frame.f_globals.get("__package__") == __package__


def on_interrupt(_signal, frame):
    """SIGINT: KeyboardInterrupt in the script; in the middle of our code the signal waits for the script to go on."""
    if is_ours(frame):
        bridge.put_back_interrupt()
    else:
        raise KeyboardInterrupt


def check_interrupt():
    """Where our code waits for the person or the clock: a Stop that arrived meanwhile counts now."""
    if not bridge.take_interrupt():
        return
    handler = signal.getsignal(signal.SIGINT)
    if handler is on_interrupt:
        raise KeyboardInterrupt
    if callable(handler):
        # The script's own, or asyncio.run's, which cancels the main task.
        handler(signal.SIGINT, sys._getframe())
