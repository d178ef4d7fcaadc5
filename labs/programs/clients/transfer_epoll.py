"""Support for clients.transfer: all clients in one loop, without threads, for thousands of them."""

import selectors
import time

from labs.programs.clients.transfer_client import Conversation
from labs.programs.clients.transfer_steps import HALFWAY, WRITE, Steps, transfer
from labs.programs.clients.transfer_tally import Tally, connected, refuse
from labs.programs.events import checkpoint

Transfer = tuple[Conversation, Steps]


def admit(address: tuple[str, int], clients: int, size: int, seed: int, timeout: float) -> list[Conversation]:
    admitted: list[Conversation] = []
    for number in range(1, clients + 1):
        client = Conversation(address, number, size, seed, timeout)
        try:
            client.admit()
        except (OSError, ValueError) as error:
            refuse(number, error)
            break
        client.socket.setblocking(False)
        admitted.append(client)
        connected(number)
    return admitted


def with_epoll(address: tuple[str, int], clients: int, size: int, seed: int, timeout: float) -> tuple[int, Tally]:
    """Returns how many clients were admitted, and the results of their transfers."""
    admitted = admit(address, clients, size, seed, timeout)
    checkpoint("connected", clients=len(admitted))
    tally = Tally()
    if len(admitted) == clients:
        begun = time.perf_counter()
        halfway = loop([(client, transfer(client)) for client in admitted], tally, timeout)
        checkpoint("halfway")
        loop(halfway, tally, timeout)
        tally.seconds = time.perf_counter() - begun
    return len(admitted), tally


def loop(transfers: list[Transfer], tally: Tally, timeout: float) -> list[Transfer]:
    """Advances the clients whose sockets are ready, until all have ended or none makes progress.

    Returns those that are halfway, as all of them are once they have downloaded.
    """
    halfway: list[Transfer] = []
    with selectors.DefaultSelector() as selector:
        for one in transfers:
            selector.register(one[0].socket, WRITE, one)
        while selector.get_map():
            events = selector.select(timeout)
            for key, _ in events:
                advance(selector, key, tally, halfway)
            if not events:
                for key in list(selector.get_map().values()):
                    end(selector, key, tally, TimeoutError("no progress"))
    return halfway


def advance(
    selector: selectors.BaseSelector, key: selectors.SelectorKey, tally: Tally, halfway: list[Transfer]
) -> None:
    try:
        wanted = next(key.data[1])
        if wanted == HALFWAY:
            selector.unregister(key.fileobj)
            halfway.append(key.data)
        elif wanted != key.events:
            selector.modify(key.fileobj, wanted, key.data)
    except StopIteration:
        end(selector, key, tally, None)
    except (OSError, ValueError) as error:
        end(selector, key, tally, error)


def end(selector: selectors.BaseSelector, key: selectors.SelectorKey, tally: Tally, error: Exception | None) -> None:
    client: Conversation = key.data[0]
    selector.unregister(key.fileobj)
    client.stream.close()
    client.socket.close()
    tally.add(client, error)
