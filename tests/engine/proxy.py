"""A socket that leads to the engine's and can be closed: an engine that stops, without stopping one."""

import contextlib
import socket
from pathlib import Path
from threading import Thread
from types import TracebackType

ENGINE = "/var/run/docker.sock"
CHUNK = 65536


class Proxy:
    """Listens on a path and passes everything on, until it is left; then every connection breaks and no new one is
    taken.
    """

    def __init__(self, path: Path) -> None:
        """Listens at once."""
        self.address = f"unix://{path}"
        self._path = path
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        self._open: list[socket.socket] = []
        self._threads = [Thread(target=self._accept)]

    def __enter__(self) -> "Proxy":
        """Begins to pass on."""
        self._threads[0].start()
        return self

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                engine = socket.socket(socket.AF_UNIX)
                engine.connect(ENGINE)
                self._open += [client, engine]
                for one, other in ((client, engine), (engine, client)):
                    thread = Thread(target=self._pass, args=(one, other))
                    self._threads.append(thread)
                    thread.start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(CHUNK):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops, as an engine would."""
        self._path.unlink()
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in (self._listener, *self._open):
            one.close()
