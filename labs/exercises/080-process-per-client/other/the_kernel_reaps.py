"""With SIGCHLD ignored, the kernel removes children that end: there are no zombies, and no exit status either."""

import os
import signal

from labs.programs.servers.echoing import announce, listen

listener = listen(__doc__)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
announce(listener)
while True:
    sock, _ = listener.accept()
    child = os.fork()
    if child:
        sock.close()
        continue
    listener.close()
    try:
        while data := sock.recv(4096):
            sock.sendall(data)
    except OSError:
        pass
    os._exit(0)
