"""Cancels a request while it waits for its answer, and goes on with the connection of the pool, or with a new one.

python -m labs.programs.clients.cancelled_request --requests 5 keeping=127.0.0.1:8001
"""

import asyncio
import contextlib
import sys

from labs.programs.arguments import at_least, options_of
from labs.programs.clients.connecting import Address, addresses_of
from labs.programs.events import checkpoint, emit

CLOSES = "closing"  # the server whose connections are closed after a cancellation


class Pool:
    """A pool of one connection; `closes` says what becomes of it if its request is cancelled."""

    def __init__(self, address: Address, closes: bool) -> None:
        self.address, self.closes = address, closes
        self.idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, number: int, sent: asyncio.Event) -> int:
        """Sends a number and returns the next line that comes."""
        reader, writer = self.idle.pop() if self.idle else await asyncio.open_connection(*self.address)
        try:
            writer.write(b"%d\n" % number)
            await writer.drain()
            sent.set()
            answer = int(await reader.readline())
        except asyncio.CancelledError:
            if self.closes:
                writer.close()
            else:  # the fault: the answer is still to come
                self.idle.append((reader, writer))
            raise
        self.idle.append((reader, writer))
        return answer


async def use(pool: Pool, requests: int) -> list[int]:
    """The answers to 1, 2, ... after the request 0 was sent and cancelled."""
    sent = asyncio.Event()
    first = asyncio.create_task(pool.ask(0, sent))
    await sent.wait()
    first.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await first
    return [await pool.ask(number, asyncio.Event()) for number in range(1, requests + 1)]


async def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("servers", nargs="+", metavar="NAME=HOST:PORT", help=f"where they listen; one may be {CLOSES}")
    parser.add_argument("--requests", type=at_least(1), default=5, help="requests after the cancelled one")
    options = parser.parse_args()
    emit("ready", platform=sys.platform)
    pools = {name: Pool(address, name == CLOSES) for name, address in addresses_of(options.servers).items()}
    for name, pool in pools.items():
        emit("answered", server=name, answers=await use(pool, options.requests))
    checkpoint("done")  # each pool still has its connection


if __name__ == "__main__":
    asyncio.run(main())
