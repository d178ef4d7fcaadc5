# replaces: reserve.py
import errno
import socket
import struct

from labs.programs.servers.accepting import serve

RESET = struct.pack("ii", 1, 0)


class Acceptor:
    def __init__(self):
        self.spare = socket.socket()

    def accept(self, listener, counts):
        try:
            return listener.accept()[0]
        except OSError as error:
            if error.errno != errno.EMFILE:
                raise
        self.spare.close()
        client, _ = listener.accept()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        client.close()
        self.spare = socket.socket()
        counts.shed += 1
        return None


serve(Acceptor().accept, __doc__)
