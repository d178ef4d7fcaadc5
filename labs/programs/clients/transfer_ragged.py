"""Support for clients.transfer: requests that come in parts, and several at once."""

import hashlib
import threading
import time
from typing import Any

from labs.programs.clients.transfer_client import Conversation
from labs.programs.protocol import NOTHING, pieces

# Seconds in which a server can read one part before the next, and the bytes of an upload that come with its request.
APART, BEGINNING = 0.02, 1000


class RaggedConversation(Conversation):
    """The same requests, cut and joined at unexpected places.

    The first client sends the rest of its first request only when `another` has its download: a server that waits for
    the rest alone serves nobody meanwhile.
    """

    def __init__(self, *given: Any, another: threading.Event | None) -> None:
        super().__init__(*given)
        self.another = another

    def transfer(self) -> None:
        """Sends a request in two parts, the second with the next request and the start of its body.

        The rest of that body comes with a third request.
        """
        self.socket.sendall(b"ge")
        time.sleep(APART)
        if self.another and self.number == 1 and not self.another.wait(self.timeout):
            raise TimeoutError("no other client was served while a part of this one's request was missing")
        body = b"".join(pieces(self.seed + self.number, self.size))
        self.socket.sendall(b"t\nput %d\n" % self.size + body[:BEGINNING])
        self.compare_download()
        if self.another:
            self.another.set()
        self.meet()
        self.socket.sendall(body[BEGINNING:] + b"put 0\n")
        self.sent = self.size
        self.compare("the upload", self.line(), hashlib.sha256(body).hexdigest())
        self.compare("the empty upload after it", self.line(), NOTHING)
        self.end()
