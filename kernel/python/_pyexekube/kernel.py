"""Putting the parts together: `prepare` before the start-up snapshot, `start` in every new interpreter."""

import __main__
import builtins
import logging
import os
import random
import signal
import sys
import time

from . import console, displays, execution, files, host, loop, streams, threads, variables

execute = execution.execute
inspect_variables = variables.inspect_variables


def prepare():
    """All that needs no host; what it leaves is in the snapshot."""
    console.patch()
    threads.patch()
    loop.patch()
    builtins.display = displays.display


def start(bridge):
    """Joins the interpreter with its worker. What a snapshot repeats is made new: random numbers and clocks.

    The hash seed stays as it is: strings hashed before the snapshot keep their hashes.
    """
    host.bridge = bridge
    random.seed()
    logging._startTime = time.time_ns()
    os.environ.clear()
    os.environ.update(HOME="/home/user", USER="user", LANG="C.UTF-8", TERM="dumb", PYTHONUNBUFFERED="")
    os.makedirs("/home/user", exist_ok=True)
    files.prepare()
    signal.default_int_handler = host.on_interrupt
    signal.signal(signal.SIGINT, host.on_interrupt)
    signal.signal(signal.SIGUSR1, streams.tick)
    for name in list(__main__.__dict__):
        if not name.startswith("__"):
            del __main__.__dict__[name]
    streams.install()
    return host.staging


def version():
    return ".".join(map(str, sys.version_info[:3]))
