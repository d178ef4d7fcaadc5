# finding: crash
import multiprocessing

from labs.programs.servers.echoing import announce, echo, listen


def work(listener, sock):
    listener.close()
    echo(sock)


listener = listen(None)
announce(listener)
listener.settimeout(0.5)
while True:
    multiprocessing.active_children()  # it reaps those that have ended
    try:
        sock, _ = listener.accept()
    except TimeoutError:
        continue
    multiprocessing.Process(target=work, args=(listener, sock), daemon=True).start()
    sock.close()
