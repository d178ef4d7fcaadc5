# replaces: proactor.py
# finding: while_its_clients_are_idle_the_proactor_sleeps
import asyncio
import itertools
import selectors
import socket
import sys

from sliced import Sliced

from labs.programs.arguments import add_address, options_of, size
from labs.programs.events import emit
from labs.programs.protocol import Get, Put, RequestParser, payload
from labs.programs.servers.bodies import Bodies

numbers = itertools.count(1)


class Numbered(Sliced):
    """asyncio registers the numbers of sockets."""

    def register(self, fileobj, events, data=None):
        self.keys[number(fileobj)] = selectors.SelectorKey(number(fileobj), number(fileobj), events, data)
        return self.get_key(fileobj)

    def unregister(self, fileobj):
        return self.keys.pop(number(fileobj))

    def get_key(self, fileobj):
        return self.keys[number(fileobj)]


def number(fileobj):
    return fileobj if isinstance(fileobj, int) else fileobj.fileno()


class Client(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.number = transport, next(numbers)
        self.parser, self.sent, self.received = RequestParser(), Bodies(), Bodies()

    def data_received(self, data):
        for item in self.parser.feed(data):
            if isinstance(item, Get):
                self.transport.writelines([b"%d\n" % len(body), body])
                self.sent.add(memoryview(body))
            elif isinstance(item, Put):
                self.transport.write(item.sha256.encode() + b"\n")
            elif isinstance(item, memoryview):
                self.received.add(item)

    def eof_received(self):
        emit("closed", client=self.number, **self.sent.fields("sent"), **self.received.fields("received"))


async def main():
    server = await asyncio.get_running_loop().create_server(Client, sock=listener)
    emit("ready", selector="ProactorEventLoop", platform=sys.platform, python="3.11")
    await server.serve_forever()


parser = options_of(None)
add_address(parser)
parser.add_argument("--selector")
parser.add_argument("--size", type=size, default=1024)
options = parser.parse_args()
body = payload(1, options.size)
listener = socket.create_server((options.host, options.port), backlog=1024)
with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(Numbered())) as runner:
    runner.run(main())
