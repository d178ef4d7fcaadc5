"""The command that serves the pages on this machine only."""

from __future__ import annotations

import asyncio
import errno
import resource
import socket
from collections.abc import Sequence
from contextlib import closing

import uvicorn
from starlette.routing import BaseRoute
from uvicorn.protocols.http.h11_impl import H11Protocol

from scenarios.commands.scenario import positive
from scenarios.errors import EXIT_PASS, LabFailure, UsageError
from scenarios.serving.app import application
from scenarios.serving.guard import Guard

# The loopback address: other machines cannot connect.
HOST, PORT = "127.0.0.1", 8100
HIGHEST_PORT = 65535
# Seconds that open streams may still take when the server ends.
GRACE = 1
# Beyond this the server answers 503. Without a limit it would run out of descriptors and answer nobody.
MOST_CONNECTIONS = 100
# Descriptors: each connection, the file that its page reads meanwhile, and what the server has open itself.
DESCRIPTORS = 2 * MOST_CONNECTIONS + 50
# Seconds for the head of a request; unfinished ones count as connections.
HEAD_WITHIN = 5


class Protocol(H11Protocol):
    """Closes a connection without the whole head of a request in time; uvicorn has no such limit."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection begins."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Some of a request came, perhaps a whole one."""
        super().data_received(data)
        self._await_head()

    def on_response_complete(self) -> None:
        """Uvicorn closes an idle connection itself, but not once the next head begins."""
        self._stop_waiting()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """A connection ends."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_WITHIN, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def serve(port: str | None, further: Sequence[BaseRoute]) -> int:
    """Serves the pages of runs, and `further` routes, until it is interrupted."""
    _require_descriptors()
    listener = _listener(port)
    number = listener.getsockname()[1]
    print(f"http://{HOST}:{number}/  Ctrl-C ends it", flush=True)
    with closing(listener):
        asyncio.run(_serve(listener, number, further))
    return EXIT_PASS


def _require_descriptors() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY != hard < DESCRIPTORS:
        raise LabFailure(
            f"serving needs {DESCRIPTORS} descriptors, and this terminal's hard limit is {hard}: raise it with "
            "`ulimit -n`, or open another terminal"
        )
    if resource.RLIM_INFINITY != soft < DESCRIPTORS:
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, hard))


def _listener(port: str | None) -> socket.socket:
    number = PORT if port is None else int(positive("--port", port, int) or 0)
    if number > HIGHEST_PORT:
        raise UsageError(f"--port is {port}: it must be at most {HIGHEST_PORT}")
    try:
        return socket.create_server((HOST, number))
    except OSError as error:
        hint = "; choose another with --port" if error.errno in (errno.EADDRINUSE, errno.EACCES) else ""
        raise LabFailure(f"the port {HOST}:{number} cannot be used: {error.strerror}{hint}") from error


async def _serve(listener: socket.socket, port: int, further: Sequence[BaseRoute]) -> None:
    stop = asyncio.Event()

    class Server(uvicorn.Server):
        """Ends open streams first: uvicorn would wait for them."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            stop.set()
            await super().shutdown(sockets)

    app = Guard(application(further, stop), (f"{HOST}:{port}", f"localhost:{port}"))
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE,
        ws="none",
        http=Protocol,
        limit_concurrency=MOST_CONNECTIONS,
    )
    await Server(config).serve(sockets=[listener])
