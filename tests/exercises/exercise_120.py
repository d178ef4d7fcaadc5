"""What servers on Windows are tried with."""

from tests.exercises import Program

STARTER = "crash"
PRINTS = """\
import sys, time
from labs.programs.events import emit
emit("ready", selector="SelectSelector", platform=sys.platform, python="3.11.9")
time.sleep(1000)
"""
SLICED = "serve(Sliced())"
SLICES = "            slices = [keys[begin : begin + MOST] for begin in range(0, len(keys), MOST)]\n"
OF_THE_LAB = """\
from labs.programs.servers.sliced import SlicedSelector
from serving import serve

serve(SlicedSelector())
"""
PARTS = """\
import selectors
import time

from serving import serve


class Parts(selectors.BaseSelector):
    def __init__(self):
        self.parts = []

    def register(self, fileobj, events, data=None):
        part = next((one for one in self.parts if len(one.get_map()) < 500), None)
        if part is None:
            part = selectors.SelectSelector()
            self.parts.append(part)
        return part.register(fileobj, events, data)

    def unregister(self, fileobj):
        return next(one for one in self.parts if fileobj in one.get_map()).unregister(fileobj)

    def get_map(self):
        return {key.fileobj: key for one in self.parts for key in one.get_map().values()}

    def get_key(self, fileobj):
        return next(one for one in self.parts if fileobj in one.get_map()).get_key(fileobj)

    def select(self, timeout=None):
        while True:
            found = [pair for one in self.parts if one.get_map() for pair in one.select(0)]
            if found or timeout is not None:
                return found
            time.sleep(0.005)


serve(Parts())
"""
# On Windows asyncio's loop asks no select: it is told of what was done.
PROACTOR = """\
import asyncio
import itertools
import socket
import sys

from labs.programs.arguments import add_address, options_of, size
from labs.programs.events import emit
from labs.programs.protocol import Get, Put, RequestParser, payload
from labs.programs.servers.connection import Bodies

numbers = itertools.count(1)


async def serve(reader, writer):
    mine, parser, sent, received = next(numbers), RequestParser(), Bodies(), Bodies()
    try:
        while data := await reader.read(65536):
            for item in parser.feed(data):
                if isinstance(item, Get):
                    writer.write(b"%d\\n" % len(body) + body)
                    sent.add(memoryview(body))
                elif isinstance(item, Put):
                    writer.write(item.sha256.encode() + b"\\n")
                elif isinstance(item, memoryview):
                    received.add(item)
            await writer.drain()
    except OSError:
        pass
    hashes = {"sent_sha256": sent.sha256.hexdigest(), "received_sha256": received.sha256.hexdigest()}
    emit("closed", client=mine, sent=sent.count, received=received.count, **hashes)
    writer.close()


async def main():
    listener = socket.create_server((options.host, options.port), backlog=1024)
    server = await asyncio.start_server(serve, sock=listener, backlog=1024)
    emit("ready", selector=type(asyncio.get_running_loop()).__name__, platform=sys.platform, python="3.11")
    await server.serve_forever()


parser = options_of(None)
add_address(parser)
parser.add_argument("--selector")
parser.add_argument("--size", type=size, default=1024)
options = parser.parse_args()
body = payload(1, options.size)
asyncio.run(main())
"""
WRONG = (
    Program("it only prints that it is ready", "sliced.py", PRINTS, finding="served"),
    Program(
        "the plain one has no limit",
        "plain.py",
        "from sliced import Sliced\nfrom serving import serve\n\nserve(Sliced())\n",
        finding="error",
    ),
    Program("it is select's", "sliced.py", "serve(selectors.DefaultSelector())", SLICED, "crash"),
    Program(
        "the last ones alone are asked for", "sliced.py", "            slices = [keys[-MOST:]]\n", SLICES, "served"
    ),
)
OTHERS = (
    Program("a selector of the lab's", "sliced.py", OF_THE_LAB),
    Program("selectors of 500 each", "sliced.py", PARTS),
    Program("asyncio, with what Windows has for it", "sliced.py", PROACTOR),
)
