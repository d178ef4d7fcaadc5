# replaces: server.py
import asyncio
import errno
import signal

from client import READ, WRITE, Client
from starting import STDOUT, announce_loop, listen_as_asked

from labs.programs.servers.event_queue import EventQueue


class EpollSelector:
    """The event `ready` names the selector; asyncio has its own."""


class Server:
    def __init__(self, listener, body):
        self.listener, self.clients, self.number, self.stopping = listener, {}, 0, False
        self.download, self.events = (b"%d\n" % len(body), memoryview(body)), EventQueue(STDOUT)
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        self.loop.add_reader(listener, self.accept)
        self.loop.add_signal_handler(signal.SIGTERM, self.stop)

    def accept(self):
        try:
            sock, _ = self.listener.accept()
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno == errno.EMFILE:
                self.loop.remove_reader(self.listener)  # until a client leaves
            return
        sock.setblocking(False)
        self.number += 1
        client = Client(sock, self.number, self.download)
        self.clients[client] = 0
        self.wait(client, READ)

    def wait(self, client, wanted):
        before, self.clients[client] = self.clients[client], wanted
        for mask, add, remove in (
            (READ, self.loop.add_reader, self.loop.remove_reader),
            (WRITE, self.loop.add_writer, self.loop.remove_writer),
        ):
            if wanted & mask and not before & mask:
                add(client.sock, self.serve, client, mask)
            elif before & mask and not wanted & mask:
                remove(client.sock)

    def serve(self, client, mask):
        if client not in self.clients:
            return
        wanted = client.on_event(mask)
        if not wanted or (self.stopping and not client.is_under_way):
            self.close(client)
        else:
            self.wait(client, wanted)

    def close(self, client):
        self.wait(client, 0)
        del self.clients[client]
        self.events.emit("closed", **client.counts())
        client.sock.close()
        self.flush()
        if not self.stopping:
            self.loop.add_reader(self.listener, self.accept)
        elif not self.clients:
            self.over.set()

    def flush(self):
        self.events.flush()
        if self.events.patience is not None:
            self.loop.call_later(self.events.patience, self.flush)

    def stop(self):
        if not self.stopping:
            self.stopping = True
            self.loop.remove_reader(self.listener)
            self.listener.close()
            for client in [one for one in self.clients if not one.is_under_way]:
                self.close(client)
            if not self.clients:
                self.over.set()


async def main():
    server = Server(*listen_as_asked(__doc__))
    announce_loop(server.listener, EpollSelector())
    await server.over.wait()


asyncio.run(main())
