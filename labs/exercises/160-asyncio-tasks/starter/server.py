"""A gateway: collects the parts of each answer from a backend, and stops when no client needs them any more."""

import argparse
import asyncio
import contextlib

from labs.programs.servers.gathering import PartFailed, announce, fetch, parse


async def collect(options: argparse.Namespace, number: int) -> list[str]:
    """All parts of an answer."""
    # TODO 1: this asks for a part only when the one before has come. Fetch all parts at the same time, each in a task
    # of an asyncio.TaskGroup. If one raises PartFailed, the group cancels the others, and raises an ExceptionGroup.
    return [await fetch(options, number, part) for part in range(options.parts)]


async def reply(options: argparse.Namespace, number: int, seconds: float) -> str:
    """The answer for a client that waits for so many seconds: `done` and the parts, `failed` or `late`."""
    # TODO 2: after so many seconds, cancel the work and return "late".
    try:
        return " ".join(["done", *await collect(options, number)])
    except PartFailed:
        return "failed"


async def until_left(reader: asyncio.StreamReader) -> None:
    """Returns when the client has ended or reset its connection; it sends nothing after its request."""
    with contextlib.suppress(ConnectionError):
        await reader.read(1)


async def serve_client(options: argparse.Namespace, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers one request, `NUMBER SECONDS`. If the client leaves before, the work for it is cancelled."""
    with contextlib.closing(writer), contextlib.suppress(ConnectionError):
        number, seconds = (await reader.readline()).split()
        # TODO 3: this waits for the answer also when the client has left. Let until_left() run beside reply(), each in
        # a task of its own. The one that ends first decides; cancel the other.
        answer = await reply(options, int(number), float(seconds))
        writer.write(answer.encode() + b"\n")
        await writer.drain()


async def main() -> None:
    options = parse(__doc__)
    server = await asyncio.start_server(
        lambda *client: serve_client(options, *client), options.host, options.port, backlog=1024
    )
    announce(server)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
