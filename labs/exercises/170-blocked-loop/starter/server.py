"""An asyncio server that works for one client without delaying the others."""

import argparse
import asyncio

from labs.programs.servers.working import WORK, block, leaving, parse, ready

WORKERS = 2
# TODO 2: a pool that has so many workers, however many clients ask for work.


async def work(options: argparse.Namespace) -> None:
    """Does all of the work: block() returns when it is done, and blocks its thread until then."""
    # TODO 1: the loop waits here too, and so do all other clients. Let a pool make the call, and await its result.
    block(options)


async def answer(options: argparse.Namespace, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serves one client: each byte is a request, and is sent back when it is done."""
    with leaving():
        while request := await reader.read(1):
            if request == WORK:
                await work(options)
            writer.write(request)
            await writer.drain()
    writer.close()


async def serve(options: argparse.Namespace) -> None:
    server = await asyncio.start_server(lambda *client: answer(options, *client), options.host, options.port)
    ready(server.sockets[0].getsockname()[1], "asyncio")
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(parse(__doc__)))
