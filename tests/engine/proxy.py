"""A socket that leads to the engine's and can be closed: an engine that stops, without stopping one; and an engine
elsewhere, over TCP, TLS and a stand-in for ssh.
"""

import contextlib
import os
import socket
import ssl
import subprocess
from pathlib import Path
from threading import Thread
from types import TracebackType

ENGINE = "/var/run/docker.sock"
CHUNK = 65536


class Proxy:
    """Listens and passes everything on, until it is left; then every connection breaks and no new one is taken."""

    def __init__(self, path: Path) -> None:
        """Listens at once, on a path."""
        self.address = f"unix://{path}"
        self._listen(socket.socket(socket.AF_UNIX), str(path))

    def _listen(self, listener: socket.socket, address: str | tuple[str, int]) -> None:
        listener.bind(address)
        listener.listen(64)
        self._listener = listener
        self._open: list[socket.socket] = []
        self._threads = [Thread(target=self._accept)]

    def __enter__(self) -> "Proxy":
        """Begins to pass on."""
        self._threads[0].start()
        return self

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._greet(self._listener.accept()[0])
                engine = socket.socket(socket.AF_UNIX)
                engine.connect(ENGINE)
                self._open += [client, engine]
                for one, other in ((client, engine), (engine, client)):
                    thread = Thread(target=self._pass, args=(one, other))
                    self._threads.append(thread)
                    thread.start()

    def _greet(self, client: socket.socket) -> socket.socket:
        return client

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(CHUNK):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops, as an engine would."""
        if self._listener.family == socket.AF_UNIX:
            Path(self._listener.getsockname()).unlink()
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in (self._listener, *self._open):
            one.close()


class Elsewhere(Proxy):
    """Listens on TCP; `environment` is what makes a client find it. One thread for each direction, as over a socket."""

    def __init__(self) -> None:
        """Listens at once, on a free port."""
        self._listen(socket.socket(), ("127.0.0.1", 0))
        self.environment = {"DOCKER_HOST": f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"}


class ElsewhereWithTls(Elsewhere):
    """The same behind TLS, with certificates of its own: its client must have one too."""

    def __init__(self, folder: Path) -> None:
        """Makes the certificates in `folder`, one for both ends."""
        super().__init__()
        key, certificate = folder / "key.pem", folder / "cert.pem"
        subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *subject]
        subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
        (folder / "ca.pem").write_bytes(certificate.read_bytes())
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._context.load_verify_locations(certificate)
        self._context.verify_mode = ssl.CERT_REQUIRED
        self.environment |= {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(folder)}

    def _greet(self, client: socket.socket) -> socket.socket:
        """Python's TLS may not be read and written at the same time, so one thread does both."""
        near, far = socket.socketpair()
        Thread(target=self._translate, args=(client, far), daemon=True).start()
        return near

    def _translate(self, client: socket.socket, plain: socket.socket) -> None:
        """One thread for both directions of one connection."""
        with contextlib.suppress(OSError), client, plain, self._context.wrap_socket(client, server_side=True) as tls:
            tls.settimeout(0.002)
            plain.settimeout(0)
            while True:
                with contextlib.suppress(TimeoutError, ssl.SSLWantReadError):
                    data = tls.recv(CHUNK)
                    if not data:
                        return
                    plain.setblocking(True)
                    plain.sendall(data)
                    plain.settimeout(0)
                with contextlib.suppress(BlockingIOError):
                    while data := plain.recv(CHUNK):
                        tls.settimeout(30)
                        tls.sendall(data)
                        tls.settimeout(0.002)
                    return


class ElsewhereOverSsh:
    """An `ssh` that is found first and leads to this machine's engine: the lab's side of it is the real one."""

    def __init__(self, folder: Path) -> None:
        """Writes it into `folder`."""
        stand_in = folder / "ssh"
        forwards = 'while [ "$1" != -L ]; do shift; done\nln -s "${2#*:}" "${2%%:*}"\necho forwarded\nexec cat\n'
        stand_in.write_text(f"#!/bin/sh\n{forwards}", encoding="utf-8")
        stand_in.chmod(0o755)
        self.environment = {"DOCKER_HOST": "ssh://elsewhere", "PATH": f"{folder}:{os.environ['PATH']}"}

    def __enter__(self) -> "ElsewhereOverSsh":
        """Nothing runs before it is used."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing runs any more."""
