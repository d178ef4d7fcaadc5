"""An sshd of a test's own on loopback, which lets in one key of its own and leads to this machine's engine."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

UP_WITHIN = 10.0  # seconds
SEPARATION = Path("/run/sshd")  # where OpenSSH of Debian and Ubuntu locks itself in, if root starts it
CONFIG = """
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
SetEnv "PATH={path}"
"""
CLIENT = """
IdentityFile {folder}/key
IdentitiesOnly yes
UserKnownHostsFile {folder}/known
GlobalKnownHostsFile /dev/null
"""


def _sshd() -> str | None:
    """It has to be started by its whole path, and is seldom on a user's."""
    return shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


def why_none() -> str | None:
    """Why this machine can have no sshd for a test, or None."""
    missing = [name for name in ("ssh", "ssh-keygen") if shutil.which(name) is None]
    missing += [] if _sshd() else ["sshd"]
    return f"an engine over a real ssh needs {', '.join(missing)}, not installed" if missing else None


class Sshd:
    """Listens at `port`; `environment` makes a client find it, `known` holds the host's key, `key.pub` the client's."""

    def __init__(self, folder: Path, *more: str) -> None:
        """Makes the keys and starts it, with these lines more in its configuration."""
        self.folder, self.known = folder, folder / "known"
        for name in ("host", "key"):
            making = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
            subprocess.run(making, check=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        host_key = " ".join((folder / "host.pub").read_text(encoding="ascii").split()[:2])
        self.known.write_text(f"[127.0.0.1]:{self.port} {host_key}\n", encoding="ascii")
        self.environment = self._client()
        config = CONFIG.format(port=self.port, folder=folder, path=os.environ["PATH"]) + "\n".join(more)
        (folder / "sshd_config").write_text(config, encoding="utf-8")
        self._start()

    def _client(self) -> dict[str, str]:
        """An `ssh` that reads nothing of the user's own configuration."""
        (self.folder / "config").write_text(CLIENT.format(folder=self.folder), encoding="utf-8")
        command = self.folder / "ssh"
        command.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {self.folder}/config "$@"\n', encoding="utf-8")
        command.chmod(0o755)
        address = f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}"
        return {"DOCKER_HOST": address, "PATH": f"{self.folder}:{os.environ['PATH']}"}

    def _start(self) -> None:
        if os.geteuid() == 0:
            SEPARATION.mkdir(mode=0o755, exist_ok=True)
        with (self.folder / "log").open("wb") as log:
            line = [str(_sshd()), "-D", "-e", "-f", str(self.folder / "sshd_config")]
            self._process = subprocess.Popen(line, stdout=log, stderr=log)
        until = time.monotonic() + UP_WITHIN
        while time.monotonic() < until and self._process.poll() is None:
            with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.05)
        self.end()
        raise AssertionError(f"sshd does not listen: {self.log}")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        """What it said so far."""
        return (self.folder / "log").read_text(encoding="utf-8")

    def end(self) -> None:
        """Ends it; each connection has a process of its own, which ends with its client."""
        self._process.terminate()
        self._process.wait(UP_WITHIN)


@contextmanager
def sshd(folder: Path, *more: str) -> Iterator[Sshd]:
    """One that listens."""
    one = Sshd(folder, *more)
    try:
        yield one
    finally:
        one.end()
