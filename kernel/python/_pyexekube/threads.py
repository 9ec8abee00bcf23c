"""WebAssembly in a worker has one thread: say so where a script asks for another."""

import _thread
import threading

MESSAGE = (
    "can't start new thread: Python here runs in WebAssembly, which has a single thread; "
    "use asyncio, or run the code without threads"
)


def _refuse(*_args, **_kwargs):
    raise RuntimeError(MESSAGE)


def patch():
    _thread.start_new_thread = _thread.start_new = _thread.start_joinable_thread = _refuse
    threading._start_new_thread = _refuse
    threading._start_joinable_thread = _refuse
