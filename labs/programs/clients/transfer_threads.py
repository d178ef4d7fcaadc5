"""Support for clients.transfer: a thread for each client, as the tutorial has it."""

import sys
import threading
import time
from collections.abc import Callable
from functools import partial

from labs.programs.clients.transfer_client import Conversation
from labs.programs.clients.transfer_ragged import RaggedConversation
from labs.programs.clients.transfer_tally import Tally, connected, refuse
from labs.programs.events import checkpoint

# Bytes for each thread. With the default of 8 MiB thousands would take most of a container's address space.
STACK = 256 * 1024
# Seconds after which a thread asks the running one to let it run. By default each of hundreds asks 200 times a second,
# and they wake up for little else; a thread that waits for the network lets others run anyway.
SWITCH_INTERVAL = 0.1


class ClientThread(threading.Thread):
    """Connects, downloads and uploads, and before each of the two waits for the others; its first failure ends it."""

    def __init__(self, conversation: Conversation, downloads: threading.Event, uploads: threading.Event) -> None:
        super().__init__(daemon=True)
        self.conversation, self.downloads, self.uploads = conversation, downloads, uploads
        self.admitted, self.halfway = threading.Event(), threading.Event()
        conversation.meet = self.meet
        self.error: Exception | None = None
        self.begun = self.took = 0.0

    def run(self) -> None:
        try:
            self.conversation.admit()
            self.admitted.set()
            self.downloads.wait()
            self.begun = time.perf_counter()
            self.conversation.transfer()
            self.took += time.perf_counter() - self.begun
        except (OSError, ValueError) as error:
            self.error = error
        finally:
            if not isinstance(self.error, TimeoutError):  # else an answer may yet come
                self.conversation.close()
            self.admitted.set()
            self.halfway.set()

    def was_too_early(self) -> bool:
        return isinstance(self.error, TimeoutError) and self.conversation.was_too_early()

    def meet(self) -> None:
        self.took += time.perf_counter() - self.begun
        self.halfway.set()
        self.uploads.wait()
        self.begun = time.perf_counter()


def with_threads(
    address: tuple[str, int],
    clients: int,
    size: int,
    seed: int,
    timeout: float,
    kind: Callable[..., Conversation] = Conversation,
) -> tuple[int, Tally]:
    """Returns how many clients were admitted, and the results of their transfers."""
    threading.stack_size(STACK)
    sys.setswitchinterval(SWITCH_INTERVAL)
    downloads, uploads = threading.Event(), threading.Event()
    threads, everyone = list[ClientThread](), list[ClientThread]()
    for number in range(1, clients + 1):
        thread = ClientThread(kind(address, number, size, seed, timeout), downloads, uploads)
        thread.start()
        everyone.append(thread)
        thread.admitted.wait()
        if thread.error:
            refuse(number, thread.error)
            break
        threads.append(thread)
        connected(number)
    checkpoint("connected", clients=len(threads))
    tally = Tally()
    if len(threads) == clients:
        begun = time.perf_counter()
        downloads.set()
        for thread in threads:
            thread.halfway.wait()
        checkpoint("halfway")
        uploads.set()
        for thread in threads:
            thread.join()
            tally.add(thread.conversation, thread.error)
            tally.took += [] if thread.error else [thread.took]
        tally.seconds = time.perf_counter() - begun
    tally.gave_up_early = sum(thread.was_too_early() for thread in everyone)
    return len(threads), tally


def ragged(address: tuple[str, int], clients: int, size: int, seed: int, timeout: float) -> tuple[int, Tally]:
    """Threads whose requests come in parts, and several at once."""
    kind = partial(RaggedConversation, another=threading.Event() if clients > 1 else None)
    return with_threads(address, clients, size, seed, timeout, kind)
