"""The same server with asyncio, on the loop that Windows has for many sockets: the proactor."""

import asyncio
import itertools
import platform
import socket
import sys

from labs.programs.arguments import add_address, options_of, size
from labs.programs.events import emit
from labs.programs.protocol import Get, Put, RequestParser, payload
from labs.programs.servers.bodies import Bodies


class Server:
    def __init__(self, body: bytes) -> None:
        self.body, self.numbers = body, itertools.count(1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one client until it leaves; its bytes are counted for the event `closed`."""
        number, parser, sent, received = next(self.numbers), RequestParser(), Bodies(), Bodies()
        try:
            while data := await reader.read(65536):
                for item in parser.feed(data):
                    if isinstance(item, Get):
                        writer.write(b"%d\n" % len(self.body) + self.body)
                        sent.add(memoryview(self.body))
                    elif isinstance(item, Put):
                        writer.write(item.sha256.encode() + b"\n")
                    elif isinstance(item, memoryview):
                        received.add(item)
                await writer.drain()
        except OSError:
            pass  # this client is gone; the others are served on
        emit("closed", client=number, **sent.fields("sent"), **received.fields("received"))
        writer.close()


async def run(listener: socket.socket, body: bytes) -> None:
    server = await asyncio.start_server(Server(body).serve, sock=listener)
    name = type(asyncio.get_running_loop()).__name__
    emit("ready", selector=name, platform=sys.platform, python=platform.python_version())
    await server.serve_forever()


def main() -> None:
    parser = options_of(__doc__)
    add_address(parser)
    parser.add_argument("--selector", help="set by the scenario; not used here")
    parser.add_argument("--size", type=size, default=1024)
    options = parser.parse_args()
    listener = socket.create_server((options.host, options.port), backlog=1024)
    # TODO 3: this loop calls select, and has its limit. Use the loop that waits for completed operations.
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(run(listener, payload(1, options.size)))


if __name__ == "__main__":
    main()
