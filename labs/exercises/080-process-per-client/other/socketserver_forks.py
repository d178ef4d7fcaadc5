"""The standard library's server: a mix-in forks, and collects its children twice a second."""

import socketserver

from labs.programs.servers.echoing import announce, listen


class Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.server.socket.close()  # this is the child: its copy of the listener
        try:
            while data := self.request.recv(8192):
                self.request.sendall(data)
        except ConnectionError:
            pass


class Server(socketserver.ForkingTCPServer):
    max_children = 500


listener = listen(__doc__)
server = Server(listener.getsockname(), Handler, bind_and_activate=False)
server.socket.close()
server.socket = listener
announce(listener)
server.serve_forever()
