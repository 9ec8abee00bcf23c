"""Runs one script in a pod and tells about it; PROTOCOL.md beside this file says how.

Standard library only, Python 3.8 and newer. It starts before every run, so what is not needed by every run is imported where it is used.
"""

import errno
import json
import os
import select
import signal
import sys
import time

# Another root is for tests outside of a pod.
ROOT = os.environ.get("PYEXEKUBE_ROOT", "/pyexekube")
CODE = ROOT + "/code"
RUN = ROOT + "/run"
TERMINATION_LOG = os.environ.get("PYEXEKUBE_TERMINATION_LOG", "/dev/termination-log")

# Longest line of the log in bytes, its head aside. containerd splits at 16 KiB.
LINE = 8000
READ = 1024 * 1024
# A text without a line feed is passed on after this long, in seconds.
PARTIAL = 0.03
TOGETHER = 0.002
# So many lines at once go as few lines of the log, apart by VT: each line costs the cluster the same, however short.
PACK, APART = 16, b"\x0b"
PIPE = 1024 * 1024
# PIPE_BUF of Linux: a write of this much is not torn.
ATOMIC = 4096
CLOCK = 0.05
SAMPLE = 0.25
MEASURE, MEASURE_LATER, MEASURE_EARLY = 1.0, 5.0, 60.0
SEGMENTS = 8
REPORT = 4096

TIMEOUT, CANCELLED, REQUIREMENTS, HOPELESS = 124, 130, 213, 214


def write_all(fd, data):
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(fd, view):]
        except BlockingIOError:
            select.select([], [fd], [])


def widen(fd):
    """Makes room in a pipe, so that a fast writer need not wait for us."""
    try:
        import fcntl

        # F_SETPIPE_SZ, which Python names from 3.10 on.
        fcntl.fcntl(fd, 1031, PIPE)
    except (ImportError, OSError):
        pass


