"""What the three servers are tried with."""

from tests.exercises import Program

STARTER = "served"
PRINTS = """\
import sys, time
from labs.programs.events import emit
emit("ready", platform=sys.platform, python="3.11.2", descriptors=4, rings=0)
time.sleep(1000)
"""
FORK = """\
        if os.fork() == 0:
            try:
                listener.close()
                echo(sock)
            finally:
                os._exit(0)
        sock.close()
"""
THREAD = "        threading.Thread(target=echo, args=(sock,), daemon=True).start()\n"
THREADS = """\
        import threading

        threading.Thread(target=echo, args=(sock,), daemon=True).start()
"""
UNPOOLED = "from concurrent.futures import ThreadPoolExecutor\n\n\ndef serve(listener: socket.socket) -> None:"
EPOLL = """\
import select

from labs.programs.servers.echoing import Client, announce, listen

listener, clients = listen(None, None), {}
with select.epoll() as epoll:
    epoll.register(listener, select.EPOLLIN)
    announce(listener)
    while True:
        for descriptor, _ in epoll.poll():
            if descriptor == listener.fileno():
                client = Client(listener)
                clients[client.sock.fileno()] = client
                epoll.register(client.sock, select.EPOLLIN)
            elif clients[descriptor].step():
                epoll.modify(descriptor, select.EPOLLOUT if clients[descriptor].unsent else select.EPOLLIN)
            else:
                epoll.unregister(descriptor)
                clients.pop(descriptor).sock.close()
"""
WRONG = (
    Program("it only prints that it is ready", "processes.py", PRINTS, finding="served"),
    Program("threads in place of processes", "processes.py", THREADS, FORK, "processes"),
    Program("the parent keeps its clients", "processes.py", "pass", "sock.close()", "descriptors"),
    Program(
        "nobody takes note of children",
        "processes.py",
        "pass",
        "signal.signal(signal.SIGCHLD, reap)",
        "nothing_of_its_clients_is_left",
    ),
    Program("one client after the other", "threads.py", "        echo(sock)\n", THREAD, "served"),
    Program(
        "the loop is poll's", "events.py", "selectors.PollSelector()", "selectors.DefaultSelector()", "descriptors"
    ),
    Program("who has gone stays open", "events.py", "pass", "key.data.sock.close()", "nothing_of_its_clients_is_left"),
)
OTHERS = (Program("the loop is epoll itself", "events.py", EPOLL),)
