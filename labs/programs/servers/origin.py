"""An HTTP server that answers each path after the latency that it asks for: the internet's far end, on one's desk.

python -m labs.programs.servers.origin --port 8001
curl 'http://127.0.0.1:8001/page?number=0&latency=0.3'
"""

import asyncio
import errno
import math
import os
import socket
import sys
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from labs.programs.arguments import add_address, options_of, seconds
from labs.programs.events import emit, open_descriptors, soft_nofile
from labs.programs.pages import page

CHUNK = 64 * 1024
BACKLOG = 1024
SHORTAGES = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


def asked(head: bytes) -> tuple[int, float]:
    """The page's number and its latency in seconds; raises ValueError or KeyError when the request is no such one."""
    method, target, _ = head.decode("ascii").split(" ", 2)
    if method != "GET":
        raise ValueError(f"{method} instead of GET")
    query = parse_qs(urlsplit(target).query)
    return int(query["number"][0]), seconds(query["latency"][0])


async def wait(reader: asyncio.StreamReader, latency: float) -> None:
    """Stands for a distant server, while this one stays free for all others.

    Raises ConnectionAbortedError as soon as the client ends the connection: its descriptor is somebody else's then.
    """
    try:
        async with asyncio.timeout(latency):
            while await reader.read(CHUNK):
                pass  # What follows a request is not read as another.
    except TimeoutError:
        return
    raise ConnectionAbortedError("the client did not wait for its answer")


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request, one answer, and the connection is closed."""
    try:
        number, latency = asked(await reader.readuntil(b"\r\n\r\n"))
        await wait(reader, latency)
        status, body = b"200 OK", page(number)
    except (ValueError, KeyError, asyncio.LimitOverrunError):
        status, body = b"400 Bad Request", b"ask for /page?number=0&latency=0.3\n"
    except (asyncio.IncompleteReadError, ConnectionError):
        return writer.close()
    writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body)) + body)
    try:
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    except ConnectionError:
        pass
    return None


class Shortage:
    """Says once a second at most that descriptors are out, in one line; asyncio would print a traceback each time."""

    def __init__(self) -> None:
        """Nothing has failed yet."""
        self.failed, self.said = 0, -math.inf

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Takes what asyncio tells of an exception that nobody awaits; others than these are told as ever."""
        error = context.get("exception")
        if not (isinstance(error, OSError) and error.errno in SHORTAGES):
            return loop.default_exception_handler(context)
        self.failed += 1
        if loop.time() >= self.said + 1:
            print(f"no client can be accepted: {error} ({self.failed} times so far)", file=sys.stderr, flush=True)
            self.said = loop.time()
        return None


async def serve(host: str, port: int) -> None:
    """Listens, says so, and serves for ever."""
    asyncio.get_running_loop().set_exception_handler(Shortage())
    listener = socket.create_server((host, port))
    # asyncio attempts as many accepts for each event as it is told of a backlog, and where descriptors are out each of
    # them fails and sets a timer of its own for the next attempt: they become more and more. So it is told of one.
    server = await asyncio.start_server(answer, sock=listener, backlog=1)
    listener.listen(BACKLOG)
    emit(
        "ready",
        port=server.sockets[0].getsockname()[1],
        platform=sys.platform,
        python=sys.version.split()[0],
        pid=os.getpid(),
        descriptors=open_descriptors(),
        nofile=soft_nofile(),
    )
    await server.serve_forever()


def main(arguments: Sequence[str] | None = None) -> None:
    """Parses the options and serves."""
    parser = options_of(__doc__)
    add_address(parser)
    options = parser.parse_args(arguments)
    asyncio.run(serve(options.host, options.port))


if __name__ == "__main__":
    main()
