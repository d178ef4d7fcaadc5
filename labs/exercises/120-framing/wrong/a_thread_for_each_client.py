# finding: every_server_is_one_thread
import hashlib
import threading

from labs.programs.servers.streaming import prepare


def serve(sock, has):
    with sock, sock.makefile("rb") as stream:
        try:
            while len(head := stream.read(12)) == 12:
                size = int(head[4:])
                if head.startswith(b"get "):
                    sock.sendall(has[:size])
                else:
                    body = stream.read(size)
                    sock.sendall(b"%d\n%s\n" % (size, hashlib.sha256(body).hexdigest().encode()))
        except (OSError, ValueError):
            pass


selector, listener, has = prepare(None)
threading.Thread(target=threading.Event().wait, daemon=True).start()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0], has), daemon=True).start()
