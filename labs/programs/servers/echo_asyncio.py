"""Echoes to many clients, each in a task of its own, whose `await` lets other tasks run.

python -m labs.programs.servers.echo_asyncio --port 8001
"""

import asyncio
import contextlib

from labs.programs.servers.echoing import CHUNK, announce, listen

AT_ONCE = 100  # clients that asyncio tries to accept at once; without descriptors CPython 3.11 reports each


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """`drain` waits until the client has taken most of its bytes."""
    with contextlib.closing(writer), contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


async def serve() -> None:
    """Without descriptors asyncio itself reports it, and tries again a second later."""
    listener = listen(__doc__)
    server = await asyncio.start_server(echo, sock=listener, limit=CHUNK, backlog=AT_ONCE)
    announce(listener)
    await server.serve_forever()


def main() -> None:
    with asyncio.Runner() as runner:
        runner.run(serve())


if __name__ == "__main__":
    main()
