# replaces: server.py
import os
import selectors
import signal

from labs.programs.servers.echoing import announce, listen

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
listener = listen(None)
listener.setblocking(False)
chosen = selectors.DefaultSelector()
reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
signal.signal(signal.SIGTERM, lambda *_: os.write(writing, b"!"))
buffers = {}  # by socket: the bytes to send, and whether the message is complete


def drop(sock):
    chosen.unregister(sock)
    buffers.pop(sock)
    sock.close()


def handle(sock, mask):
    (out, complete), gone = buffers[sock], False
    try:
        if mask & READ:
            data = sock.recv(65536)
            out, complete = out + data, data.endswith(b"\n")
            gone = not data
        out = out[sock.send(out) :] if out else out
    except BlockingIOError:
        pass
    except OSError:
        gone = True
    buffers[sock] = out, complete
    if gone or (stopping and complete and not out):
        drop(sock)
    else:
        chosen.modify(sock, WRITE if out else READ)


chosen.register(listener, READ)
chosen.register(reading, READ)
announce(listener)
stopping = False
while not stopping or buffers:
    for key, mask in chosen.select():
        if key.fileobj is listener:
            if listener.fileno() < 0:
                continue
            sock, _ = listener.accept()
            sock.setblocking(False)
            buffers[sock] = b"", True
            chosen.register(sock, READ)
        elif key.fileobj == reading:
            os.read(reading, 100)
            if not stopping:
                stopping = True
                chosen.unregister(listener)
                listener.close()
                for sock in [one for one, (out, complete) in buffers.items() if complete and not out]:
                    drop(sock)
        elif key.fileobj in buffers:
            handle(key.fileobj, mask)
