"""Support for clients.transfer: requests that come in parts, and several at once."""

import hashlib
import time

from labs.programs.clients.transfer_client import Conversation
from labs.programs.protocol import NOTHING, pieces

# Seconds in which a server can read one part before the next, and the bytes of an upload that come with its request.
APART, BEGINNING = 0.02, 1000


class RaggedConversation(Conversation):
    """The same requests, cut and joined at unexpected places."""

    def transfer(self) -> None:
        """Sends a request in two parts, the second with the next request and the start of its body.

        The rest of that body comes with a third request.
        """
        self.socket.sendall(b"ge")
        time.sleep(APART)
        body = b"".join(pieces(self.seed + self.number, self.size))
        self.socket.sendall(b"t\nput %d\n" % self.size + body[:BEGINNING])
        self.compare_download()
        self.meet()
        self.socket.sendall(body[BEGINNING:] + b"put 0\n")
        self.sent = self.size
        self.compare("the upload", self.line(), hashlib.sha256(body).hexdigest())
        self.compare("the empty upload after it", self.line(), NOTHING)
        self.end()
