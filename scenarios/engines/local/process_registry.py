"""The registry of local services: which processes and directories belong to which run, and their removal.

A machine is one service's directory and its processes. A directory of this user holds, for each machine,

    RUN-SERVICE.machine          a symbolic link whose target is a JSON text: the run, the service, the owner
    RUN-SERVICE/process          another one: the program's process id, its start, and the machine's start
    RUN-SERVICE/tmp, code, stdout, stderr

Records are links because a link is created in one step: a kill at any moment leaves the whole record or none. The
record is created before the directory and removed after it. Every process of a machine also has the machine's name in
its environment, which its children inherit, so that those are found whose parent ended before them.
"""

import errno
import json
import os
import shutil
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import psutil

from scenarios.definition.scenario import Code
from scenarios.errors import EngineError
from scenarios.system import owner
from scenarios.system.owner import Owner

MARK = "IOLAB_MACHINE"
SUFFIX = ".machine"
ATTEMPTS = 20  # to create a record while other commands remove the empty directory around it
GONE_WITHIN = 3.0  # seconds, for the kernel to end killed processes
BETWEEN_KILLS = 0.005  # seconds


def default_state() -> Path:
    """Not below TMPDIR or XDG_RUNTIME_DIR: commands with another environment must find the same directory."""
    return Path(f"/tmp/iolab-{os.getuid()}")


@dataclass(frozen=True)
class Program:
    """A process: its id, its start, and the machine's start, as in owner.py, since ids are reused."""

    pid: int
    started: int
    boot: str

    @property
    def lives(self) -> bool:
        """Whether this very process still runs."""
        return self.boot == owner.boot() and owner.started(self.pid) == self.started


@dataclass(frozen=True)
class Machine:
    """One service of a run on this machine: its directory and its owner."""

    directory: Path
    run: str
    service: str
    owner: Owner | None
    kept: bool

    @property
    def name(self) -> str:
        """Unique among all runs; it stands in the environment of the machine's processes."""
        return f"iolab-{self.run}-{self.service}"

    @property
    def owner_lives(self) -> bool:
        """Whether its run is under way, as far as this process can know."""
        return owner.owner_lives(self.owner)

    @property
    def record(self) -> Path:
        """The link with the record."""
        return self.directory.with_name(self.directory.name + SUFFIX)

    @property
    def tmp(self) -> Path:
        """The program's own directory: where it starts, and its TMPDIR and HOME."""
        return self.directory / "tmp"

    @property
    def code(self) -> Path:
        """The folder of a program that is not the lab's own; other machines have none."""
        return self.directory / "code"

    @property
    def provided(self) -> Path:
        """The folder of the lab's files that such a program is provided with in place of all."""
        return self.directory / "provided"

    def write_code(self, code: Code) -> None:
        """Writes the files of such a program. Raises OSError."""
        self.code.mkdir(mode=0o700)
        for folder, files in ((self.code, code.files), (self.provided, code.provided)):
            for name, text in files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                path.chmod(0o444)

    @property
    def program(self) -> Program | None:
        """The service's program, once it was started."""
        with suppress(OSError, ValueError, TypeError):
            return Program(**json.loads(str((self.directory / "process").readlink())))
        return None

    def note_program(self, pid: int) -> None:
        """Records the process, which must not do anything before. Raises OSError."""
        started = owner.started(pid)
        if started is None:
            raise ProcessLookupError(errno.ESRCH, "it ended at once")
        program = Program(pid, started, owner.boot())
        (self.directory / "process").symlink_to(json.dumps(asdict(program)))


