"""What rivals are tried with."""

from tests.trials import Drawn, Mutant

DRAWN: Drawn = {"server-models": {"clients": ("30", "80"), "rate": ("200", "600")}}
FEW = {"clients": "20"}
THREADS = '''"""Threads."""
from labs.programs.servers.echo_threads import main
main()
'''
EPOLL = '''"""Epoll."""
from labs.programs.servers.echo_epoll import main
main()
'''
MUTANTS = (
    Mutant("fork is a thread", "server-models", "servers.echo_fork", THREADS, given=FEW),
    Mutant("gevent is threads", "server-models", "servers.echo_gevent", THREADS, given=FEW),
    Mutant("threads are a loop", "server-models", "servers.echo_threads", EPOLL, given=FEW),
    Mutant(
        "a client of the loop costs a hundred kilobytes",
        "server-models",
        "servers.echo_epoll",
        "                client = Client(listener)\n                client.wasted = b'?' * 100_000\n",
        "                client = Client(listener)\n",
        FEW,
    ),
)
