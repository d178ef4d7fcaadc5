"""An asyncio server that leaves work that blocks to a pool of two threads, and serves its clients meanwhile.

python -m labs.programs.servers.work_pool --port 8001 --kind sleep --seconds 0.5
"""

import argparse
import asyncio
from concurrent.futures import ThreadPoolExecutor

from labs.programs.servers.working import WORK, block, leaving, parse, ready

WORKERS = 2


async def serve(options: argparse.Namespace) -> None:
    loop, pool = asyncio.get_running_loop(), ThreadPoolExecutor(WORKERS)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with leaving():
            while request := await reader.read(1):
                if request == WORK:
                    await loop.run_in_executor(pool, block, options)
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
