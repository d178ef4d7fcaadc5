"""The owner of a run: the process that runs it. Leftovers of a killed owner are told from things in use by it.

A process is identified by its id and the ticks from the machine's start to its own, the machine's start by an id of the
kernel's, and the machine by the id that its system got when it was installed. So neither a changed host name nor a step
of the clock changes an owner.
"""

import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Self

from scenarios.system import proc_probe

MACHINE_ID = Path("/etc/machine-id")
LABEL = "iolab.owner."


@dataclass(frozen=True)
class Owner:
    """A process: its id and its start, and the machine and namespace in which they count.

    `started` is in clock ticks since the machine's start, on systems without /proc in milliseconds since the epoch as
    the kernel noted them at the process's start; 0 means not known. `boot` identifies the machine's start, `space` the
    namespace of process ids; an empty text means not known. `host` is for people, and for machines without an id.

    Whether it lives, by the first line that applies:

        its machine was started     it is               and then
        ------------------------    ----------------    ------------------------------------------------------------
        at any time                 process 0           dead: nobody owns it
        at another time             this machine        dead
        at another time             another machine     living: nobody here can tell
        at a time not known         another machine     living: nobody here can tell
        at the same time            in another space    living: nobody here can tell, such as of another container's
        at the same or not known    not there           dead
        at the same or not known    there, unseen       living, unless the owner was this user's: his own can be seen
        at the same or not known    there, a zombie     dead
        at the same or not known    there               living if it started when the owner did, or nobody noted when

    Two machines are the same if their ids are or, where one has no id, their host names. `down --run` removes also
    where nobody can tell.
    """

    pid: int
    started: int
    boot: str
    machine: str
    host: str
    uid: int
    space: str

    @property
    def lives(self) -> bool:
        """Whether that process still runs, as far as this process can know."""
        return self.lives_for(this_process())

    def lives_for(self, here: "Owner") -> bool:
        """Whether that process still runs, as a process at the same place as `here` sees it."""
        if self.pid <= 0:
            return False
        if not (self.boot and self.boot == here.boot):
            if not self._is_of_machine(here):
                return True
            if self.boot and here.boot:
                return False
        if self.space and here.space and self.space != here.space:
            return True
        return self._is_there(here.uid)

    def _is_of_machine(self, here: "Owner") -> bool:
        if self.machine and here.machine:
            return self.machine == here.machine
        return self.host == here.host

    def _is_there(self, own_uid: int) -> bool:
        seen = started(self.pid)
        if seen is not None:
            return seen != ZOMBIE and self.started in (0, seen)
        return self.uid != own_uid and exists(self.pid)

    @classmethod
    def from_data(cls, data: object) -> Self | None:
        """The owner in a record, also in one of an older version; None when it cannot be read."""
        if not isinstance(data, Mapping):
            return None
        try:
            if "boot" not in data:  # seconds since the epoch, which differ between two readings: not to be compared
                float(data["started"])
                return cls(int(data["pid"]), 0, "", "", str(data["host"]), -1, "")
            boot, machine, host, space = (str(data[name]) for name in ("boot", "machine", "host", "space"))
            return cls(int(data["pid"]), int(data["started"]), boot, machine, host, int(data["uid"]), space)
        except (KeyError, TypeError, ValueError, OverflowError):
            return None

    @classmethod
    def from_labels(cls, labels: Mapping[str, str]) -> Self | None:
        """The owner in an object's labels; None when they name none, which must then count as living."""
        return cls.from_data({key.removeprefix(LABEL): value for key, value in labels.items() if key.startswith(LABEL)})

    def labels(self) -> dict[str, str]:
        return {f"{LABEL}{name}": str(value) for name, value in asdict(self).items()}


NOBODY = Owner(0, 0, "", "", "", -1, "")
ZOMBIE = -1


def owner_lives(owner: Owner | None) -> bool:
    """Whether it counts as living. An unknown owner does, or its run would be removed."""
    return owner is None or owner.lives


def exists(pid: int) -> bool:
    """Whether there is a process with that id, of any user."""
    try:
        os.kill(pid, 0)  # finds those too that /proc does not show when mounted with hidepid
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def started(pid: int) -> int | None:
    """When a process started; ZOMBIE for one that only waits to be reaped, None when no process is visible."""
    if not Path(proc_probe.PROC, "self/stat").exists():
        return _started_without_proc(pid)
    try:
        fields = proc_probe.stat_fields(pid)
    except OSError:
        return None
    return ZOMBIE if proc_probe.has_ended(fields) else int(fields[proc_probe.START])


def _started_without_proc(pid: int) -> int | None:
    import psutil  # slow to import, and not needed on Linux

    try:
        process = psutil.Process(pid)
        return ZOMBIE if process.status() == psutil.STATUS_ZOMBIE else round(process.create_time() * 1000)
    except psutil.Error:
        return None


@cache
def boot() -> str:
    """The id of this start of the machine; neither the clock nor another container changes it."""
    if sys.platform == "darwin":
        import subprocess

        command = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
        try:
            return subprocess.run(command, capture_output=True, text=True, check=False, timeout=5).stdout.strip()
        except (OSError, subprocess.SubprocessError):
            return ""
    return _text_of(Path(proc_probe.PROC, "sys/kernel/random/boot_id"))


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _space() -> str:
    try:
        return str(Path(proc_probe.PROC, "self/ns/pid").readlink())
    except OSError:
        return ""


@cache
def this_process() -> Owner:
    """The owner of everything that this process starts."""
    pid = os.getpid()
    machine, host = _text_of(MACHINE_ID), socket.gethostname()
    return Owner(pid, started(pid) or 0, boot(), machine, host, os.getuid(), _space())
