import threading
from contextlib import suppress

from labs.programs.servers.limiting import CHUNK, announce, listen, parse

options = parse(None, None)


def echo(sock):
    # The timeout holds for each recv, and for the whole of each sendall.
    sock.settimeout(options.idle)
    with sock, suppress(OSError):
        while data := sock.recv(CHUNK):
            sock.sendall(data)


listener = listen(options)
announce(listener)
while True:
    threading.Thread(target=echo, args=(listener.accept()[0],), daemon=True).start()
