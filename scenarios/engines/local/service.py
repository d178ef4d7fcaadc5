"""One service of a local run: its process, from the record of it to the report of its end."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from scenarios.definition.scenario import Address, Service, Stream
from scenarios.engines.base import MOST_BYTES, Sink
from scenarios.engines.local.log import END_WITHIN, Log
from scenarios.engines.local.process_registry import MARK, Machine
from scenarios.errors import EngineError
from scenarios.places import PROGRAMS, ROOT
from scenarios.system.seals import of_watcher

# Waits for the seal, which comes once the process is recorded: if the lab is killed before, the wait ends and nothing
# runs without a record. Then it sets its limit, soft and hard, tells its process id, and becomes the program, which
# waits for its turn. The seal is neither in the program's arguments nor in its environment.
LAUNCH = r"""
read -r seal || exit 125
ulimit -S -n "$1" && ulimit -H -n "$2" || exit 126
shift 2
printf '{"event": "started", "pid": %d, "seal": "%s"}\n' "$$" "$seal"
exec "$@"
"""
# Imports what the program imports, and then waits for the line that `start` sends.
TURN = PROGRAMS / "turn.py"
KILLED = -9
# Counts kills because memory ran out, anywhere on the machine, since it was started (Linux, mm/oom_kill.c).
KERNEL_COUNTERS = Path("/proc/vmstat")
# A Python that was built to find its own library by this does not start without it.
WHERE_LIBRARIES_ARE = "LD_LIBRARY_PATH"


def environment(machine: Machine) -> dict[str, str]:
    """The whole environment of a machine's processes."""
    needed = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(machine.tmp),
        "TMPDIR": str(machine.tmp),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(machine.provided if machine.provided.is_dir() else ROOT),
        "IOLAB_CHECKPOINTS": "1",
        MARK: machine.name,
    }
    if machine.code.is_dir():
        needed["IOLAB_CODE"] = str(machine.code)
    libraries = os.environ.get(WHERE_LIBRARIES_ARE)
    return {**needed, WHERE_LIBRARIES_ARE: libraries} if libraries else needed


def processors() -> list[int]:
    """The processors that this process may use; none where the kernel cannot be asked, as on macOS."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def memory_kills() -> int:
    """How often the kernel has killed a process because memory ran out; 0 where it does not tell."""
    with suppress(OSError):
        for line in KERNEL_COUNTERS.read_text(encoding="ascii").splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0


class LocalService:
    """A service of a run; it reports the same events as PID 1 of the images (images/hold)."""

    def __init__(self, machine: Machine, sink: Sink, most: int = MOST_BYTES) -> None:
        """Starts nothing yet; `most` bytes of each stream are kept. Raises EngineError."""
        self._machine, self._sink = machine, sink
        self._process: subprocess.Popen[bytes] | None = None
        self._followers: list[subprocess.Popen[bytes]] = []
        self._kills_before, self.out_of_memory = 0, False
        self._waiter = threading.Thread(target=self._report_end, name=f"wait-{machine.service}", daemon=True)
        try:
            self._log = Log(machine, sink, most)
        except OSError as error:
            raise self._error(error) from error

    def _error(self, error: Exception) -> EngineError:
        return EngineError(f"{self._machine.service} cannot be run: {error}")

    def stand(self, service: Service, program: Sequence[str], prefix: Sequence[str], address: Address) -> None:
        """Starts a process that loads `program`, a module and its arguments, and waits for `start`.

        It runs behind the words of `prefix`, with the limits of `service`; a server listens at `address`. Raises
        EngineError.
        """
        self._kills_before = memory_kills()
        try:
            if service.code:
                self._machine.write_code(service.code)
            limits = [str(service.nofile), str(service.most_nofile)]
            try:
                self._process = self._spawn([*prefix, "sh", "-c", LAUNCH, "launch", *limits], program, address)
            finally:
                self._log.start()
            assert self._process.stdin is not None
            os.set_blocking(self._process.stdin.fileno(), False)
            self._waiter.start()
            self._machine.note_program(self._process.pid)
            if service.cpu_count is not None:
                # The first processors that this process may use.
                psutil.Process(self._process.pid).cpu_affinity(processors()[: service.cpu_count])
        except (OSError, psutil.Error) as error:
            self._close_input()
            raise self._error(error) from error
        self.send(f"{self._sink.seal}\n".encode())

    def start(self) -> None:
        self.send(f"start {of_watcher(self._sink.seal)}\n".encode())

    def _spawn(self, launch: Sequence[str], program: Sequence[str], address: Address) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*launch, sys.executable, "-P", str(TURN), *program],
            stdin=subprocess.PIPE,
            stdout=self._log.inlets["stdout"],
            stderr=self._log.inlets["stderr"],
            bufsize=0,
            start_new_session=True,
            cwd=self._machine.tmp,
            env={**environment(self._machine), "IOLAB_HOST": address.host, "IOLAB_PORT": str(address.port)},
        )

    def _report_end(self) -> None:
        """Waits for the end and reports it as the images' PID 1 does, after everything that the program wrote; returns
        earlier if the lab detaches.

        A SIGKILL counts as the kernel's, because memory ran out, if the kernel counted such a kill meanwhile.
        """
        if self._process is None or not self._log.leave.or_end_of(self._process):
            return
        code = self._process.returncode
        self.out_of_memory = code == KILLED and memory_kills() > self._kills_before
        ended = {"event": "exited", "code": code if code >= 0 else 128 - code, "seal": self._sink.seal}
        self._log.add_line(json.dumps(ended).encode() + b"\n")
        self._log.join()  # processes that it started may write on
        self._sink.stopped(self._machine.service)

    def mark(self, line: str) -> None:
        self._log.add_line(f"{line}\n".encode())

    def send(self, data: bytes) -> None:
        """Writes to the program's standard input; one that has ended, or has not read a whole pipe, ignores it."""
        if self._process and self._process.stdin:
            with suppress(OSError, ValueError):
                self._process.stdin.write(data)

    def read_log(self, stream: Stream) -> Iterator[bytes]:
        try:
            yield from self._log.read(stream)
        except OSError as error:
            raise self._error(error) from error

    def leave(self) -> None:
        """Detaches: the program goes on and its log is still filled, without this process. Raises EngineError.

        On systems where only the program's end ends the wait for it, a thread goes on waiting.
        """
        try:
            self._followers = self._log.hand_over() if self._process else []
        except OSError as error:
            raise self._error(error) from error
        self.close()

    def close(self) -> None:
        """Ends the threads and closes the streams, once the processes have ended."""
        if self._waiter.is_alive():
            self._waiter.join(END_WITHIN)
        self._close_input()
        self._log.close()
        for process in filter(None, (self._process, *self._followers)):
            process.poll()  # reaps those that were not waited for

    def _close_input(self) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.close()
