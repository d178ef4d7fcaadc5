"""The standard library's server: a handler class, and a mix-in that starts a thread for each request."""

import socketserver

from labs.programs.servers.echoing import announce, listen


class Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        try:
            while data := self.request.recv(8192):
                self.request.sendall(data)
        except ConnectionError:
            pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


listener = listen(__doc__)
server = Server(listener.getsockname(), Handler, bind_and_activate=False)
server.socket.close()
server.socket = listener
announce(listener)
server.serve_forever()
