"""The door to the worker: one object of functions, set once after the interpreter has started."""

from types import SimpleNamespace

# Bytes handed over in one step; the worker reads them from this buffer, so no proxy is made per write.
STAGING_BYTES = 128 * 1024
staging = bytearray(STAGING_BYTES)


def _absent(*_args):
    return 0


bridge = SimpleNamespace(
    write=_absent, flush=_absent, output=_absent, ask=_absent, sleep=_absent, check=_absent
)


class masked:
    """While it is held, a Stop waits: our own code is never torn apart in the middle of a step."""

    depth = 0
    pending = False

    def __enter__(self):
        masked.depth += 1

    def __exit__(self, *_exc):
        masked.depth -= 1
        if masked.pending and masked.depth == 0:
            masked.pending = False
            raise KeyboardInterrupt


def on_interrupt(_signal, _frame):
    """SIGINT: KeyboardInterrupt in the script, never in the middle of our own code."""
    if masked.depth:
        masked.pending = True
    else:
        raise KeyboardInterrupt


def reset_mask():
    masked.depth = 0
    masked.pending = False


def check_interrupt():
    """Lets a Stop that arrived meanwhile raise KeyboardInterrupt now."""
    bridge.check()