def write_file(path, text):
    """Whole or not at all, for readers in the other container."""
    temporary = "%s.%d" % (path, os.getpid())
    with open(temporary, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    os.rename(temporary, path)


def read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def read_bytes(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def read_text(path):
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def work_folder(config):
    # A claim may be shared with other pods: each has a folder of its name there.
    return ROOT + "/work/" + os.uname().nodename if config["sharedWork"] else ROOT + "/work"


def output_folder(config):
    return config["outputFolder"] + "/" + config["runId"] if config["outputFolder"] else work_folder(config) + "/output"


class Log:
    """The container's log, and its numbered copy in segments named by their first line."""

    def __init__(self, keep):
        self.seq = 0
        self.bytes = 0
        self.clock = 0.0
        self.keep = keep
        self.segment = None
        self.segment_size = 0
        self.segments = []
        os.makedirs(RUN + "/log", exist_ok=True)

    def lines(self, kind, lines):
        """Writes lines of one kind; each must be no longer than LINE and hold no line feed."""
        now = time.time()
        told = b""
        # Also when the clock was set back, and where the copy may once begin: a gap before it has an end in time.
        if not 0 <= now - self.clock < CLOCK or self._is_full():
            self.clock = now
            told = b"@%d" % int(now * 1000)
        data = b"%d%b%b %b\n" % (self.seq + 1, kind, told, lines[0])
        if len(lines) > 1:
            kind += b" "
            data += b"".join([b"%d%b%b\n" % (number, kind, line) for number, line in enumerate(lines[1:], self.seq + 2)])
        self.seq += len(lines)
        self.bytes += len(data)
        if len(data) <= ATOMIC:
            # Whoever waits for it has it sooner. It goes as a whole, so nobody can miss a part of it that the copy does not have yet.
            write_all(1, data)
            self._copy(data)
        else:
            self._copy(data)
            write_all(1, data)

    def document(self, kind, data):
        """Writes JSON bytes as one line, or in pieces that only the last one ends."""
        while len(data) > LINE:
            cut = cut_at(data, LINE)
            self.lines(kind.upper(), [data[:cut]])
            data = data[cut:]
        self.lines(kind, [data])

    def json(self, kind, value):
        self.document(kind, json.dumps(value).encode("ascii"))

    def note(self, text):
        self.lines(b"n", [text.replace("\n", " ").encode("utf-8", "replace")[:LINE]])

    def _is_full(self):
        return self.keep > 0 and (self.segment is None or self.segment_size > self.keep // SEGMENTS)

    def _copy(self, data):
        if self.keep == 0:
            return
        try:
            if self._is_full():
                if self.segment is not None:
                    os.close(self.segment)
                path = "%s/log/%015d" % (RUN, self.seq - data.count(b"\n") + 1)
                self.segment = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
                self.segment_size = 0
                self.segments.append(path)
                if len(self.segments) > SEGMENTS:
                    os.unlink(self.segments.pop(0))
            write_all(self.segment, data)
            self.segment_size += len(data)
        except OSError as error:
            # The run goes on without its copy; the log itself is not affected.
            self.keep = 0
            if error.errno != errno.ENOENT:
                self.note("The output is no longer copied in the pod: %s." % error.strerror)


def cut_at(data, limit):
    """Where to cut so that no UTF-8 character is torn. What is no UTF-8 is cut anywhere."""
    cut = limit
    while cut > limit - 4 and cut > 0 and data[cut] & 0xC0 == 0x80:
        cut -= 1
    return cut if data[cut] & 0xC0 != 0x80 else limit


def torn_tail(data):
    """How many bytes at the end are the beginning of a UTF-8 character."""
    for back in range(1, min(3, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 == 0xC0:
            length = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return back if length > back else 0
        if byte & 0xC0 != 0x80:
            return 0
    return 0


def packs_of(text):
    """Lines, of which none is longer than LINE, as few lines of the log."""
    packs, at = [], 0
    while len(text) - at > LINE:
        end = text.rindex(b"\n", at, at + LINE + 1)
        packs.append(text[at:end].replace(b"\n", APART))
        at = end + 1
    packs.append(text[at:].replace(b"\n", APART))
    return packs


class Stream:
    """One pipe of a child: bytes in, lines of the log out."""

    def __init__(self, log, kind, marks=None, masks=()):
        self.log = log
        self.full = kind
        self.piece = kind.upper()
        self.pack = {b"o": b"p", b"e": b"q"}.get(kind)
        self.rest = b""
        self.since = 0.0
        self.marks = marks
        self.masks = masks
        self.tail = []
        self.keep_tail = False

    def feed(self, data):
        if not self.rest:
            self.since = time.monotonic()
        data = self.rest + data
        lines = data.split(b"\n")
        self.rest = lines.pop()
        if lines:
            self.since = time.monotonic()
            if self.marks is not None and self.marks.prefix in data:
                self._marked(lines)
            else:
                self._text(lines)
        # With a mark in it, the line will end soon.
        if len(self.rest) > 4 * LINE and b"\x1e" not in self.rest[-200:]:
            self._long(self.rest, False)

    def _text(self, lines):
        for secret in self.masks:
            lines = [line.replace(secret, b"****") for line in lines]
        if self.keep_tail:
            self.tail = (self.tail + [line[:500] for line in lines])[-60:]
        # The usual case at once: a thousand lines cost one join.
        if max(map(len, lines)) <= LINE:
            text = b"\n".join(lines) if self.pack is not None and len(lines) >= PACK else APART
            if APART in text:
                self.log.lines(self.full, lines)
            else:
                self.log.lines(self.pack, packs_of(text))
            return
        for line in lines:
            if len(line) <= LINE:
                self.log.lines(self.full, [line])
            else:
                self._long(line, True)

    def _long(self, line, ended):
        while len(line) > LINE:
            cut = cut_at(line, LINE)
            self.log.lines(self.piece, [line[:cut]])
            line = line[cut:]
        if ended:
            self.log.lines(self.full, [line])
        else:
            self.rest = line

    def _marked(self, lines):
        text = []
        for line in lines:
            at = line.find(self.marks.prefix)
            if at < 0:
                text.append(line)
                continue
            if text:
                self._text(text)
                text = []
            if at > 0:
                self._partial(line[:at])
            self.marks.found(self.log, line[at + len(self.marks.prefix):])
        if text:
            self._text(text)

    def _partial(self, data):
        for secret in self.masks:
            data = data.replace(secret, b"****")
        while len(data) > LINE:
            cut = cut_at(data, LINE)
            self.log.lines(self.piece, [data[:cut]])
            data = data[cut:]
        self.log.lines(self.piece, [data])

    def flush(self, now, ended=False):
        """Passes on what has waited for its line feed. @returns when to look again, or None"""
        if not self.rest:
            return None
        if not ended and now - self.since < PARTIAL:
            return self.since + PARTIAL
        keep = 0
        if not ended:
            keep = torn_tail(self.rest)
            mark = self.rest.rfind(b"\x1e")
            if mark >= 0 and len(self.rest) - mark < 200 and now - self.since < 1:
                keep = len(self.rest) - mark
            longest = max(map(len, self.masks), default=0)
            keep = max(keep, min(longest, len(self.rest)) if now - self.since < 1 else keep)
        send, self.rest = self.rest[: len(self.rest) - keep], self.rest[len(self.rest) - keep:]
        if send:
            self._partial(send)
        elif now - self.since > 1:
            self._partial(self.rest)
            self.rest = b""
        return now + PARTIAL if self.rest else None


class Marks:
    """Documents that the script hands over through its streams (sitecustomize.py)."""

    def __init__(self, spool, limit, own):
        self.spool = spool
        self.limit = limit
        # Where this run's requirements were installed.
        self.own = own
        self.told_packages = False
        self.token = os.urandom(16).hex()
        self.prefix = b"\x1epyexekube-%s:" % self.token.encode("ascii")
        self.error = None

    def found(self, log, told):
        kind, _, name = told.partition(b":")
        # Ours are digits and hyphens; anything else could lead out of the folder.
        if kind not in (b"d", b"x", b"v") or not name.replace(b"-", b"").isdigit():
            return
        path = os.path.join(self.spool, name.decode("ascii"))
        try:
            if kind == b"v":
                # Once: who forges another says nothing new.
                if not self.told_packages:
                    self.told_packages = True
                    log.json(b"v", {"packages": list_packages(os.fsdecode(read_bytes(path)).split("\0"), self.own)})
                    os.unlink(path)
                return
            size = os.path.getsize(path)
            if size > self.limit:
                log.note("A display of %.1f MB is not shown: the limit is %.1f MB." % (size / 1e6, self.limit / 1e6))
            else:
                with open(path, "rb") as file:
                    data = file.read().replace(b"\n", b" ")
                if kind == b"x":
                    document = json.loads(data.decode("ascii"))
                    self.error = {"name": document["name"], "message": document["message"][:1000]}
                log.document(kind, data)
            os.unlink(path)
        except (OSError, ValueError, KeyError):
            log.note("A display could not be read.")


class Meter:
    """CPU and memory of the container, from its cgroup (docs.kernel.org, cgroup v1 and v2); None where it is not told."""

    def __init__(self, base="/sys/fs/cgroup"):
        self.peak = None
        if os.path.exists(base + "/memory.current"):
            self.used, self.stat, self.inactive = base + "/memory.current", base + "/memory.stat", "inactive_file "
            self.limit_file, self.oom_file, self.oom_key = base + "/memory.max", base + "/memory.events", "oom_kill "
            self.cpu_file, self.v2 = base + "/cpu.stat", True
        else:
            memory = base + "/memory"
            self.used, self.stat, self.inactive = memory + "/memory.usage_in_bytes", memory + "/memory.stat", "total_inactive_file "
            self.limit_file, self.oom_file, self.oom_key = memory + "/memory.limit_in_bytes", memory + "/memory.oom_control", "oom_kill "
            self.cpu_file, self.v2 = base + "/cpuacct/cpuacct.usage", False
            if not os.path.exists(self.cpu_file):
                self.cpu_file = base + "/cpu,cpuacct/cpuacct.usage"
        self.base = base
        self.cpu_start = self._cpu_us()
        self.oom_start = self._value(self.oom_file, self.oom_key) or 0

    @staticmethod
    def _number(path):
        text = read_text(path).strip()
        return int(text) if text.isdigit() else None

    @staticmethod
    def _value(path, key):
        for line in read_text(path).splitlines():
            if line.startswith(key):
                return int(line[len(key):])
        return None

    def _cpu_us(self):
        if self.v2:
            return self._value(self.cpu_file, "usage_usec ")
        value = self._number(self.cpu_file)
        return None if value is None else value // 1000

    def sample(self):
        used = self._number(self.used)
        if used is not None:
            used = max(0, used - (self._value(self.stat, self.inactive) or 0))
            self.peak = max(self.peak or 0, used)
        cpu = self._cpu_us()
        return {"cpuMs": None if cpu is None or self.cpu_start is None else (cpu - self.cpu_start) // 1000, "memory": used, "peak": self.peak}

    def memory_limit(self):
        limit = self._number(self.limit_file)
        # cgroup v1 says "no limit" by a number that no machine has.
        return limit if limit is not None and limit < 1 << 60 else None

    def cpu_limit(self):
        if self.v2:
            quota, _, period = read_text(self.base + "/cpu.max").strip().partition(" ")
        else:
            folder = self.base + "/cpu" if os.path.exists(self.base + "/cpu/cpu.cfs_quota_us") else self.base + "/cpu,cpuacct"
            quota, period = read_text(folder + "/cpu.cfs_quota_us").strip(), read_text(folder + "/cpu.cfs_period_us").strip()
        return int(quota) / int(period) if quota.isdigit() and period.isdigit() and int(period) > 0 else None

    def oom_kills(self):
        return (self._value(self.oom_file, self.oom_key) or 0) - self.oom_start


class Ended(Exception):
    """The run ends before its script does, or without it."""

    def __init__(self, end, message, code, package=None):
        super().__init__(message)
        self.end = end
        self.code = code
        self.package = package


class Child:
    def __init__(self, pid, streams):
        self.pid = pid
        self.streams = streams
        self.status = None


class Runner:
    """The container `main`."""

    def __init__(self):
        self.config = read_json(CODE + "/run.json")
        self.log = Log(self.config["log"]["keepBytes"])
        self.meter = Meter()
        self.started = time.monotonic()
        self.next_measure = self.next_sample = 0.0
        self.phase = "started"
        self.child = None
        self.signals = []
        self.wake_read, wake_write = os.pipe()
        for fd in (self.wake_read, wake_write):
            os.set_blocking(fd, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, self._signalled)
        signal.signal(signal.SIGTERM, self._signalled)
        self.alive = self._tell_alive()
        self.work = work_folder(self.config)
        self.files = self.work + "/files"
        self.output = output_folder(self.config)
        self.marks = None
        self.last_fd, self.last_read = None, 0.0
        # Kept: to make a large one for each short line costs more than all else that is done with it.
        self.buffer = bytearray(READ)

    @staticmethod
    def _tell_alive():
        """A FIFO that is open for writing as long as this process lives: the collector sees its end at once, however it comes."""
        path = RUN + "/alive"
        try:
            os.mkfifo(path + ".new")
            fd = os.open(path + ".new", os.O_RDWR | os.O_NONBLOCK)
            os.rename(path + ".new", path)
            return fd
        except OSError:
            # No FIFOs on this volume: the collector looks at end.json instead.
            return None

    def _signalled(self, number, _):
        self.signals.append(number)
        # In the handler itself, so that it works while the log's reader is slow.
        self.forward(number)

    def forward(self, number):
        child = self.child
        if child is None or child.status is not None:
            return
        try:
            # As a terminal does for Ctrl+C, and `kill` for SIGTERM.
            (os.killpg if number == signal.SIGINT else os.kill)(child.pid, number)
        except OSError:
            pass

    def set_phase(self, phase, **more):
        self.phase = phase
        self.log.json(b"s", dict({"phase": phase}, **more))
        self.save_state()

    def save_state(self, sample=None):
        # Only for the collector and `state`; the run itself does not depend on it.
        try:
            write_file(RUN + "/state.json", json.dumps({
                "phase": self.phase, "pid": os.getpid(), "child": None if self.child is None else self.child.pid, "lastSeq": self.log.seq,
                "logBytes": self.log.bytes, "measurement": sample or self.meter.sample(), "oom": self.meter.oom_kills() > 0,
            }))
        except OSError:
            pass

    def measure(self, now):
        """@returns when to do it again"""
        if now >= self.next_sample:
            self.next_sample = now + SAMPLE
            sample = self.meter.sample()
            if now >= self.next_measure:
                self.next_measure = now + (MEASURE if now - self.started < MEASURE_EARLY else MEASURE_LATER)
                self.log.json(b"m", sample)
            self.save_state(sample)
        return self.next_sample

    def spawn(self, argv, env, cwd, kinds, masks=(), keep_tail=False):
        """Starts a program with its input at the end of file and both outputs as pipes to us."""
        out_read, out_write = os.pipe()
        err_read, err_write = os.pipe()
        null = os.open("/dev/null", os.O_RDONLY)
        # A signal that is passed on to a child which is still this program would find our handler there, and be lost: it waits until the child is its own.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
        pid = os.fork()
        if pid == 0:
            try:
                os.setpgid(0, 0)
                signal.set_wakeup_fd(-1)
                # Python ignores these two; a program that it starts would inherit that.
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
                    signal.signal(number, signal.SIG_DFL)
                for source, target in ((null, 0), (out_write, 1), (err_write, 2)):
                    os.dup2(source, target)
                os.chdir(cwd)
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
                os.execve(argv[0], argv, env)
            except BaseException as error:
                os.write(2, ("cannot start %s: %s\n" % (argv[0], error)).encode("utf-8", "replace"))
            os._exit(127)
        for fd in (out_write, err_write, null):
            os.close(fd)
        streams = {}
        for fd, kind in ((out_read, kinds[0]), (err_read, kinds[1])):
            os.set_blocking(fd, False)
            widen(fd)
            streams[fd] = Stream(self.log, kind, self.marks, masks)
            streams[fd].keep_tail = keep_tail
        self.child = Child(pid, streams)
        try:
            # Also here: whoever of the two is first.
            os.setpgid(pid, pid)
        except OSError:
            pass
        # One that came while there was no child yet.
        for number in self.signals:
            self.forward(number)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        return self.child

    def reap(self):
        """All children that have ended: as process 1 we also get those that nobody waits for."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if self.child is not None and pid == self.child.pid:
                self.child.status = status

    def watch(self, child, deadline):
        """Until the child has ended. @returns whether its time was up"""
        poll = select.poll()
        poll.register(self.wake_read, select.POLLIN)
        for fd in child.streams:
            poll.register(fd, select.POLLIN)
        timed_out = killed = False
        while child.status is None:
            now = time.monotonic()
            times = [self.measure(now), deadline] + [stream.flush(now) for stream in child.streams.values()]
            if now >= deadline:
                if not timed_out:
                    self.log.note("The time is up after %d s: the script is asked to end." % self.config["timeoutSeconds"])
                self.kill(signal.SIGKILL if timed_out else signal.SIGTERM, timed_out)
                killed, timed_out = timed_out, True
                deadline = now + (3600 if killed else self.config["graceSeconds"])
                continue
            wait = max(0.0, min(when for when in times if when is not None) - time.monotonic())
            ready = poll.poll(int(wait * 1000) + 1)
            # A first line goes at once. While lines keep coming, they are taken together: one by one they cost ten times as much.
            if len(ready) == 1 and ready[0][0] == self.last_fd and time.monotonic() - self.last_read < TOGETHER:
                time.sleep(TOGETHER)
            for fd, _ in ready:
                if fd == self.wake_read:
                    self.drain_wake()
                    self.reap()
                else:
                    before = self.log.seq
                    if not self.read(child.streams, fd):
                        poll.unregister(fd)
                    # An unbuffered print() writes a text and its line feed apart: the one must not wait for the other.
                    elif self.log.seq > before:
                        self.last_fd, self.last_read = fd, time.monotonic()
        self.finish_streams(child)
        return timed_out

    def drain_wake(self):
        try:
            while os.read(self.wake_read, 512):
                pass
        except BlockingIOError:
            pass

    def read(self, streams, fd):
        """@returns whether there may be more"""
        try:
            size = os.readv(fd, [self.buffer])
        except BlockingIOError:
            return True
        if size > 0:
            streams[fd].feed(bytes(memoryview(self.buffer)[:size]))
        return size > 0

    def kill(self, number, group):
        try:
            (os.killpg if group else os.kill)(self.child.pid, number)
        except OSError:
            pass

    def finish_streams(self, child):
        """What is still in the pipes; those who hold them open after the child's end are ended, as they are with their container."""
        self.kill(signal.SIGKILL, True)
        until = time.monotonic() + 1
        waiting = set(child.streams)
        while waiting and time.monotonic() < until:
            ready, _, _ = select.select(waiting, [], [], 0.2)
            if not ready:
                break
            waiting -= {fd for fd in ready if not self.read(child.streams, fd)}
        for fd, stream in child.streams.items():
            stream.flush(time.monotonic(), True)
            os.close(fd)

    def cancelled(self):
        return os.path.exists(RUN + "/cancelled")

    def check_cancelled(self):
        if self.signals or self.cancelled():
            raise Ended("signal", "The run was cancelled before the script started.", CANCELLED)

    # The way of a run

    def main(self):
        report = {"v": 1, "end": "runner", "exitCode": None, "signal": None, "message": "", "package": None, "error": None}
        script_started = None
        try:
            self.log.json(b"s", {
                "phase": "started", "python": "%d.%d.%d" % sys.version_info[:3], "implementation": sys.implementation.name,
                "memoryLimit": self.meter.memory_limit(), "cpuLimit": self.meter.cpu_limit(),
            })
            self.prepare()
            # From here on a signal comes to us: whoever sends one finds our number there.
            self.save_state()
            self.take_files()
            env = self.environment()
            self.install(env)
            self.check_cancelled()
            script_started = time.monotonic()
            code = self.run_script(env, report)
        except Ended as ended:
            report.update(end=ended.end, message=str(ended)[:1500], package=ended.package)
            code = ended.code
            if ended.end != "signal":
                self.log.note(str(ended))
        except OSError as error:
            report.update(end="runner", message="%s: %s" % (error.strerror, error.filename) if error.filename else str(error))
            code = HOPELESS
            self.log.note("The run cannot go on: %s" % report["message"])
        cancelled = self.cancelled()
        sample = self.meter.sample()
        report.update(
            cancelled=cancelled, python="%d.%d.%d" % sys.version_info[:3], durationMs=int((time.monotonic() - (script_started or self.started)) * 1000),
            cpuMs=sample["cpuMs"], peak=self.peak(sample), memoryLimit=self.meter.memory_limit(), oom=self.meter.oom_kills() > 0, artifacts=None,
        )
        try:
            report["artifacts"] = list_artifacts(self.config, self.log.note)
        except OSError as error:
            self.log.note("The files that the script wrote cannot be listed: %s" % error)
        self.end(report)
        return CANCELLED if cancelled and code != 0 else code

    def peak(self, sample):
        import resource

        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        return None if sample["peak"] is None else max(sample["peak"], min(largest, self.meter.memory_limit() or largest))

    def end(self, report):
        self.phase = "collecting"
        # The last line is counted in what it says.
        report.update(lastSeq=self.log.seq + 1, logBytes=self.log.bytes)
        self.log.clock = 0.0
        self.log.json(b"s", {"phase": "collecting", "report": report})
        try:
            write_file(RUN + "/end.json", json.dumps(report))
        except OSError:
            pass
        self.save_state()
        write_report(report)

    def prepare(self):
        for folder in (self.work, self.files, self.work + "/home", self.work + "/output", RUN + "/spool", self.output):
            os.makedirs(folder, exist_ok=True)

    def take_files(self):
        wanted = self.config["files"]
        if wanted["from"] == "secret":
            try:
                with open(CODE + "/files.tar.gz", "rb") as file:
                    unpack(file.read, self.files, wanted)
            except BadArchive as error:
                raise Ended("files", "The files of the run are damaged: %s" % error, HOPELESS) from error
            return
        self.set_phase("files")
        until = time.monotonic() + self.config["uploadTimeoutSeconds"]
        while not os.path.exists(RUN + "/received"):
            self.check_cancelled()
            now = time.monotonic()
            if now > until:
                raise Ended("files", "The files of the run did not come within %d s." % self.config["uploadTimeoutSeconds"], HOPELESS)
            self.measure(now)
            select.select([self.wake_read], [], [], 0.02)
            self.drain_wake()
            self.reap()

    def environment(self):
        env = dict(os.environ)
        for name in ("PYEXEKUBE_ROOT", "PYEXEKUBE_TERMINATION_LOG"):
            env.pop(name, None)
        env["HOME"] = self.work + "/home"
        env.update(self.config["env"])
        env["PYEXEKUBE_OUTPUT"] = self.output
        env["PYEXEKUBE_RUN_ID"] = self.config["runId"]
        return env

    def install(self, env):
        requirements = self.config["requirements"]
        if requirements is None:
            return
        check_python(requirements["python"], requirements["from"])
        if requirements["lines"] or requirements["file"]:
            self.check_cancelled()
            self.set_phase("installing", **{"from": requirements["from"]})
            Installer(self, requirements, env).install()

    def run_script(self, env, report):
        script = self.config["script"]
        if not os.path.isfile(os.path.join(self.files, script)):
            raise Ended("script", "There is no %s among the files of the run." % script, HOPELESS)
        self.marks = Marks(RUN + "/spool", self.config["displayMaxBytes"], self.work + "/packages")
        path = env.get("PYTHONPATH", "")
        env["PYTHONPATH"] = CODE + os.pathsep + path if path else CODE
        env["PYEXEKUBE_HOOK"] = "\n".join((self.marks.token, self.marks.spool, self.files, path))
        # A name that begins with a hyphen would be an option.
        named = "./" + script if script.startswith("-") else script
        child = self.spawn([sys.executable, "-u", named] + self.config["argv"], env, self.files, (b"o", b"e"))
        self.set_phase("running", pid=child.pid)
        timed_out = self.watch(child, time.monotonic() + self.config["timeoutSeconds"])
        report["error"] = self.marks.error
        if os.WIFSIGNALED(child.status):
            number = os.WTERMSIG(child.status)
            name = signal.Signals(number).name if number in set(signal.Signals) else "signal %d" % number
            report.update(end="signal", signal=name, exitCode=128 + number)
        else:
            report.update(end="exception" if self.marks.error else "exit", exitCode=os.WEXITSTATUS(child.status))
        if timed_out:
            report.update(end="timeout", message="The script ran longer than %d s." % self.config["timeoutSeconds"])
            return TIMEOUT
        return report["exitCode"]


def check_python(wanted, origin):
    """Requires-Python as packages and PEP 723 write it: `>=3.9,<4`. What is not understood is left to pip."""
    own = tuple(sys.version_info[:3])
    for part in (wanted or "").split(","):
        part = part.strip()
        operator = next((one for one in ("===", "~=", "==", "!=", ">=", "<=", ">", "<") if part.startswith(one)), None)
        if operator is None:
            continue
        text = part[len(operator):].strip()
        prefix = text.endswith(".*")
        numbers = text[:-2].split(".") if prefix else text.split(".")
        if not all(number.isdigit() for number in numbers):
            continue
        version = tuple(map(int, numbers))
        padded = version + (0,) * (3 - len(version))
        equal = own[: len(version)] == version if prefix else own == padded
        fits = {
            "===": equal, "==": equal, "!=": not equal, ">=": own >= padded, "<=": own <= padded, ">": own > padded, "<": own < padded,
            "~=": own >= padded and own[: len(version) - 1] == version[:-1],
        }[operator]
        if not fits:
            told = "%s asks for Python %s; the image has %d.%d.%d." % ((origin, wanted) + own)
            raise Ended("python", told, HOPELESS)


PROBE = (
    "import importlib.util, json, site, sys; "
    "print(json.dumps({'pip': importlib.util.find_spec('pip') is not None, 'user': bool(site.ENABLE_USER_SITE) and sys.prefix == sys.base_prefix}))"
)
# What pip says when it gives up, and whether another try could end otherwise (pip.pypa.io).
FAULTS = (
    (r"No matching distribution found for (.+)", True),
    (r"Could not find a version that satisfies the requirement (.+?)(?: \(from|$)", True),
    (r"Invalid requirement: '(.+?)'", True),
    (r"Invalid requirement: (.+?)(?:: |$)", True),
    (r"Package '?(.+?)'? requires a different Python", True),
    (r"Failed building wheel for (.+)", True),
    (r"Could not build wheels for (.+?)(?:,|$)", True),
    (r"Failed to build (?:'(.+?)'|(.+?))(?: when .*)?$", True),
    (r"Could not open requirements file: .*?: '(.+)'", True),
    (r"No space left on device", False),
)


class Installer:
    """Requirements, by the image's pip or one from the index, into the run's own folder."""

    def __init__(self, runner, requirements, env):
        self.runner = runner
        self.requirements = requirements
        # The script's: what it needs to find the packages is added.
        self.env = env
        self.index = runner.config["index"]
        self.target = runner.work + "/packages"
        self.user, self.password = (self._credential(name) for name in ("username", "password"))

    @staticmethod
    def _credential(name):
        try:
            with open(ROOT + "/index/" + name, encoding="utf-8") as file:
                return file.read().rstrip("\r\n")
        except OSError:
            return ""

    @staticmethod
    def _in_url(text):
        """Quoted so that pip sends UTF-8 (RFC 7617): it encodes what it has unquoted as Latin-1, and fails where that cannot be."""
        from urllib.parse import quote

        return quote(text.encode().decode("latin-1"), safe="")

    def masks(self):
        from urllib.parse import quote

        forms = (self.password, quote(self.password, safe=""), self._in_url(self.password), self.password.encode().decode("latin-1"))
        return sorted({text.encode() for text in forms if text}, key=len, reverse=True)

    def with_credentials(self, url):
        if not self.user and not self.password:
            return url
        scheme, _, rest = url.partition("://")
        return "%s://%s:%s@%s" % (scheme, self._in_url(self.user), self._in_url(self.password), rest)

    def install(self):
        import subprocess

        os.makedirs(self.target, exist_ok=True)
        env = self.env
        bare = dict(env, PYTHONUSERBASE=self.target)
        probe = subprocess.run([sys.executable, "-c", PROBE], env=bare, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.runner.reap()
        try:
            found = json.loads(probe.stdout.decode().strip().splitlines()[-1])
        except (ValueError, IndexError):
            raise Ended("requirements", "Python of the image does not start: %s" % probe.stderr.decode("utf-8", "replace")[-500:], HOPELESS) from None
        if found["user"]:
            # What the image has already stays, and is found after ours.
            place = ["--user"]
            env["PYTHONUSERBASE"] = self.target
        else:
            place = ["--target", self.target, "--upgrade"]
            env["PYTHONPATH"] = self.target + (os.pathsep + env["PYTHONPATH"] if env.get("PYTHONPATH") else "")
        env["PATH"] = self.target + "/bin" + os.pathsep + env.get("PATH", "/usr/local/bin:/usr/bin:/bin")
        pip = [sys.executable, "-m", "pip"] if found["pip"] else [sys.executable, self.fetch_pip() + "/pip"]
        command = pip + ["install", "--no-input", "--disable-pip-version-check", "--no-warn-script-location", "--progress-bar", "off"] + place
        self.run_pip(command + self.cache() + ["-r", self.requirements_file()], self.pip_env())

    def cache(self):
        folder = self.runner.config["cacheFolder"]
        if folder is None:
            return ["--no-cache-dir"]
        try:
            os.makedirs(folder + "/pip", exist_ok=True)
            return ["--cache-dir", folder + "/pip"]
        except OSError as error:
            self.runner.log.note("The cache volume cannot be written (%s); packages are downloaded again." % error.strerror)
            return ["--no-cache-dir"]

    def pip_env(self):
        env = dict(self.env, PIP_BREAK_SYSTEM_PACKAGES="1", PYTHONUNBUFFERED="1")
        if self.index["url"] is not None:
            env["PIP_INDEX_URL"] = self.with_credentials(self.index["url"])
        if self.index["extraUrls"]:
            env["PIP_EXTRA_INDEX_URL"] = " ".join(map(self.with_credentials, self.index["extraUrls"]))
        if self.index["trustedHosts"]:
            env["PIP_TRUSTED_HOST"] = " ".join(self.index["trustedHosts"])
        return env

    def requirements_file(self):
        if self.requirements["file"] is not None:
            return self.requirements["file"]
        path = RUN + "/requirements.txt"
        write_file(path, "".join(line + "\n" for line in self.requirements["lines"]))
        return path

    def run_pip(self, command, env):
        runner = self.runner
        child = runner.spawn(command, env, runner.files, (b"i", b"i"), self.masks(), True)
        # The time limit is the script's; a stuck installation ends with the Job's own deadline, or is cancelled.
        runner.watch(child, float("inf"))
        tail = [line.decode("utf-8", "replace") for stream in child.streams.values() for line in stream.tail]
        runner.child = None
        if child.status == 0:
            return
        runner.check_cancelled()
        raise self.fault(tail, child.status)

    def fault(self, tail, status):
        import re

        refused = any(re.search(r"\b(401|403)\b.*(Error|Unauthorized|Forbidden|[Cc]redentials)", line) for line in tail)
        offline = any("Retrying (Retry(" in line or "Connection to" in line for line in tail)
        ignored = next((line.split("located at ", 1)[1].split(" ", 1)[0] for line in tail if "is not a trusted or secure host and is being ignored" in line), None)
        special = self.conflict_in(tail) or self.hash_in(tail)
        if special is not None:
            return special
        built = self.build_in(tail)
        for pattern, hopeless in FAULTS:
            for line in reversed(tail):
                match = re.search(pattern, line)
                if match is None:
                    continue
                package = next((group for group in match.groups() if group), None)
                said = line.replace("ERROR: ", "").strip()
                if offline:
                    said += " (the package index could not be reached)"
                elif ignored is not None:
                    said += " (pip ignores the package index at %s, which is not encrypted, unless it is named as a trusted host)" % ignored
                elif refused or ("No matching distribution" in line and any("(from versions: none)" in other for other in tail) and self.is_refused(package)):
                    said += " (the package index refuses the sign-in)"
                elif built is not None and "uild" in line:
                    said += " (%s)" % built[1]
                return Ended("requirements", said, HOPELESS if hopeless and not offline else REQUIREMENTS, package)
        if built is not None:
            return Ended("requirements", built[1], HOPELESS, built[0])
        errors = [line for line in tail if line.startswith("ERROR:")] or tail
        said = errors[-1].replace("ERROR: ", "") if errors else "pip ended with status %d and said nothing" % status
        if os.WIFSIGNALED(status):
            said = "pip was ended by %s%s" % (signal.Signals(os.WTERMSIG(status)).name, ", probably for lack of memory" if self.runner.meter.oom_kills() > 0 else "")
        return Ended("requirements", said, REQUIREMENTS)

    @staticmethod
    def conflict_in(tail):
        """Packages that exclude each other: pip names the lines of the file, and after a headline who wants what."""
        if "The conflict is caused by:" not in tail:
            return None
        wishes = []
        for line in tail[tail.index("The conflict is caused by:") + 1:]:
            if not line.startswith("    "):
                break
            wishes.append(line.strip())
        return Ended("requirements", "they exclude each other: %s" % "; ".join(wishes), HOPELESS)

    @staticmethod
    def hash_in(tail):
        """A package that is not the one whose hash the file has: its name stands in the next line."""
        at = next((at for at, line in enumerate(tail) if "DO NOT MATCH THE HASHES" in line), None)
        if at is None:
            return None
        package, apart, _ = tail[at + 1].strip().partition(" from ") if at + 1 < len(tail) else ("", "", "")
        return Ended("requirements", "It does not match the hash in the requirements file; it may have been tampered with", HOPELESS, package if apart else None)

    @staticmethod
    def build_in(tail):
        """A package that cannot be built here. @returns it, if pip has named it, and the last words of its build"""
        import re

        end = next((at for at, line in reversed(list(enumerate(tail))) if line.strip() == "[end of output]"), None)
        words = [line.strip() for line in tail[:end] if line.strip()] if end is not None else []
        found = [match.group(1) for match in (re.match(r"\s*(?:Collecting|Processing) (\S+)", line) for line in tail) if match]
        return (found[-1] if found else None, words[-1]) if words else None

    def is_refused(self, requirement):
        """Whether an index answers with a refusal, of which pip says no more than that it has found nothing."""
        import re
        from urllib.error import HTTPError

        name = re.match(r"[A-Za-z0-9._-]*", requirement or "").group()
        for url in [self.index["url"]] * (self.index["url"] is not None) + self.index["extraUrls"]:
            base = "%s/%s/" % (url.rstrip("/"), re.sub(r"[-_.]+", "-", name).lower())
            try:
                self.get(base, base)
            except HTTPError as error:
                if error.code in (401, 403):
                    return True
            except (OSError, ValueError):
                pass
        return False

    def get(self, url, base):
        """Reads from an index, with the credentials where it is the server of `base`."""
        import base64
        import ssl
        import urllib.request
        from urllib.parse import urlsplit

        request = urllib.request.Request(url, headers={"Accept": "text/html, */*"})
        if self.user and urlsplit(url).netloc == urlsplit(base).netloc:
            request.add_header("Authorization", "Basic " + base64.b64encode(("%s:%s" % (self.user, self.password)).encode()).decode())
        unverified = urlsplit(base).hostname in [host.split(":")[0] for host in self.index["trustedHosts"]]
        context = ssl._create_unverified_context() if unverified else None
        with urllib.request.urlopen(request, timeout=60, context=context) as answer:
            return answer.read()

    def fetch_pip(self):
        """An image may have no pip: a wheel of it runs as it is (its folder inside is a program)."""
        import hashlib
        import re
        from html import unescape
        from urllib.parse import urldefrag, urljoin

        base = (self.index["url"] or self.env.get("PIP_INDEX_URL") or "https://pypi.org/simple").rstrip("/") + "/pip/"

        self.runner.log.lines(b"i", [b"The image has no pip; one is fetched from the index."])
        best = None
        try:
            for attributes in re.findall(r"<a\s([^>]*)>", self.get(base, base).decode("utf-8", "replace")):
                href = re.search(r"href=[\"']([^\"']+)", attributes)
                name = href and re.search(r"/?pip-([0-9.]+)-py[^/#]*none-any\.whl", unescape(href.group(1)))
                if not name or "data-yanked" in attributes:
                    continue
                wanted = re.search(r"data-requires-python=[\"']([^\"']+)", attributes)
                try:
                    check_python(unescape(wanted.group(1)) if wanted else None, "pip")
                except Ended:
                    continue
                version = tuple(int(number) for number in name.group(1).split("."))
                if best is None or version > best[0]:
                    best = (version, urljoin(base, unescape(href.group(1))))
            if best is None:
                raise Ended("requirements", "The image has no pip, and the package index has none for its Python.", HOPELESS, "pip")
            url, fragment = urldefrag(best[1])
            data = self.get(url, base)
        except OSError as error:
            raise Ended("requirements", "The image has no pip, and the package index does not answer: %s" % error, REQUIREMENTS, "pip") from error
        if fragment.startswith("sha256=") and hashlib.sha256(data).hexdigest() != fragment[7:]:
            raise Ended("requirements", "pip from the package index does not match its hash.", HOPELESS, "pip")
        path = "%s/pip-%s-py3-none-any.whl" % (RUN, ".".join(map(str, best[0])))
        with open(path, "wb") as file:
            file.write(data)
        return path


# Files in, files out


class BadArchive(Exception):
    """The files of the run are not what was announced."""


class Untar:
    """Writes the regular files of a tar (ustar with pax paths, as the application makes it) below a folder, and nothing else."""

    def __init__(self, folder):
        self.folder = folder
        self.buffer = bytearray()
        self.file = None
        self.left = self.padding = 0
        self.header = None
        self.path = self.size = None
        self.ended = False
        self.known = {}

    def feed(self, data):
        self.buffer += data
        while not self.ended:
            if self.left > 0:
                part = bytes(self.buffer[: self.left])
                if not part:
                    return
                del self.buffer[: len(part)]
                self.left -= len(part)
                self._content(part)
                if self.left > 0:
                    return
            if self.header is not None:
                self._finish_entry()
            if len(self.buffer) < self.padding + 512:
                return
            del self.buffer[: self.padding]
            self.padding = 0
            block = bytes(self.buffer[:512])
            del self.buffer[:512]
            self._start_entry(block)

    def _start_entry(self, block):
        if not block.strip(b"\0"):
            self.ended = True
            return
        try:
            size = int(block[124:136].strip(b" \0") or b"0", 8)
            mode = int(block[100:108].strip(b" \0") or b"0", 8)
            checksum = int(block[148:156].strip(b" \0"), 8)
        except ValueError:
            raise BadArchive("a header is damaged") from None
        if checksum != sum(block) - sum(block[148:156]) + 8 * 32:
            raise BadArchive("a header is damaged")
        kind = block[156:157]
        if self.size is not None and kind != b"x":
            size, self.size = self.size, None
        self.left, self.padding = size, -size % 512
        self.header = (kind, mode)
        if kind in (b"0", b"\0"):
            name, prefix = block[:100].split(b"\0")[0], block[345:500].split(b"\0")[0]
            path = self.path or os.fsdecode(prefix + b"/" + name if prefix else name)
            self.path = None
            self._open(path, mode)
        elif kind == b"x":
            self.extended = b""
        else:
            raise BadArchive("it holds something that is not a file")

    def _open(self, path, mode):
        parts = path.split("/")
        if path.startswith("/") or "\0" in path or any(part in ("", ".", "..") for part in parts):
            raise BadArchive("a path leads out of the folder")
        target = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        self.file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o700 if mode & 0o100 else 0o600)
        self.name = path

    def _content(self, part):
        if self.file is not None:
            write_all(self.file, part)
        else:
            self.extended += part

    def _finish_entry(self):
        if self.file is not None:
            about = os.fstat(self.file)
            self.known[self.name] = [about.st_size, about.st_mtime_ns]
            os.close(self.file)
            self.file = None
        else:
            rest = self.extended
            while rest:
                # "LENGTH key=value\n", where a value may hold anything.
                length, _, _ = rest.partition(b" ")
                if not length.isdigit() or not 0 < int(length) <= len(rest):
                    raise BadArchive("an extended header is damaged")
                key, _, value = rest[len(length) + 1: int(length) - 1].partition(b"=")
                rest = rest[int(length):]
                if key == b"path":
                    self.path = os.fsdecode(value)
                elif key == b"size" and value.isdigit():
                    self.size = int(value)
        self.header = None


def unpack(read, folder, wanted):
    import hashlib
    import zlib

    digest, inflate, tar, left = hashlib.sha256(), zlib.decompressobj(31), Untar(folder), wanted["bytes"]
    try:
        while left > 0:
            data = read(min(left, READ))
            if not data:
                raise BadArchive("%d bytes are missing" % left)
            left -= len(data)
            digest.update(data)
            tar.feed(inflate.decompress(data))
        tar.feed(inflate.flush())
    except zlib.error as error:
        raise BadArchive("it is not gzip: %s" % error) from error
    except FileExistsError as error:
        raise BadArchive("a file is there twice: %s" % error.filename) from error
    if digest.hexdigest() != wanted["sha256"]:
        raise BadArchive("its hash is another")
    if not tar.ended:
        raise BadArchive("it ends too early")
    write_file(RUN + "/inputs.json", json.dumps(tar.known))


def list_packages(folders, own):
    """What importlib.metadata would list in these folders, the first of each name: that module takes longer to import than most scripts to begin.

    `own` is the folder that the run's requirements went into: what stands there was installed for it.
    """
    found = {}
    for folder in folders:
        try:
            names = sorted(os.listdir(folder or "."))
        except OSError:
            continue
        for entry in names:
            stem, kind = os.path.splitext(entry)
            if kind not in (".dist-info", ".egg-info"):
                continue
            path = os.path.join(folder, entry)
            name, _, version = stem.partition("-")
            if kind == ".egg-info":
                version = version.rpartition("-py")[0] or version
                version = version or egg_version(path)
            # As the index names it (packaging.python.org, "Names and normalization").
            name = "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part)
            if name and version and name not in found and len(found) < 5000:
                found[name] = {"name": name, "version": version, "source": source_of(path), "isInstalled": folder.startswith(own)}
    return [found[name] for name in sorted(found)]


def egg_version(path):
    text = read_bytes(os.path.join(path, "PKG-INFO") if os.path.isdir(path) else path).decode("utf-8", "replace")
    return next((line[8:].strip() for line in text.split("\n\n", 1)[0].splitlines() if line.startswith("Version:")), "")


def source_of(path):
    """Where a package came from if not from an index (packaging.python.org, "Recording the Direct URL Origin"), as pip would be told; None else."""
    told = read_json(os.path.join(path, "direct_url.json"))
    if not isinstance(told, dict) or not isinstance(told.get("url"), str):
        return None
    url, vcs, archive = told["url"], told.get("vcs_info"), told.get("archive_info")
    scheme, mark, rest = url.partition("://")
    host, slash, where = rest.partition("/")
    # No password goes into the history.
    url = scheme + mark + host.rpartition("@")[2] + slash + where
    if isinstance(vcs, dict) and isinstance(vcs.get("commit_id"), str):
        url = "%s+%s@%s" % (vcs.get("vcs", "git"), url, vcs["commit_id"])
    elif isinstance(archive, dict) and isinstance(archive.get("hash"), str):
        url = "%s#%s" % (url, archive["hash"])
    return url[:2000]


def pattern_regex(pattern):
    import re

    text = "" if "/" in pattern.rstrip("/") else "(?:.*/)?"
    pattern = pattern.rstrip("/") + "/**" if pattern.endswith("/") else pattern
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            text, at = text + "(?:.*/)?", at + 3
        elif pattern.startswith("**", at):
            text, at = text + ".*", at + 2
        else:
            text, at = text + {"*": "[^/]*", "?": "[^/]"}.get(pattern[at], re.escape(pattern[at])), at + 1
    return re.compile(text + r"\Z", re.DOTALL)


def walk_files(top, left_out, label):
    """Regular files below a folder, in order; what else is there is named."""
    import stat

    def closed(error):
        # No output folder at all is none of the script's doing.
        if error.filename != top:
            left_out(label + os.path.relpath(error.filename, top), "the folder may not be read")

    for folder, names, files in os.walk(top, onerror=closed):
        names.sort()
        for name in sorted(files + [name for name in names if os.path.islink(os.path.join(folder, name))]):
            path = os.path.join(folder, name)
            shown = label + os.path.relpath(path, top)
            try:
                shown.encode("utf-8")
                about = os.lstat(path)
            except UnicodeEncodeError:
                left_out(shown.encode("utf-8", "backslashreplace").decode(), "its name is not UTF-8")
                continue
            except OSError as error:
                left_out(shown, str(error.strerror))
                continue
            if stat.S_ISREG(about.st_mode):
                yield shown, path, about
            else:
                left_out(shown, "it is a link" if stat.S_ISLNK(about.st_mode) else "it is no regular file")


def list_artifacts(config, tell):
    """Writes down what comes back: all below the output folder, and what the patterns name and the script has made or changed. Tells what does not."""
    rules, files, omitted = config["artifacts"], [], []

    def leave_out(path, reason):
        omitted.append({"path": path, "reason": reason})

    def add(shown, path, about):
        nonlocal total
        if not os.access(path, os.R_OK):
            leave_out(shown, "it may not be read")
        elif len(files) >= rules["maxFiles"]:
            leave_out(shown, "more than %d files" % rules["maxFiles"])
        elif total + about.st_size > rules["maxBytes"]:
            leave_out(shown, "more than %d bytes in all" % rules["maxBytes"])
        else:
            total += about.st_size
            files.append({"path": shown, "bytes": about.st_size, "mode": about.st_mode & 0o777, "mtimeMs": about.st_mtime_ns // 1000000, "file": path})

    total = 0
    for shown, path, about in walk_files(output_folder(config), leave_out, "output/"):
        add(shown, path, about)
    if rules["patterns"]:
        inputs = read_json(RUN + "/inputs.json") or {}
        patterns = [pattern_regex(pattern) for pattern in rules["patterns"]]
        for shown, path, about in walk_files(work_folder(config) + "/files", lambda *_: None, "files/"):
            name = shown[len("files/"):]
            if inputs.get(name) != [about.st_size, about.st_mtime_ns] and any(pattern.match(name) for pattern in patterns):
                add(shown, path, about)
    listed = {"files": files, "bytes": total, "leftOut": omitted[:200], "moreLeftOut": max(0, len(omitted) - 200)}
    write_file(RUN + "/artifacts.json", json.dumps(listed))
    if omitted:
        first = "%s (%s)" % (omitted[0]["path"], omitted[0]["reason"])
        tell("A file does not come back: %s." % first if len(omitted) == 1 else "%d files do not come back, among them %s." % (len(omitted), first))
    return {"files": len(files), "bytes": total, "leftOut": len(omitted)}


def write_report(report):
    report = dict(report)
    text = json.dumps(report)
    while len(text) > REPORT:
        # Escapes make the length in JSON hard to foresee.
        report["message"] = report["message"][: len(report["message"]) * 3 // 4]
        if report["error"] is not None:
            report["error"] = {key: value[: max(200, len(value) * 3 // 4)] for key, value in report["error"].items()}
        text = json.dumps(report)
    try:
        with open(TERMINATION_LOG, "w", encoding="ascii") as file:
            file.write(text)
    except OSError:
        pass


# The other container


class Collector:
    def __init__(self):
        self.config = read_json(CODE + "/run.json")
        self.until = float("inf")
        self.holding = False
        signal.signal(signal.SIGTERM, self._terminated)

    def _terminated(self, *_):
        # The pod is being deleted: whoever fetches at this moment gets a little time.
        self.until = min(self.until, time.monotonic() + 10)

    def wait_for_main(self):
        """@returns the report of `main`, or None if it died without one"""
        path, fd, give_up = RUN + "/alive", None, time.monotonic() + 120
        while True:
            report = read_json(RUN + "/end.json")
            if report is not None:
                return report
            if fd is None:
                try:
                    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
                except OSError:
                    # `main` is started first, so it is here in a moment, or never.
                    if time.monotonic() > give_up and not os.path.exists(RUN + "/state.json"):
                        return None
                    time.sleep(0.02)
                    continue
                poll = select.poll()
                poll.register(fd, select.POLLIN)
            try:
                if os.read(fd, 1) == b"":
                    return read_json(RUN + "/end.json")
            except BlockingIOError:
                poll.poll(1000)

    def run(self):
        report = self.wait_for_main()
        if report is None:
            report = self.killed()
        artifacts = report["artifacts"] or {"files": 0}
        needed = artifacts["files"] > 0 or report["logBytes"] > self.config["log"]["holdAboveBytes"]
        self.until = min(self.until, time.monotonic() + self.config["holdSeconds"])
        while needed and not os.path.exists(RUN + "/acked") and time.monotonic() < self.until:
            time.sleep(0.05)
        write_report(dict(report, collected=not needed or os.path.exists(RUN + "/acked")))
        if self.config["sharedWork"]:
            import shutil

            shutil.rmtree(work_folder(self.config), ignore_errors=True)
        return 0

    def killed(self):
        state = read_json(RUN + "/state.json") or {}
        sample = state.get("measurement") or {}
        try:
            # The log is the other container's, which is no more.
            artifacts = list_artifacts(self.config, lambda _: None)
        except OSError:
            artifacts = None
        report = {
            "v": 1, "end": "killed", "exitCode": None, "signal": None, "cancelled": os.path.exists(RUN + "/cancelled"),
            "message": "The container was killed." if state else "The container did not start.", "package": None, "error": None,
            "python": "%d.%d.%d" % sys.version_info[:3], "durationMs": 0, "cpuMs": sample.get("cpuMs"), "peak": sample.get("peak"), "memoryLimit": None,
            "oom": bool(state.get("oom")), "artifacts": artifacts, "lastSeq": state.get("lastSeq", 0), "logBytes": state.get("logBytes", 0),
        }
        write_file(RUN + "/end.json", json.dumps(report))
        return report


# Commands


def say(value):
    sys.stdout.write(json.dumps(value) + "\n")
    return 0 if value.get("ok", True) else 1


def receive(size, digest):
    import shutil

    config = read_json(CODE + "/run.json")
    files = work_folder(config) + "/files"
    if os.path.exists(RUN + "/received"):
        return say({"ok": True})
    # One that a broken connection has left behind must not write into the same folder.
    before = read_json(RUN + "/receiving")
    if before is not None:
        try:
            os.kill(before["pid"], signal.SIGKILL)
        except OSError:
            pass
    write_file(RUN + "/receiving", json.dumps({"pid": os.getpid()}))
    folder = "%s.%d" % (files, os.getpid())
    try:
        os.makedirs(folder)
        unpack(sys.stdin.buffer.raw.read, folder, {"bytes": int(size), "sha256": digest})
        os.rmdir(files)
        os.rename(folder, files)
        write_file(RUN + "/received", "")
        return say({"ok": True})
    except (BadArchive, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        return say({"ok": False, "error": str(error)})


def send_signal(name):
    if os.path.exists(RUN + "/end.json"):
        return say({"ok": False})
    number = {"INT": signal.SIGINT, "TERM": signal.SIGTERM, "KILL": signal.SIGKILL}[name]
    # In this order: where there is no state yet, the look for the file is still to come.
    write_file(RUN + "/cancelled", name)
    state = read_json(RUN + "/state.json")
    if state is None or os.path.exists(RUN + "/end.json"):
        # Not begun: it looks for the file before the script starts. Just ended: because of the file, or it would have in the next moment.
        return say({"ok": True})
    try:
        if name == "KILL":
            if state["child"] is not None:
                os.killpg(state["child"], number)
        else:
            os.kill(state["pid"], number)
        return say({"ok": True})
    except OSError as error:
        ended = os.path.exists(RUN + "/end.json")
        return say({"ok": True} if ended else {"ok": False, "error": str(error)})


def read_log(first, last=None):
    first, last = int(first), float("inf") if last is None else int(last)
    try:
        segments = sorted(os.listdir(RUN + "/log"))
    except FileNotFoundError:
        return 0
    out = sys.stdout.buffer
    for index, name in enumerate(segments):
        if index + 1 < len(segments) and int(segments[index + 1]) <= first:
            continue
        if int(name) > last:
            break
        try:
            file = open(RUN + "/log/" + name, "rb")
        except FileNotFoundError:
            continue
        with file:
            for line in file:
                digits = line[:20]
                number = int(digits[: next((at for at, byte in enumerate(digits) if not 48 <= byte <= 57), 0)] or b"0")
                if number > last:
                    break
                # The last one may still be in the making.
                if number >= first and line.endswith(b"\n"):
                    out.write(line)
    out.flush()
    return 0


def artifacts():
    listed = read_json(RUN + "/artifacts.json") or {"files": [], "bytes": 0, "leftOut": [], "moreLeftOut": 0}
    for file in listed["files"]:
        del file["file"]
    return say(listed)


def send(first):
    import tarfile

    listed = read_json(RUN + "/artifacts.json") or {"files": []}
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|", format=tarfile.PAX_FORMAT, bufsize=READ) as tar:
        for entry in listed["files"][int(first):]:
            info = tarfile.TarInfo(entry["path"])
            info.size, info.mode, info.mtime = entry["bytes"], entry["mode"], entry["mtimeMs"] / 1000
            with open(os.open(entry["file"], os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                tar.addfile(info, file)
    sys.stdout.buffer.flush()
    return 0


def ack():
    write_file(RUN + "/acked", "")
    return say({"ok": True})


def state():
    return say(read_json(RUN + "/state.json") or {})


def run_main():
    runner = Runner()
    return runner.main()


COMMANDS = {
    "main": run_main, "collector": lambda: Collector().run(), "receive": receive, "signal": send_signal, "read-log": read_log,
    "artifacts": artifacts, "send": send, "ack": ack, "state": state,
}

if __name__ == "__main__":
    if sys.version_info < (3, 8):
        told = "PyExeKube needs Python 3.8 or newer; the image has %d.%d.%d." % sys.version_info[:3]
        sys.stderr.write(told + "\n")
        if sys.argv[1] == "main":
            with open(TERMINATION_LOG, "w") as file:
                file.write(json.dumps({"v": 1, "end": "python", "message": told}))
        sys.exit(HOPELESS)
    sys.exit(COMMANDS[sys.argv[1]](*sys.argv[2:]))
