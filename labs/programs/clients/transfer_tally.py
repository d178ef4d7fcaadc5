"""Support for clients.transfer: the results of all clients, and the event `finished`."""

from dataclasses import dataclass, field

from labs.programs.clients.transfer_client import Conversation
from labs.programs.events import checkpoint, emit

SHOWN_FAILURES = 5
SHARES = (50, 90, 99, 100)
# With so many clients connected the lab looks at a server that may die before all are.
LOOKED_AT = (16, 256)


@dataclass
class Tally:
    served: int = 0
    sent: int = 0
    received: int = 0
    seconds: float = 0.0
    gave_up_early: int = 0
    failures: list[dict[str, object]] = field(default_factory=list)
    took: list[float] = field(
        default_factory=list
    )  # seconds of each client that was served, without its waits for others

    def add(self, client: Conversation, error: Exception | None) -> None:
        self.sent += client.sent
        self.received += client.received
        if error is None:
            self.served += 1
        elif len(self.failures) < SHOWN_FAILURES:
            self.failures.append({"client": client.number, "error": type(error).__name__, "message": str(error)})


def connected(number: int) -> None:
    """Stops at a checkpoint when a certain number of clients is connected."""
    if number in LOOKED_AT:
        checkpoint("more", moment=f"{number} connected")


def refuse(number: int, error: Exception) -> None:
    """Reports the first client that was not admitted."""
    emit("refused", client=number, error=type(error).__name__, message=str(error))


def report(admitted: int, tally: Tally) -> None:
    emit(
        "finished",
        admitted=admitted,
        served=tally.served,
        sent=tally.sent,
        received=tally.received,
        seconds=round(tally.seconds, 4),
        failures=tally.failures,
        gave_up_early=tally.gave_up_early,
        took=shares(tally.took),
    )


def shares(took: list[float]) -> dict[str, float]:
    """The seconds that so many of the clients took at most."""
    rising = sorted(took)
    return {f"{share} %": round(rising[(len(rising) * share - 1) // 100], 4) for share in SHARES if rising}
