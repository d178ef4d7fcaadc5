"""Support for clients.hostile: whether the server still serves an honest client after the attack."""

from labs.programs.clients.transfer_client import Conversation
from labs.programs.protocol import NOTHING


def settle(address: tuple[str, int], timeout: float) -> dict[str, object]:
    """Asks as an honest client does, and waits until the server closes the connection.

    The server accepts this client after all others, and with each answer its loop has had a turn to notice that the
    hostile ones are gone. Returns the fields of the event `finished`.
    """
    client = Conversation(address, 1, 0, 1, timeout)
    try:
        client.admit()
        with client.socket, client.stream:
            client.socket.sendall(b"put 0\n")
            client.compare("the empty upload", client.line(), NOTHING)
            client.end()
    except (OSError, ValueError) as error:
        return {"settled": False, "error": type(error).__name__, "message": str(error)}
    return {"settled": True}
