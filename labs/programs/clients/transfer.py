"""Many clients that download and upload at the same time, each a thread of its own or all in one epoll loop.

python -m labs.programs.clients.transfer --to 127.0.0.1 --port 8001 --clients 500
"""

import socket
import sys
import threading
import time
from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of, seconds, size
from labs.programs.clients import transfer_epoll
from labs.programs.clients.conversation import Conversation, RaggedConversation, Tally, expected, report
from labs.programs.events import checkpoint, emit

# Bytes for each thread. With the default of 8 MiB thousands would take most of a container's address space.
STACK = 256 * 1024
# Seconds after which a thread that wants to run asks the one that runs to let it. By default each of hundreds asks 200
# times a second, and they wake up for little else; who waits for the network lets others run anyway.
PATIENCE = 0.1


class ClientThread(threading.Thread):
    """One client as the tutorial has it: connects, waits for the others, downloads, uploads."""

    def __init__(self, conversation: Conversation, start_transfers: threading.Event) -> None:
        """All clients wait for the same event."""
        super().__init__(daemon=True)
        self.conversation, self.start_transfers = conversation, start_transfers
        self.admitted = threading.Event()
        self.error: Exception | None = None

    def run(self) -> None:
        """The client's life; its first failure ends it."""
        try:
            self.conversation.admit()
            self.admitted.set()
            self.start_transfers.wait()
            self.conversation.transfer()
        except (OSError, ValueError) as error:
            self.error = error
        finally:
            self.admitted.set()


def with_threads(
    address: tuple[str, int], clients: int, size: int, seed: int, timeout: float, of: type[Conversation] = Conversation
) -> tuple[int, Tally]:
    """Runs one thread per client; returns how many were admitted, and what came of the transfers."""
    threading.stack_size(STACK)
    sys.setswitchinterval(PATIENCE)
    start = threading.Event()
    threads: list[ClientThread] = []
    for number in range(1, clients + 1):
        thread = ClientThread(of(address, number, size, seed, timeout), start)
        thread.start()
        thread.admitted.wait()
        if thread.error:
            emit("refused", client=number, error=type(thread.error).__name__, message=str(thread.error))
            break
        threads.append(thread)
    checkpoint("connected", clients=len(threads))
    tally = Tally()
    if len(threads) == clients:
        begun = time.perf_counter()
        start.set()
        for thread in threads:
            thread.join()
            tally.add(thread.conversation, thread.error)
        tally.seconds = time.perf_counter() - begun
    return len(threads), tally


def ragged(address: tuple[str, int], clients: int, size: int, seed: int, timeout: float) -> tuple[int, Tally]:
    """Threads whose requests come in parts, and several at once."""
    return with_threads(address, clients, size, seed, timeout, RaggedConversation)


MODELS = {"threads": with_threads, "epoll": transfer_epoll.with_epoll, "ragged": ragged}


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when every client was served."""
    parser = options_of(__doc__)
    parser.add_argument("--to", default="127.0.0.1", metavar="HOST", help="the server")
    parser.add_argument("--port", type=at_least(1), default=8001, help="the server's port")
    parser.add_argument("--clients", type=at_least(1), default=500, help="how many clients connect")
    parser.add_argument("--size", type=size, default=64 * 1024, help="bytes to download and to upload, such as 64KiB")
    parser.add_argument("--seed", type=int, default=1, help="the server's seed; client k uploads what seed + k gives")
    parser.add_argument(
        "--model",
        choices=MODELS,
        default="threads",
        help="a thread for each client, one epoll loop, or threads whose requests come in parts and several at once",
    )
    parser.add_argument(
        "--timeout", type=seconds, default=30, help="seconds that one operation may take without progress"
    )
    options = parser.parse_args(arguments)

    # Once, and first: looking up the name of a server that died takes ten seconds.
    address = (socket.gethostbyname(options.to), options.port)
    # Before anything is timed, and once: hundreds of threads would each compute it.
    expected(options.seed, options.size)
    checkpoint("ready", platform=sys.platform, clients=options.clients)
    admitted, tally = MODELS[options.model](address, options.clients, options.size, options.seed, options.timeout)
    report(admitted, tally)
    return 0 if tally.served == options.clients else 1


if __name__ == "__main__":
    sys.exit(main())
