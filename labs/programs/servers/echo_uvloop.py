"""Echoes to many clients, each in a task of its own, on libuv's loop instead of asyncio's.

python -m labs.programs.servers.echo_uvloop --port 8001
"""

import asyncio
import contextlib

import uvloop

from labs.programs.servers.echoing import CHUNK, announce, listen

AT_ONCE = 1024


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """`drain` waits until the client has taken most of its bytes."""
    with contextlib.closing(writer), contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


async def serve() -> None:
    """Without descriptors libuv accepts and closes each client, and reports nothing."""
    listener = listen(__doc__)
    server = await asyncio.start_server(echo, sock=listener, limit=CHUNK, backlog=AT_ONCE)
    announce(listener)
    await server.serve_forever()


def main() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())


if __name__ == "__main__":
    main()
