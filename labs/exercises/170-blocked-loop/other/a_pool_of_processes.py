import asyncio
from concurrent.futures import ProcessPoolExecutor

from labs.programs.servers.working import WORK, block, leaving, parse, ready

if __name__ == "__main__":
    options = parse(None, None)
    pool = ProcessPoolExecutor(2)

    async def serve(reader, writer):
        loop = asyncio.get_running_loop()
        with leaving():
            while request := await reader.read(1):
                if request == WORK:
                    await loop.run_in_executor(pool, block, options)
                writer.write(request)
                await writer.drain()
        writer.close()

    async def main():
        server = await asyncio.start_server(serve, options.host, options.port)
        ready(server.sockets[0].getsockname()[1], "asyncio")
        await server.serve_forever()

    asyncio.run(main())
