"""An asyncio server that works for one client without delaying the others."""

import argparse
import asyncio
from concurrent.futures import ThreadPoolExecutor

from labs.programs.servers.working import WORK, block, leaving, parse, ready

WORKERS = 2
POOL = ThreadPoolExecutor(WORKERS)


async def work(options: argparse.Namespace) -> None:
    """Does all of the work: block() returns when it is done, and blocks its thread until then."""
    await asyncio.get_running_loop().run_in_executor(POOL, block, options)


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
