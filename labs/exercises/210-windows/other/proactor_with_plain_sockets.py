# replaces: proactor.py
import asyncio
import itertools
import socket
import sys

from labs.programs.arguments import add_address, options_of, size
from labs.programs.events import emit
from labs.programs.protocol import Get, Put, RequestParser, payload
from labs.programs.servers.bodies import Bodies

numbers, tasks = itertools.count(1), set()


async def serve(loop, sock):
    number, parser, sent, received = next(numbers), RequestParser(), Bodies(), Bodies()
    try:
        while data := await loop.sock_recv(sock, 65536):
            for item in parser.feed(data):
                if isinstance(item, Get):
                    await loop.sock_sendall(sock, b"%d\n" % len(body) + body)
                    sent.add(memoryview(body))
                elif isinstance(item, Put):
                    await loop.sock_sendall(sock, item.sha256.encode() + b"\n")
                elif isinstance(item, memoryview):
                    received.add(item)
    except OSError:
        pass
    emit("closed", client=number, **sent.fields("sent"), **received.fields("received"))
    sock.close()


async def main():
    loop = asyncio.get_running_loop()
    emit("ready", selector=type(loop).__name__, platform=sys.platform, python="3.11")
    while True:
        sock, _ = await loop.sock_accept(listener)
        sock.setblocking(False)
        task = loop.create_task(serve(loop, sock))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


parser = options_of(None)
add_address(parser)
parser.add_argument("--selector")
parser.add_argument("--size", type=size, default=1024)
options = parser.parse_args()
body = payload(1, options.size)
listener = socket.create_server((options.host, options.port), backlog=1024)
listener.setblocking(False)
asyncio.run(main())
