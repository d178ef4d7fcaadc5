"""Support for clients.hostile: connections that are opened, held, ended and reset as no honest client does."""

from labs.programs.clients.hostile_peer import Peer, Steps

PAUSE, HOLD = 0.01, 0.5  # seconds between two steps, and for which a connection is held
BURST = 64 * 1024  # bytes
AT_ONCE = 20


def idle(peer: Peer) -> Steps:
    peer.connect()
    yield HOLD


def resets_at_once(peer: Peer) -> Steps:
    peer.connect()
    peer.reset()
    yield PAUSE


def opens_and_closes(peer: Peer) -> Steps:
    """Many connections at the same time, closed without a request."""
    for _ in range(AT_ONCE):
        peer.connect()
    yield PAUSE


def half_closes_at_once(peer: Peer) -> Steps:
    """Ends its sending half and stays connected."""
    peer.connect()
    peer.end_sending()
    yield HOLD


def uploads_and_resets(peer: Peer) -> Steps:
    peer.connect()
    peer.push(b"put 1000000\n" + bytes(BURST))
    yield PAUSE
    peer.reset()


def asks_and_resets(peer: Peer) -> Steps:
    peer.connect()
    peer.push(b"get\n" * 100)
    yield PAUSE
    peer.reset()


def ends_in_the_middle(peer: Peer) -> Steps:
    """Ends its sending half in the middle of a request line."""
    peer.connect()
    peer.push(b"put 1")
    peer.end_sending()
    yield HOLD


def asks_and_half_closes(peer: Peer) -> Steps:
    """Ends its sending half behind requests, and reads no answer."""
    peer.connect()
    peer.push(b"get\n" * 20)
    peer.end_sending()
    yield HOLD


CONNECTIONS = (
    idle,
    resets_at_once,
    opens_and_closes,
    half_closes_at_once,
    uploads_and_resets,
    asks_and_resets,
    ends_in_the_middle,
    asks_and_half_closes,
)
