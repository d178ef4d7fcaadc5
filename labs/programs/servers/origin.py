"""An HTTP server that answers each request after the latency that it asks for, as a distant server would.

python -m labs.programs.servers.origin --port 8001
curl 'http://127.0.0.1:8001/page?number=0&latency=0.3'
curl http://127.0.0.1:8001/served    # how often it has served each page, by fetcher, latency and number
curl http://127.0.0.1:8001/most      # how many requests of each fetcher have waited at the same time, by latency
"""

import asyncio
import contextlib
import json
import os
import socket
import sys

from labs.programs.arguments import add_address, options_of
from labs.programs.events import announce
from labs.programs.pages import page
from labs.programs.servers.page_requests import asked, counts, served, waiting
from labs.programs.servers.shortage import Shortage

CHUNK = 64 * 1024
BACKLOG = 1024


async def wait(reader: asyncio.StreamReader, latency: float) -> None:
    """Raises ConnectionAbortedError as soon as the client ends the connection, to free its descriptor at once."""
    try:
        async with asyncio.timeout(latency):
            while await reader.read(CHUNK):
                pass  # bytes after a request are no second one
    except TimeoutError:
        return
    raise ConnectionAbortedError("the client did not wait for its answer")


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        if (found := counts(head)) is not None:
            status, body = b"200 OK", json.dumps(found).encode()
        else:
            number, latency, fetcher = asked(head)
            with waiting(fetcher, latency):
                await wait(reader, latency)
            status, body = b"200 OK", page(number)
            served[fetcher][latency][number] += 1
    except (ValueError, KeyError, asyncio.LimitOverrunError):
        status, body = b"400 Bad Request", b"ask for /page?number=0&latency=0.3\n"
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
        return
    writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body)) + body)
    with contextlib.suppress(ConnectionError):
        await writer.drain()
        writer.close()
        await writer.wait_closed()


async def serve(host: str, port: int) -> None:
    asyncio.get_running_loop().set_exception_handler(Shortage())
    listener = socket.create_server((host, port))
    # For each event asyncio tries as many accepts as its backlog. Without descriptors each of them fails and sets a
    # timer for the next try, so the tries multiply. A backlog of one avoids that; listen() then makes the queue longer.
    server = await asyncio.start_server(answer, sock=listener, backlog=1)
    listener.listen(BACKLOG)
    announce(listener, python=sys.version.split()[0], pid=os.getpid())
    await server.serve_forever()


def main() -> None:
    parser = options_of(__doc__)
    add_address(parser)
    options = parser.parse_args()
    asyncio.run(serve(options.host, options.port))


if __name__ == "__main__":
    main()
