"""An HTTP server that answers each path after the latency that it asks for: the far end of the internet, on one's own
machine.

python -m labs.programs.servers.origin --port 8001
curl 'http://127.0.0.1:8001/page?number=0&latency=0.3'
"""

import asyncio
import os
import platform
import sys
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.events import emit, open_descriptors, soft_nofile
from labs.programs.pages import page


def asked(head: bytes) -> tuple[int, float]:
    """The page's number and its latency in seconds; raises ValueError or KeyError when the request is no such one."""
    method, target, _ = head.decode("ascii").split(" ", 2)
    if method != "GET":
        raise ValueError(f"{method} instead of GET")
    query = parse_qs(urlsplit(target).query)
    return int(query["number"][0]), seconds(query["latency"][0])


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One request, one answer, and the connection is closed."""
    try:
        number, latency = asked(await reader.readuntil(b"\r\n\r\n"))
        # The wait stands for a distant server; asyncio.sleep keeps this one free for all others meanwhile.
        await asyncio.sleep(latency)
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


async def serve(host: str, port: int) -> None:
    """Listens, says so, and serves for ever."""
    server = await asyncio.start_server(answer, host, port, backlog=1024)
    emit(
        "ready",
        port=server.sockets[0].getsockname()[1],
        platform=sys.platform,
        python=platform.python_version(),
        pid=os.getpid(),
        descriptors=open_descriptors(),
        nofile=soft_nofile(),
    )
    await server.serve_forever()


def main(arguments: Sequence[str] | None = None) -> None:
    """Parses the options and serves."""
    parser = options_of(__doc__)
    parser.add_argument("--host", default="0.0.0.0", help="address to listen on")
    parser.add_argument("--port", type=at_least(0), default=8001, help="port to listen on; 0 takes a free one")
    options = parser.parse_args(arguments)
    asyncio.run(serve(options.host, options.port))


if __name__ == "__main__":
    main()
