"""A real asyncio event loop that blocks: the worker has no other work, so asyncio.run means what it means in CPython."""

import asyncio
import asyncio.base_events
import asyncio.events
import asyncio.runners
import time

from . import host, streams


class _Clock:
    """Stands where a selector would: there are no sockets to watch, only time."""

    def select(self, timeout):
        # None: nothing is scheduled at all, and only Stop ends that, as in CPython. A Stop ends the wait even when its
        # handler raises nothing (asyncio.run's cancels the main task): the loop looks at its tasks again then.
        if timeout is None or timeout > 0:
            streams.flush()
            host.bridge.sleep(3600 if timeout is None else timeout)
        host.check_interrupt()
        return ()


class BlockingLoop(asyncio.base_events.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = _Clock()
        self._clock_resolution = time.get_clock_info("monotonic").resolution

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass


class Policy(asyncio.events._BaseDefaultEventLoopPolicy):
    _loop_factory = BlockingLoop


def patch():
    """Takes the place of the browser's loop that Pyodide installs."""
    asyncio.run = asyncio.runners.run
    asyncio._set_running_loop(None)
    asyncio.events._set_event_loop_policy(Policy())


_kernel_loop = None


def run(coroutine):
    """Runs a top-level await. Tasks that it leaves go on with the next one."""
    global _kernel_loop
    if _kernel_loop is None or _kernel_loop.is_closed():
        _kernel_loop = BlockingLoop()
    asyncio.set_event_loop(_kernel_loop)
    task = _kernel_loop.create_task(coroutine)
    try:
        return _kernel_loop.run_until_complete(task)
    except KeyboardInterrupt:
        # The script's own `finally` and `async with` run now, as under asyncio.run.
        if not task.done():
            task.cancel()
            try:
                _kernel_loop.run_until_complete(task)
            except asyncio.CancelledError:
                pass
        raise


def pending_tasks():
    """How many tasks wait for the next top-level await."""
    if _kernel_loop is None or _kernel_loop.is_closed():
        return 0
    return len(asyncio.all_tasks(_kernel_loop))
