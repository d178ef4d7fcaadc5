import asyncio

from labs.programs.servers.working import WORK, block, leaving, parse, ready

options = parse(None, None)


async def main():
    few = asyncio.Semaphore(2)

    async def serve(reader, writer):
        with leaving():
            while request := await reader.read(1):
                if request == WORK:
                    async with few:
                        await asyncio.to_thread(block, options)
                writer.write(request)
        writer.close()

    server = await asyncio.start_server(serve, options.host, options.port)
    ready(server.sockets[0].getsockname()[1], "asyncio")
    await server.serve_forever()


asyncio.run(main())
