"""An asyncio server: a task for each connection. A task that does not await blocks all others.

python -m labs.programs.servers.work_asyncio --port 8001 --kind sleep --seconds 0.5 --yields no
"""

import argparse
import asyncio
import time

from labs.programs.servers.working import WORK, leaving, parse, parts, ready


async def work(options: argparse.Namespace) -> None:
    """The difference is one word: `await` lets the loop go on with other tasks."""
    for pause in parts(options):
        if options.yields == "yes":
            await asyncio.sleep(pause)
        else:
            time.sleep(pause)


async def serve(options: argparse.Namespace) -> None:

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


def main() -> None:
    asyncio.run(serve(parse(__doc__)))


if __name__ == "__main__":
    main()
