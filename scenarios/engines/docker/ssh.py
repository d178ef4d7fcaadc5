"""An engine on another host, reached through the user's own ssh command, as the Docker CLI reaches it.

Keys, agent, known hosts and jump hosts are thereby those of the user's ssh. The SDK's own way needs paramiko, which
knows only some of them, and gives connections that are no sockets: they can neither be polled nor left half closed.
"""

import re
import socket
import subprocess
import tempfile
import threading
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from docker.transport import UnixHTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

SCHEME = "ssh://"
FORM = "write ssh://[user@]host[:port]"
# Sessions of their own get no Ctrl-C and no terminal; a connection that closes must not close another's.
OPTIONS = ("-T", "-o", "BatchMode=yes", "-o", "ControlMaster=no")
DIAL = "docker system dial-stdio"
# An sshd begins to refuse at ten that have not logged in yet (sshd_config, MaxStartups).
LOGINS = threading.BoundedSemaphore(4)
END_WITHIN = 2.0  # seconds, for ssh to tell why its connection ended
SSH_FAILED, NOT_FOUND = 255, 127  # ssh(1), EXIT STATUS; POSIX shells
ADVICE = (
    (r"[Hh]ost key", "ssh does not know that host's key: connect once by hand, {by_hand}, and compare the key"),
    (
        r"Permission denied|authentication failures",
        "no key of yours opens it without a question: ssh-add loads one, "
        "ssh-copy-id brings it there; then see whether {by_hand} answers",
    ),
)


class SshFailed(ConnectionError):
    """A connection over ssh ended before the engine answered; what ssh said, and what to do."""


def command(address: str) -> list[str]:
    """What connects to ssh://[user@]host[:port]; what is left out, ssh's own configuration says. Raises SshFailed."""
    try:
        parts = urlsplit(address)
        port = ["-p", str(parts.port)] if parts.port else []
    except ValueError as error:
        raise SshFailed(f"{error}: {FORM}") from error
    if not parts.hostname or parts.password or parts.path.strip("/") or parts.query or parts.fragment:
        raise SshFailed(f"it is of another form: {FORM}")
    user = ["-l", parts.username] if parts.username else []
    # Not `hostname`, which is in small letters: the names of ssh's configuration may have others.
    host = re.sub(r":\d*$", "", parts.netloc.rpartition("@")[2]).strip("[]")
    return ["ssh", *user, *port, "--", host]


class SshAdapter(UnixHTTPAdapter):
    """Gives one pool of connections, whatever is asked for."""

    def __init__(self, address: str, timeout: int) -> None:
        """Connects when something is asked for; raises SshFailed for an address of another form."""
        super().__init__("http+unix:///", timeout)
        self._pool = _Pool(command(address), timeout)

    def get_connection(self, url: Any, proxies: Any = None) -> Any:  # noqa: ARG002 - the SDK's signature
        """The only pool."""
        return self._pool

    def close(self) -> None:
        """Ends the connections that wait to be used again."""
        self._pool.close()
        super().close()


class _Pool(HTTPConnectionPool):
    def __init__(self, start: list[str], timeout: int) -> None:
        super().__init__("localhost", timeout=timeout)
        self._start = start

    def _new_conn(self) -> Any:
        return _Connection(self._start)


class _Connection(HTTPConnection):
    """A socket whose other end is the standard input and output of an ssh."""

    def __init__(self, start: list[str]) -> None:
        super().__init__("localhost")
        self._start = start
        self._ssh: _Ssh | None = None

    def connect(self) -> None:
        """Starts ssh, which logs in while the request is already on its way."""
        self._end()
        self._ssh = _Ssh(self._start)
        self.sock = self._ssh.socket
        self.sock.settimeout(self.timeout)

    def getresponse(self) -> Any:
        """As it is; raises SshFailed where ssh ended instead. What closes this meanwhile does not end its ssh."""
        ssh, self._ssh = self._ssh, None
        try:
            return super().getresponse()
        except (HTTPException, OSError) as error:
            if ssh is not None and not isinstance(error, TimeoutError) and (why := ssh.why_it_ended()):
                raise SshFailed(why) from error
            raise
        finally:
            self._ssh = ssh
            if ssh is not None:
                ssh.answered()

    def close(self) -> None:
        """Ends its ssh too."""
        super().close()
        self._end()

    def _end(self) -> None:
        ssh, self._ssh = self._ssh, None
        if ssh is not None:
            ssh.end()


class _Ssh:
    """One ssh that leads to the engine, and what it says of itself."""

    def __init__(self, start: list[str]) -> None:
        """Waits for its turn to log in; raises SshFailed where there is no ssh."""
        self._start = start
        LOGINS.acquire()
        self._logs_in = True
        self.socket, far = socket.socketpair()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end()
        line = [*start[:1], *OPTIONS, *start[1:], DIAL]
        try:
            with far:
                ends = far.fileno()
                self._process = subprocess.Popen(
                    line, stdin=ends, stdout=ends, stderr=self._said, start_new_session=True
                )
        except OSError as error:
            self.answered()
            self.socket.close()
            self._said.close()
            raise SshFailed(f"ssh cannot be started ({error}); Debian, Ubuntu: apt install openssh-client") from error

    def answered(self) -> None:
        """The engine said something, or will not: the next one may log in."""
        if self._logs_in:
            self._logs_in = False
            LOGINS.release()

    def why_it_ended(self) -> str | None:
        """In words for the user; None if it did not."""
        try:
            status = self._process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            return None
        self._said.seek(0)
        return explained(status, self._said.read().decode(errors="replace"), " ".join(self._start))

    def end(self) -> None:
        """Ends it and returns once it is gone; the command on the other side ends with its input."""
        self.answered()
        self._process.terminate()
        self._process.wait()
        self._said.close()


def explained(status: int, said: str, by_hand: str) -> str:
    """What it means that an ssh ended with this status and these words."""
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), f"nothing, status {status}")
    if status == NOT_FOUND:
        return f"the other side has no docker command, which is to lead to its engine (it said: {last})"
    if status != SSH_FAILED:
        return f"ssh logged in, but no engine answers on the other side (`{DIAL}` said: {last})"
    last = last.removeprefix("ssh: ").rstrip(".")
    known = (advice for pattern, advice in ADVICE if re.search(pattern, last))
    advice = next(known, "see whether {by_hand} answers").format(by_hand=f"`{by_hand} docker version`")
    return f"ssh said: {last}: {advice}"
