"""At most 500 clients at a time: StreamServer stops accepting while its pool is full."""

from gevent.pool import Pool
from gevent.server import StreamServer

from labs.programs.servers.echoing import announce, listen

MOST = 500


class Server(StreamServer):
    def handle(self, client, _address):
        buffer = bytearray(8192)
        try:
            while count := client.recv_into(buffer):
                client.sendall(buffer[:count])
        except ConnectionError:
            pass
        finally:
            client.close()


if __name__ == "__main__":
    listener = listen(__doc__)
    listener.setblocking(False)
    server = Server(listener, spawn=Pool(MOST))
    server.start()
    announce(listener)
    server.serve_forever()
