"""Fetches with coroutines: one thread, which goes on with another coroutine at each await. A recv would block it.

python -m labs.programs.clients.fetch_asyncio --from 127.0.0.1 --port 8001 --urls 6 --latency 0.3
"""

import asyncio
import sys
import time
from collections.abc import Iterable, Sequence

from labs.programs.clients.fetching import Fetched, Page, checked, run


async def fetch(page: Page, free: asyncio.Semaphore) -> Fetched:
    """Fetches one page when the pool has room; the end of the stream is the end of the body."""
    async with free:
        begun = time.perf_counter()
        reader, writer = await asyncio.open_connection(*page.place)
        writer.write(page.request)
        await reader.readuntil(b"\r\n\r\n")
        body = await reader.read()
        writer.close()
        await writer.wait_closed()
    return checked(page, body, begun)


async def gather(pages: Sequence[Page], pool: int) -> list[Fetched]:
    free = asyncio.Semaphore(pool)
    return await asyncio.gather(*(fetch(page, free) for page in pages))


def fetch_all(pages: Sequence[Page], pool: int) -> Iterable[Fetched]:
    return asyncio.run(gather(pages, pool))


def main() -> int:
    return run("asyncio", fetch_all, __doc__)


if __name__ == "__main__":
    sys.exit(main())
