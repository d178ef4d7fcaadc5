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
STANDING = """\
import select
import threading

from labs.programs.servers.echoing import Client, announce, listen


def serve():
    poll = select.poll()
    while clients:
        for descriptor in list(clients):
            poll.register(descriptor, select.POLLIN)
        for descriptor, _ in poll.poll(1):
            if not clients[descriptor].step():
                poll.unregister(descriptor)
                clients.pop(descriptor).sock.close()
                gone.pop(descriptor).set()


listener, clients, gone = listen(None, None), {}, {}
announce(listener)
while True:
    client = Client(listener)
    gone[client.sock.fileno()] = threading.Event()
    clients[client.sock.fileno()] = client
    threading.Thread(target=serve if len(clients) == 1 else gone[client.sock.fileno()].wait).start()
"""
STEP = """\
            elif key.data.step():
                selector.modify(key.data.sock, WRITE if key.data.unsent else READ, key.data)
            else:
                selector.unregister(key.data.sock)
                key.data.sock.close()
"""
THREAD_FOR_EACH_STEP = """\
            else:
                import threading

                there = []
                one = threading.Thread(target=lambda: there.append(key.data.step()))
                one.start()
                one.join()
                if there[0]:
                    selector.modify(key.data.sock, WRITE if key.data.unsent else READ, key.data)
                else:
                    selector.unregister(key.data.sock)
                    key.data.sock.close()
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
        "one serves, and the others stand there", "threads.py", STANDING, finding="each_client_has_who_waits_for_it"
    ),
    Program("a thread for each step", "events.py", THREAD_FOR_EACH_STEP, STEP, "no_thread_came_and_went"),
    Program(
        "the loop is poll's", "events.py", "selectors.PollSelector()", "selectors.DefaultSelector()", "descriptors"
    ),
    Program("who has gone stays open", "events.py", "pass", "key.data.sock.close()", "nothing_of_its_clients_is_left"),
)
OTHERS = (Program("the loop is epoll itself", "events.py", EPOLL),)
