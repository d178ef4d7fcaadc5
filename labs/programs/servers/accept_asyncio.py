"""asyncio stops listening for a second when accept() has no descriptor left.

python -m labs.programs.servers.accept_asyncio --port 8001
"""

import asyncio
from typing import Any

from labs.programs.servers.accepting import GREETING, Counts, listen, parse, ready


async def serve() -> None:
    options, counts = parse(__doc__), Counts()

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETING)
        while await reader.read(64):
            writer.write(counts.line)
        writer.close()

    def failed(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if isinstance(context.get("exception"), OSError):
            counts.failed += 1

    asyncio.get_running_loop().set_exception_handler(failed)
    listener = listen(options)
    async with await asyncio.start_server(client, sock=listener) as server:
        # asyncio's own backlog is also the number of accepts that it tries each time, so only the queue is made longer.
        listener.listen(options.backlog)
        ready(listener)
        await server.serve_forever()


def main() -> None:
    asyncio.run(serve())


if __name__ == "__main__":
    main()
