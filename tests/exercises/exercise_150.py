"""What ten thousand clients are tried with."""

from tests.exercises import Program

STARTER = "served"
PRINTS = """\
import sys, time
from labs.programs.events import emit
emit("ready", selector="EpollSelector", platform=sys.platform, python="3.11.2", descriptors=5)
time.sleep(1000)
"""
EPOLL = "selectors.EpollSelector()"
REGISTER = "self.selector.register(sock, selectors.EVENT_READ, Connection(self, sock, self.accepted))"
LIMIT = """\
selectors.SelectSelector()
        import resource
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))"""
BUFFERS = "self.buffers = getattr(self, 'buffers', [])\n        self.buffers.append(b'x' * 16384)\n        "
STANDARD = "selectors.DefaultSelector()"
WRONG = (
    Program("it only prints that it is ready", "server.py", PRINTS, finding="served"),
    Program("it waits with select", "server.py", "selectors.SelectSelector()", EPOLL, "crash"),
    Program("it waits with select, and raises the limit", "server.py", LIMIT, EPOLL, "crash"),
    Program(
        "it waits with poll",
        "server.py",
        "selectors.PollSelector()",
        EPOLL,
        "the_descriptors_open_before_the_first_client_are_what_theory_counts",
    ),
    Program("it looks after nobody", "server.py", "sock.close()", REGISTER, "served"),
    Program(
        "it keeps a buffer for each client",
        "server.py",
        BUFFERS + REGISTER,
        REGISTER,
        "a_waiting_client_costs_next_to_no_memory",
    ),
)
OTHERS = (
    Program("it takes what the system offers", "server.py", STANDARD, EPOLL),
    Program(
        "it accepts all that wait",
        "server.py",
        """\
        while True:
            try:
                sock, _ = self.listener.accept()
            except BlockingIOError:
                return
            self.accepted += 1
            sock.setblocking(False)
            """
        + REGISTER,
        """\
        sock, _ = self.listener.accept()
        self.accepted += 1
        sock.setblocking(False)
        """
        + REGISTER,
    ),
)
