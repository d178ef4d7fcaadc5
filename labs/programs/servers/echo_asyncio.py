"""Echoes to many clients, each in a task of its own, which says with `await` where it waits and others may run.

python -m labs.programs.servers.echo_asyncio --port 8001
"""

import asyncio
import contextlib
from collections.abc import Sequence

from labs.programs.servers.echoing import CHUNK, announce, listen

# How many clients asyncio tries to accept at once; out of descriptors, CPython 3.11 tells of each of them.
AT_ONCE = 100


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serves one client for as long as it sends; waits until it has taken most of what it was sent."""
    with contextlib.closing(writer), contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


async def serve(arguments: Sequence[str] | None) -> None:
    """Listens, says so, and serves; without descriptors asyncio itself tells of it, and tries again a second later."""
    listener = listen(__doc__, arguments)
    server = await asyncio.start_server(echo, sock=listener, limit=CHUNK, backlog=AT_ONCE)
    announce(listener)
    await server.serve_forever()


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs asyncio's own loop."""
    with asyncio.Runner() as runner:
        runner.run(serve(arguments))


if __name__ == "__main__":
    main()