class Machines:
    """All machines of this user, of every run of every checkout."""

    def __init__(self, state: Path | None = None) -> None:
        """`state` is the directory that holds them; it exists only while there are some."""
        self.state = state or default_state()

    def make(self, run: str, service: str, keep: bool) -> Machine:
        """A new machine with an empty directory; raises EngineError."""
        machine = Machine(self.state / f"{run}-{service}", run, service, owner.this_process(), keep)
        try:
            self._make_record(machine)
            machine.tmp.mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise EngineError(
                f"no directory can be created for {service}: {error.filename}: {error.strerror}"
            ) from error
        return machine

    def _make_record(self, machine: Machine) -> None:
        mine = asdict(owner.this_process())
        what = {"run": machine.run, "service": machine.service, "kept": machine.kept, "owner": mine}
        for attempt in range(ATTEMPTS):
            self._make_state()
            try:
                return machine.record.symlink_to(json.dumps(what))
            except FileNotFoundError:
                if attempt == ATTEMPTS - 1:
                    raise
        return None

    def _make_state(self) -> None:
        """Others may write to /tmp too, and may have put something in this place."""
        self.state.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            found = self.state.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
                raise EngineError(f"{self.state} is not a directory that only this user can read: remove it")

    def all(self) -> list[Machine]:
        """Every machine, whether its owner lives or not, by name; raises EngineError when they cannot be listed."""
        try:
            return sorted(self._read_all(), key=lambda machine: machine.name)
        except FileNotFoundError:
            return []  # another command removed the last machine, and the directory with it, while this one looked
        except OSError as error:
            raise EngineError(f"the records in {self.state} cannot be listed: {error.strerror}") from error

    def _read_all(self) -> Iterator[Machine]:
        if not self.state.is_dir() or self.state.is_symlink() or self.state.stat().st_uid != os.getuid():
            return  # Another user's: make() refuses it.
        # Not glob, for which a directory that cannot be read is empty.
        for record in [entry for entry in self.state.iterdir() if entry.name.endswith(SUFFIX)]:
            with suppress(OSError, ValueError, KeyError, TypeError):
                said = json.loads(str(record.readlink()))
                directory = record.with_name(record.name.removesuffix(SUFFIX))
                yield Machine(directory, said["run"], said["service"], Owner.from_data(said["owner"]), said["kept"])

    def remove(self, machines: Iterable[Machine]) -> None:
        """Ends the machines' processes and deletes their directories; it is no error if they no longer exist.

        Raises EngineError when something stays; its record stays too, for the next command.
        """
        mine = list(machines)
        if mine:
            end(mine)
        for machine in mine:
            shutil.rmtree(machine.directory, ignore_errors=True)
            if not machine.directory.exists():
                with suppress(OSError):
                    machine.record.unlink(missing_ok=True)
        with suppress(OSError):
            self.state.rmdir()  # it may not be empty, and then others need it
        stay = [str(path) for machine in mine for path in (machine.directory, machine.record) if os.path.lexists(path)]
        if stay:
            raise EngineError(f"these cannot be removed: {', '.join(stay)}")


def end(machines: Iterable[Machine]) -> None:
    """Kills every process of the machines, repeatedly, since one may start another meanwhile; raises EngineError."""
    search = _Search(list(machines))
    until = time.monotonic() + GONE_WITHIN
    while left := search.living():
        for process in left:
            with suppress(psutil.Error):  # it has ended, or cannot be killed: the next search tells
                process.kill()  # psutil compares the start time once more
        if time.monotonic() > until:
            raise EngineError(
                f"these processes do not end when killed: {', '.join(str(process.pid) for process in left)}"
            )
        time.sleep(BETWEEN_KILLS)


class _Search:
    """Finds the living processes that provably belong to some machines."""

    def __init__(self, machines: list[Machine]) -> None:
        self._machines = machines
        self._names = {machine.name for machine in machines}

    @cached_property
    def _spared(self) -> set[int]:
        """This process and its parents: the user may call the lab from a shell inside a kept machine."""
        this = psutil.Process()
        return {this.pid, *(parent.pid for parent in this.parents())}

    def living(self) -> list[psutil.Process]:
        """Those in the session of a living program, and those with a machine's name in their environment."""
        programs = [program for machine in self._machines if (program := machine.program) and program.lives]
        sessions = {program.pid for program in programs}
        return [process for pid in psutil.pids() if (process := self._if_ours(pid, sessions))]

    def _if_ours(self, pid: int, sessions: set[int]) -> psutil.Process | None:
        with suppress(psutil.Error, OSError):
            process = psutil.Process(pid)
            # A session's number is its leader's process id, which no other process gets while the session lasts.
            ours = os.getsid(pid) in sessions or process.environ().get(MARK) in self._names
            if ours and pid not in self._spared and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None
