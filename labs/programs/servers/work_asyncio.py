"""A server of asyncio: a task for each connection, and one that does not await stalls all others.

python -m labs.programs.servers.work_asyncio --port 8001 --kind sleep --seconds 0.5 --yields no
"""

import argparse
import asyncio
import time
from collections.abc import Sequence

from labs.programs.servers.working import WORK, leaving, parse, parts, ready


async def work(options: argparse.Namespace) -> None:
    """The difference is one word: who awaits lets the loop go on with others."""
    for pause in parts(options):
        if options.yields == "yes":
            await asyncio.sleep(pause)
        else:
            time.sleep(pause)


async def serve(options: argparse.Namespace) -> None:
    """Listens, says so, and serves for ever."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with leaving():
            while request := await reader.read(1):
                if request == WORK:
                    await work(options)
                writer.write(request)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, options.host, options.port)
    ready(server.sockets[0].getsockname()[1], "asyncio")
    await server.serve_forever()


def main(arguments: Sequence[str] | None = None) -> None:
    """Parses the options and serves."""
    asyncio.run(serve(parse(__doc__, arguments)))


if __name__ == "__main__":
    main()
