import asyncio

from labs.programs.servers.limiting import announce, listen, parse

options = parse(None, None)


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.timer = transport, None
        transport.set_write_buffer_limits(high=options.bound)
        self.moved()

    def moved(self):
        if self.timer:
            self.timer.cancel()
        self.left = self.transport.get_write_buffer_size()
        self.timer = asyncio.get_running_loop().call_later(options.idle, self.due)

    def due(self):
        # Bytes may have gone that no callback told of.
        if self.transport.get_write_buffer_size() < self.left:
            self.moved()
        else:
            self.transport.abort()

    def data_received(self, data):
        self.transport.write(data)
        self.moved()

    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()
        self.moved()

    def connection_lost(self, _error):
        self.timer.cancel()


async def main():
    listener = listen(options)
    server = await asyncio.get_running_loop().create_server(Echo, sock=listener)
    announce(listener)
    await server.serve_forever()


asyncio.run(main())
