import asyncio
import contextlib

from labs.programs.servers.gathering import PartFailed, announce, fetch, parse

options = parse(None, None)


async def serve(reader, writer):
    with contextlib.closing(writer), contextlib.suppress(ConnectionError):
        number, seconds = (await reader.readline()).split()
        left = asyncio.ensure_future(reader.read(1))
        parts = [asyncio.ensure_future(fetch(options, int(number), part)) for part in range(options.parts)]
        loop = asyncio.get_running_loop()
        due, pending = loop.time() + float(seconds), set(parts)
        answer = None
        while pending and answer is None:
            done, _ = await asyncio.wait(
                {left, *pending}, timeout=due - loop.time(), return_when=asyncio.FIRST_COMPLETED
            )
            pending -= done
            if left in done:
                answer = ""
            elif not done:
                answer = "late"
            elif any(isinstance(one.exception(), PartFailed) for one in done):
                answer = "failed"
        for one in (left, *parts):
            one.cancel()
        results = await asyncio.gather(*parts, left, return_exceptions=True)
        if answer is None:
            answer = " ".join(["done", *results[:-1]])
        if answer:
            writer.write(answer.encode() + b"\n")
            await writer.drain()


async def main():
    server = await asyncio.start_server(serve, options.host, options.port, backlog=1024)
    announce(server)
    await server.serve_forever()


asyncio.run(main())
