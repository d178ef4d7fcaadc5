"""Echoes to many clients, each in a task of its own, on libuv's loop instead of asyncio's.

python -m labs.programs.servers.echo_uvloop --port 8001
"""

import asyncio
import contextlib
from collections.abc import Sequence

import uvloop

from labs.programs.servers.echoing import CHUNK, announce, listen

AT_ONCE = 1024


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serves one client for as long as it sends; waits until it has taken most of what it was sent."""
    with contextlib.closing(writer), contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


async def serve(arguments: Sequence[str] | None) -> None:
    """Listens, says so, and serves; without descriptors libuv closes whoever comes, and tells nobody."""
    listener = listen(__doc__, arguments)
    server = await asyncio.start_server(echo, sock=listener, limit=CHUNK, backlog=AT_ONCE)
    announce(listener)
    await server.serve_forever()


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs libuv's loop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(arguments))


if __name__ == "__main__":
    main()
