"""stdout, stderr and stdin of a script.

stdout is CPython's own TextIOWrapper over a BufferedWriter, so a print costs no Python code. It has two ways: by line while
little is printed (each line leaves at once), by 64 KB while much is; `tick`, called by the worker's clock through SIGUSR1,
switches between them and empties what waits. stderr hands each write on at once, after stdout's rest, so the order holds.
"""

import io
import sys

from . import host

BUFFER_BYTES = 64 * 1024
# More writes than this between two ticks, and lines are no longer worth a step each.
BUSY_WRITES = 16
# As many ticks with next to no output, and lines leave one by one again.
IDLE_TICKS = 3


class Raw(io.RawIOBase):
    """A file whose writes end in the worker."""

    def __init__(self, number, before=None):
        self._number = number
        self._before = before
        self.writes = 0

    def writable(self):
        return True

    def isatty(self):
        return False

    def fileno(self):
        return self._number

    def write(self, data):
        # All of it: a text stream straight over this one does not look at how much was taken.
        data = memoryview(data).cast("B")
        self.writes += 1
        for start in range(0, len(data), host.STAGING_BYTES):
            if self._before is not None:
                self._before()
            piece = data[start : start + host.STAGING_BYTES]
            host.staging[: len(piece)] = piece
            # A Stop during this wait is not raised here: the buffer above would write the same again.
            host.bridge.write(self._number, len(piece))
        return len(data)


def _flush_stdout():
    try:
        stdout.flush()
    except (RuntimeError, ValueError):
        # Called from within stdout's own write, or the script closed it: nothing is lost, the next tick comes.
        pass


def _text(raw, errors, name, write_through):
    # What writes through has no buffer at all, as in `python -u`.
    buffer = raw if write_through else io.BufferedWriter(raw, BUFFER_BYTES)
    text = io.TextIOWrapper(
        buffer, encoding="utf-8", errors=errors, newline="\n", line_buffering=True, write_through=write_through
    )
    text.mode = "w"
    raw.name = name
    return text


_idle_ticks = 0
_stdout_raw = Raw(1)
_stderr_raw = Raw(2, _flush_stdout)
stdout = _text(_stdout_raw, "strict", "<stdout>", False)
stderr = _text(_stderr_raw, "backslashreplace", "<stderr>", True)


def install():
    """Puts fresh streams in place: a script may have closed or replaced the last ones."""
    global stdout, stderr, stdin, _stdout_raw, _stderr_raw
    if stdout.closed or not stdout.line_buffering:
        _stdout_raw = Raw(1)
        stdout = _text(_stdout_raw, "strict", "<stdout>", False)
    if stderr.closed:
        _stderr_raw = Raw(2, _flush_stdout)
        stderr = _text(_stderr_raw, "backslashreplace", "<stderr>", True)
    stdin = Stdin()
    sys.stdout = sys.__stdout__ = stdout
    sys.stderr = sys.__stderr__ = stderr
    sys.stdin = sys.__stdin__ = stdin


def flush():
    """Everything printed so far leaves, in order."""
    for stream in (sys.stdout, sys.stderr, stdout, stderr):
        try:
            stream.flush()
        except (AttributeError, RuntimeError, ValueError, OSError):
            pass
    host.bridge.flush()


def tick(_signal, frame):
    """Every 16 ms while a script runs: what is printed does not wait longer than that."""
    if host.is_ours(frame):
        return
    global _idle_ticks
    busy = _stdout_raw.writes > BUSY_WRITES
    # The last tick's own flush is one write. Several idle ticks in a row: one alone may be a busy computer's doing.
    _idle_ticks = _idle_ticks + 1 if _stdout_raw.writes <= 1 else 0
    _stdout_raw.writes = 0
    try:
        if busy and stdout.line_buffering:
            stdout.reconfigure(line_buffering=False)
        elif _idle_ticks >= IDLE_TICKS and not stdout.line_buffering:
            stdout.reconfigure(line_buffering=True)
        stdout.flush()
    except (RuntimeError, ValueError):
        pass
    host.bridge.flush()


def ask(prompt="", password=False):
    """One line from the person, without its line end.

    Raises EOFError at the end of file, KeyboardInterrupt on Stop.
    """
    flush()
    answer = host.bridge.ask(prompt, password)
    if answer is False:
        host.check_interrupt()
        raise KeyboardInterrupt
    if answer is None:
        raise EOFError("EOF when reading a line")
    return answer


class Stdin(io.TextIOBase):
    """What the person types in the console, line by line."""

    name = "<stdin>"
    mode = "r"
    encoding = "utf-8"
    errors = "strict"

    def __init__(self):
        self._rest = ""
        self._ended = False

    def readable(self):
        return True

    def isatty(self):
        return False

    def fileno(self):
        return 0

    def _fill(self):
        if not self._ended:
            try:
                self._rest += ask() + "\n"
            except EOFError:
                self._ended = True
        return not self._ended

    def _take(self, size):
        text, self._rest = self._rest[:size], self._rest[size:]
        if not self._rest:
            # As at a terminal: after an end of file one may read on.
            self._ended = False
        return text

    def readline(self, size=-1):
        if not self._rest:
            self._fill()
        end = self._rest.find("\n") + 1 or len(self._rest)
        return self._take(end if size is None or size < 0 else min(end, size))

    def read(self, size=-1):
        everything = size is None or size < 0
        while everything or len(self._rest) < size:
            if not self._fill():
                break
        return self._take(len(self._rest) if everything else size)

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line


stdin = Stdin()
