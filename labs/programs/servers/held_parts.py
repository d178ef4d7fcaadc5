"""A backend that holds each request for a part of an answer until a client lets it answer, and counts those given up.

python -m labs.programs.servers.held_parts --port 8002

A gateway connects for each part, sends `part NUMBER PART`, and gets a line. A connection that sends `control` may then
send `count`, `fail NUMBER` and `release`, and gets the counts after each.
"""

import asyncio
import contextlib
import json
import time

from labs.programs.arguments import add_address, options_of
from labs.programs.events import announce, emit
from labs.programs.parts import text_of

MOST_TOLD = 2000  # of the times in one event


class Backend:
    """`asked` counts requests, `stopped` those whose gateway closed the connection before it had an answer."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.held: dict[tuple[int, int], asyncio.StreamWriter] = {}
        self.asked = self.stopped = self.failed = 0
        self.kept: list[float] = []  # seconds for which each request was held that was stopped

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            word, *numbers = (await reader.readline()).split() or [b""]
            if word == b"part":
                number, part = map(int, numbers)
                await self.hold((number, part), reader, writer)
            elif word == b"control":
                while line := await reader.readline():
                    self.obey(*line.split())
                    counts = {"asked": self.asked, "held": len(self.held), "stopped": self.stopped}
                    writer.write(json.dumps(counts).encode() + b"\n")

    async def hold(self, part: tuple[int, int], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        self.held[part] = writer
        begun = time.monotonic()
        try:
            with contextlib.suppress(ConnectionError):
                await reader.read(1)  # until the gateway closes the connection
        finally:
            if self.held.pop(part, None):
                self.stopped += 1
                self.kept.append(round(time.monotonic() - begun, 4))

    def obey(self, word: bytes, number: bytes = b"0") -> None:
        if word == b"release":
            counts = {"asked": self.asked, "held": len(self.held), "stopped": self.stopped, "failed": self.failed}
            emit("released", **counts, kept=self.kept[-MOST_TOLD:])
            for part, writer in self.held.items():
                writer.write(text_of(self.seed, *part).encode() + b"\n")
            self.held.clear()
        elif word == b"fail" and (failing := self.held.pop((int(number), 0), None)):
            self.failed += 1
            failing.close()


async def main() -> None:
    parser = options_of(__doc__)
    add_address(parser)
    parser.add_argument("--seed", type=int, default=1, help="seed of the parts' bytes")
    options = parser.parse_args()
    server = await asyncio.start_server(Backend(options.seed).serve, options.host, options.port, backlog=1024)
    announce(server.sockets[0])
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
