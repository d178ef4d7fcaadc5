# replaces: server.py
import asyncio
import signal

from labs.programs.servers.echoing import CHUNK, announce, listen


class Echo:
    def __init__(self):
        self.stopping = asyncio.Event()
        self.idle, self.tasks = set(), set()

    async def serve(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        last = b"\n"
        try:
            while not (self.stopping.is_set() and last == b"\n"):
                if last == b"\n":
                    self.idle.add(reader)
                data = await reader.read(CHUNK)
                self.idle.discard(reader)
                if not data:
                    break
                last = data[-1:]
                writer.write(data)
                await writer.drain()
            writer.close()
            await writer.wait_closed()
        except OSError:
            writer.close()
        finally:
            self.tasks.discard(asyncio.current_task())

    def stop(self):
        self.stopping.set()
        for reader in self.idle:
            reader.feed_eof()


async def main():
    echo, listener = Echo(), listen(None)
    server = await asyncio.start_server(echo.serve, sock=listener, limit=CHUNK)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, echo.stop)
    announce(listener)
    await echo.stopping.wait()
    server.close()
    while echo.tasks:
        await asyncio.wait(echo.tasks)


asyncio.run(main())
