"""Answers each line with the same line, after a while, in order; it tells each connection and each line.

python -m labs.programs.servers.answer_numbers --port 8001 --delay 0.05
"""

import asyncio
import socket

from labs.programs.arguments import add_address, options_of, seconds
from labs.programs.events import announce, emit


async def main() -> None:
    parser = options_of(__doc__)
    add_address(parser)
    parser.add_argument("--delay", type=seconds, default=0.05, help="seconds before each answer")
    options = parser.parse_args()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        emit("accepted")
        async for line in reader:
            emit("asked", line=line.decode().strip())
            await asyncio.sleep(options.delay)
            writer.write(line)
            await writer.drain()
        writer.close()

    with socket.create_server((options.host, options.port)) as listener:
        server = await asyncio.start_server(serve, sock=listener)
        announce(listener)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
