"""Fetches with coroutines: one thread, which goes on with another one at each await; urlopen would block it.

python -m labs.programs.clients.fetch_asyncio --from 127.0.0.1 --port 8001 --urls 6 --latency 0.3
"""

import asyncio
import sys
import time
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from labs.programs.clients.fetching import Fetched, Page, checked, run


async def fetch(page: Page, free: asyncio.Semaphore) -> Fetched:
    """Fetches one page once there is room for it; the end of the stream is the end of the body."""
    url = urlsplit(page.url)
    async with free:
        begun = time.perf_counter()
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        writer.write(f"GET {url.path}?{url.query} HTTP/1.0\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        body = await reader.read()
        writer.close()
        await writer.wait_closed()
    return checked(page, body, begun)


async def gather(pages: Sequence[Page], pool: int) -> list[Fetched]:
    """All of them, in their order."""
    free = asyncio.Semaphore(pool)
    return await asyncio.gather(*(fetch(page, free) for page in pages))


def fetch_all(pages: Sequence[Page], pool: int) -> Iterable[Fetched]:
    """Waits in `pool` coroutines at a time."""
    return asyncio.run(gather(pages, pool))


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when every page came whole."""
    return run("asyncio", fetch_all, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
