"""A gateway: collects the parts of each answer from a backend, and stops when no client needs them any more.

python -m labs.programs.servers.gateway_asyncio --port 8001 --backend 127.0.0.1:8002 --parts 3
"""

import argparse
import asyncio
import contextlib

from labs.programs.servers.gathering import announce, fetch, parse


async def collect(options: argparse.Namespace, number: int) -> list[str]:
    """All parts of an answer, fetched at the same time. If one fails, the group cancels the others."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(fetch(options, number, part)) for part in range(options.parts)]
    return [task.result() for task in tasks]


async def reply(options: argparse.Namespace, number: int, seconds: float) -> str:
    """The answer for a client that waits for so many seconds: `done` and the parts, `failed` or `late`."""
    try:
        async with asyncio.timeout(seconds):
            return " ".join(["done", *await collect(options, number)])
    except TimeoutError:
        return "late"
    except ExceptionGroup:
        return "failed"


async def until_left(reader: asyncio.StreamReader) -> None:
    """Returns when the client has ended or reset its connection; it sends nothing after its request."""
    with contextlib.suppress(ConnectionError):
        await reader.read(1)


async def serve_client(options: argparse.Namespace, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers one request, `NUMBER SECONDS`. If the client leaves before, the work for it is cancelled."""
    with contextlib.closing(writer), contextlib.suppress(ConnectionError):
        number, seconds = (await reader.readline()).split()
        work = asyncio.create_task(reply(options, int(number), float(seconds)))
        left = asyncio.create_task(until_left(reader))
        await asyncio.wait({work, left}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            writer.write(work.result().encode() + b"\n")
            await writer.drain()
        for task in (work, left):
            task.cancel()
        await asyncio.gather(work, left, return_exceptions=True)


async def main() -> None:
    options = parse(__doc__)
    server = await asyncio.start_server(
        lambda *client: serve_client(options, *client), options.host, options.port, backlog=1024
    )
    announce(server)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
