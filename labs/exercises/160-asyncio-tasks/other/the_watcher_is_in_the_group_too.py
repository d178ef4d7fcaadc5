import asyncio
import contextlib

from labs.programs.servers.gathering import announce, fetch, parse

options = parse(None, None)


class Left(Exception):
    pass


async def watch(reader):
    with contextlib.suppress(ConnectionError):
        await reader.read()
    raise Left


async def serve(reader, writer):
    with contextlib.closing(writer), contextlib.suppress(ConnectionError):
        number, seconds = (await reader.readline()).split()
        answer = b"failed"
        try:
            async with asyncio.timeout(float(seconds)), asyncio.TaskGroup() as group:
                watcher = group.create_task(watch(reader))
                async with asyncio.TaskGroup() as inner:
                    tasks = [inner.create_task(fetch(options, int(number), part)) for part in range(options.parts)]
                watcher.cancel()
            answer = " ".join(["done", *(task.result() for task in tasks)]).encode()
        except TimeoutError:
            answer = b"late"
        except ExceptionGroup as group:
            if group.subgroup(Left):
                answer = b""
        if answer:
            writer.write(answer + b"\n")
            await writer.drain()


async def main():
    server = await asyncio.start_server(serve, options.host, options.port, backlog=1024)
    announce(server)
    await server.serve_forever()


asyncio.run(main())
