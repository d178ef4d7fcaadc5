"""An engine on another host, through one connection of the user's own ssh command, which forwards the engine's socket.

So keys, agent, known hosts and jump hosts are those of the user's ssh. The SDK's own way needs paramiko, which knows
only some of them. On this side is a socket in a folder that only this user can enter.
"""

import errno
import os
import re
import select
import socket
import subprocess
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

SCHEME = "ssh://"
FORM = "write ssh://[user@]host[:port][/path/of/docker.sock]"
ENGINE_SOCKET = "/var/run/docker.sock"
# Without a terminal, questions or Ctrl-C. It may use a master connection of the user's, but does not become one.
OPTIONS = ("-T", "-o", "BatchMode=yes", "-o", "ControlMaster=no")
# Says that the socket is forwarded, and ends the connection with its input: also when the lab is killed.
REMOTE = "echo forwarded && exec cat"
PREFIX, SOCKET = "iolab-", "docker.sock"
END_WITHIN = 2.0  # seconds, for ssh to tell why its connection ended
SSH_FAILED = 255  # ssh(1), EXIT STATUS
ADVICE = (
    (r"[Hh]ost key", "ssh does not know that host's key: connect once by hand, {by_hand}, and compare the key"),
    (
        r"Permission denied|authentication failures",
        "no key of yours opens it without a question: ssh-add loads one, "
        "ssh-copy-id brings it there; then see whether {by_hand} answers",
    ),
)


class SshFailed(ConnectionError):
    """The connection over ssh does not lead to an engine; what ssh said, and what to do."""


def parsed(address: str) -> tuple[list[str], str]:
    """The ssh command for an address in FORM, and the path of the engine's socket there.

    ssh's own configuration gives the parts that the address leaves out. Raises SshFailed.
    """
    try:
        parts = urlsplit(address)
        port = ["-p", str(parts.port)] if parts.port else []
    except ValueError as error:
        raise SshFailed(f"{error}: {FORM}") from error
    if not parts.hostname or parts.password or parts.query or parts.fragment:
        raise SshFailed(f"it is of another form: {FORM}")
    user = ["-l", parts.username] if parts.username else []
    # Not `hostname`, which is in small letters: the names of ssh's configuration may have others.
    host = re.sub(r":\d*$", "", parts.netloc.rpartition("@")[2]).strip("[]")
    return ["ssh", *user, *port, "--", host], parts.path.rstrip("/") or ENGINE_SOCKET


def remove_dead() -> None:
    """Removes the sockets of this user that killed commands left: nothing listens there any more."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{SOCKET}"):
        with suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            if path.lstat().st_uid == os.getuid() and probe.connect_ex(str(path)) == errno.ECONNREFUSED:
                path.unlink()
                path.parent.rmdir()


class Tunnel:
    """One ssh, from its start until `close` or the end of this process; `socket` is this side's end."""

    def __init__(self, address: str, within: float) -> None:
        """Returns once the engine's socket is forwarded. Raises SshFailed, or TimeoutError after so many seconds."""
        command, self._remote = parsed(address)
        self._by_hand = " ".join(command)
        remove_dead()
        folder = tempfile.TemporaryDirectory(prefix=PREFIX)
        self.socket = Path(folder.name, SOCKET)
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        forward = ["-L", f"{self.socket}:{self._remote}"]
        try:
            self._ssh = subprocess.Popen(
                [command[0], *OPTIONS, *forward, *command[1:], REMOTE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
                start_new_session=True,
            )
        except OSError as error:
            self._said.close()
            folder.cleanup()
            raise SshFailed(f"ssh cannot be started ({error}); Debian, Ubuntu: apt install openssh-client") from error
        cancel = [command[0], "-O", "cancel", *forward, *command[1:]]
        self.close = weakref.finalize(self, _end, self._ssh, cancel, self._said, folder)
        self._wait(within)

    def _wait(self, within: float) -> None:
        assert self._ssh.stdout is not None
        poll = select.poll()
        poll.register(self._ssh.stdout, select.POLLIN)
        if not poll.poll(within * 1000):
            self.close()
            raise TimeoutError
        if not self._ssh.stdout.readline():
            why = self.why_unanswered()
            self.close()
            raise SshFailed(why)

    @property
    def has_ended(self) -> bool:
        """Whether ssh has ended, or does so within a moment."""
        try:
            self._ssh.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            return False
        return True

    def why_unanswered(self) -> str:
        """Why no engine answers at the socket, in words for the user."""
        status = self._ssh.returncode if self.has_ended else None
        self._said.seek(0)
        return explained(status, self._said.read().decode(errors="replace"), self._by_hand, self._remote)


def _end(
    ssh: "subprocess.Popen[bytes]", cancel: list[str], said: IO[bytes], folder: "tempfile.TemporaryDirectory[str]"
) -> None:
    # If the user's ssh has a master connection, that one listens, and goes on until it is told to stop.
    quiet = subprocess.DEVNULL
    with suppress(subprocess.TimeoutExpired, OSError):
        subprocess.run(cancel, stdin=quiet, stdout=quiet, stderr=quiet, timeout=END_WITHIN, check=False)
    ssh.terminate()
    ssh.wait()
    for file in filter(None, (ssh.stdin, ssh.stdout, said)):
        file.close()
    folder.cleanup()


def explained(status: int | None, said: str, by_hand: str, remote: str) -> str:
    """The meaning of ssh's status, None while it runs, and of its words."""
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), f"nothing, status {status}")
    if status is None:
        return (
            f"ssh logged in, but no engine answers at {remote} there (ssh said: {last}): start it, or "
            f"{FORM}; your user there must be allowed to use the socket, and its sshd to forward it"
        )
    if status != SSH_FAILED:
        return f"ssh logged in, but the shell there ended with status {status} (it said: {last})"
    last = last.removeprefix("ssh: ").rstrip(".")
    known = (advice for pattern, advice in ADVICE if re.search(pattern, last))
    advice = next(known, "see whether {by_hand} answers").format(by_hand=f"`{by_hand} docker version`")
    return f"ssh said: {last}: {advice}"
