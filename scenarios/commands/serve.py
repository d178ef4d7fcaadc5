"""The command that serves the pages, to this machine alone."""

from __future__ import annotations

import asyncio
import errno
import socket
from contextlib import closing

from scenarios.commands.scenario import positive
from scenarios.errors import EXIT_PASS, LabFailure, UsageError

# Only here: what is asked from elsewhere never arrives.
HOST, PORT = "127.0.0.1", 8100
HIGHEST_PORT = 65535
# Streams that are open end when their browser goes, or so many seconds after the server was asked to end.
GRACE = 1
# Whoever comes when so many are connected is told to come later: else descriptors run out, and nobody is answered.
MOST_CONNECTIONS = 100


def serve(port: str | None) -> int:
    """Serves until it is interrupted."""
    listener = _listener(port)
    number = listener.getsockname()[1]
    print(f"http://{HOST}:{number}/  Ctrl-C ends it", flush=True)
    with closing(listener):
        asyncio.run(_serve(listener, number))
    return EXIT_PASS


def _listener(port: str | None) -> socket.socket:
    number = PORT if port is None else int(positive("--port", port, int) or 0)
    if number > HIGHEST_PORT:
        raise UsageError(f"--port is {port}: it must be at most {HIGHEST_PORT}")
    try:
        return socket.create_server((HOST, number))
    except OSError as error:
        hint = "; --port takes another" if error.errno in (errno.EADDRINUSE, errno.EACCES) else ""
        raise LabFailure(f"{HOST}:{number} cannot be listened on: {error.strerror}{hint}") from error


async def _serve(listener: socket.socket, port: int) -> None:
    import uvicorn

    from labs import pages
    from scenarios.serving.app import application
    from scenarios.serving.guard import Guard

    stop = asyncio.Event()

    class Server(uvicorn.Server):
        """Ends the streams that are open before it waits for them."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            """As its base does."""
            stop.set()
            await super().shutdown(sockets)

    app = Guard(application(pages.routes(), stop), (f"{HOST}:{port}", f"localhost:{port}"))
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE,
        ws="none",
        limit_concurrency=MOST_CONNECTIONS,
    )
    await Server(config).serve(sockets=[listener])
