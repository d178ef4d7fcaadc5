"""A server of asyncio that has work to do for one client, and keeps nobody else waiting for it."""

import argparse
import asyncio
import time

from labs.programs.servers.working import WORK, leaving, parse, parts, ready


async def work(options: argparse.Namespace) -> None:
    """All of the work. parts() does one part of it after the other, and says after each for how long there is nothing
    to do: of a sleep that is all of it.
    """
    for pause in parts(options):
        # TODO 1: between two awaits this task has the loop for itself. Let the others have their turn after each part.
        time.sleep(pause)


async def answer(options: argparse.Namespace, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One client: a byte is a request, and is sent back once it is done."""
    with leaving():
        while request := await reader.read(1):
            if request == WORK:
                await work(options)
            writer.write(request)
            await writer.drain()
    writer.close()


async def serve(options: argparse.Namespace) -> None:
    """Listens, says so, and serves for ever, each client in a task of its own."""
    server = await asyncio.start_server(lambda *client: answer(options, *client), options.host, options.port)
    ready(server.sockets[0].getsockname()[1], "asyncio")
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(parse(__doc__, None)))
