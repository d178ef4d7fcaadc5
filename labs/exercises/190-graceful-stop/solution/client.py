"""One client of an echo server. A message ends with a newline; its bytes are echoed as they come.

Leave this file as it is.
"""

import socket

from labs.programs.servers.echoing import CHUNK


class Client:
    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.sock, self.unsent, self.last = sock, b"", b"\n"

    @property
    def is_under_way(self) -> bool:
        """Whether its message is incomplete, or bytes of the echo are not sent yet."""
        return bool(self.unsent) or self.last != b"\n"

    def step(self) -> bool:
        """Reads or writes what is possible now; returns whether the client is still there."""
        try:
            if not self.unsent:
                self.unsent = self.sock.recv(CHUNK)
                self.last = self.unsent[-1:]
                if not self.unsent:
                    return False
            self.unsent = self.unsent[self.sock.send(self.unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True
