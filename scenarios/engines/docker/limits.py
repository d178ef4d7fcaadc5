"""The highest nofile that a Docker Engine on this machine can give: what containerd may, by the kernel's rules."""

import sys
from pathlib import Path

import psutil

from scenarios.engines.base import Limit

# With this capability in the initial user namespace a process may raise hard limits, up to fs.nr_open
# (linux/capability.h; do_prlimit() in kernel/sys.c). In another namespace, as of a rootless engine, it does not count.
CAP_SYS_RESOURCE = 24
# /proc/PID/uid_map of the initial namespace; everybody may read it (user_namespaces(7)).
ALL_USERS = ["0", "0", "4294967295"]


def hard_nofile() -> Limit | None:
    """The limit and its source; None where the engine's processes cannot be seen."""
    if not sys.platform.startswith("linux"):
        return None
    for name in ("containerd", "dockerd"):
        for process in psutil.process_iter(["name"]):
            if process.info["name"] == name:
                return _limit_of(name, process.pid)
    return None


def _limit_of(name: str, pid: int) -> Limit | None:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        limits = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
        users = Path(f"/proc/{pid}/uid_map").read_text(encoding="ascii").split()
        highest = int(Path("/proc/sys/fs/nr_open").read_text(encoding="ascii"))
    except OSError:
        return None
    capabilities = int(next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff:")), 16)
    if capabilities >> CAP_SYS_RESOURCE & 1 and users == ALL_USERS:
        return Limit(highest, "the kernel's fs.nr_open")
    hard = next(line.split()[4] for line in limits.splitlines() if line.startswith("Max open files"))
    return Limit(
        int(hard), f"the hard limit of {name}, process {pid}, which starts the containers and may not raise it"
    )
