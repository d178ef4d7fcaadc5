"""Checks of this exercise: one thread waits in select for all clients, and no connection keeps it from the others."""

import ast
from collections.abc import Callable, Iterator, Mapping

from testinfra.host import Host

from labs.idle_probe import IdleServer, check_no_extra_thread, idle_fixture, server_address
from scenarios.errors import OutOfTime, Unavailable
from scenarios.families.base import Prediction
from scenarios.judging.failures import ERROR
from scenarios.judging.quantities import Json
from scenarios.judging.waiting import Look
from scenarios.results.evidence import Evidence

CLIENTS = 20
idle = idle_fixture(CLIENTS)
# What waits for many descriptors as select does.
OTHER_CALLS = {"poll", "epoll", "devpoll", "kqueue", "PollSelector", "EpollSelector", "DefaultSelector"}
# A server that used so much CPU time, in seconds, had time to answer one byte.
ENOUGH = 0.2
# Connections that send nothing, and one that is reset; another one must still be answered, and in the end the silent
# ones too, when they send.
CONNECT = """
import socket, struct, sys
def connect():
    return socket.create_connection((sys.argv[1], int(sys.argv[2])), 10)
def ask(one=None):
    try:
        one = one or connect()
        one.sendall(b"?")
        return one.recv(1) == b"?"
    except OSError:
        return False
silent = [connect() for _ in range(3)]
reset = connect()
ask() or sys.exit("while three clients were silent, another one was not answered")
ask(reset)
reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
reset.close()
ask() or sys.exit("after one client had reset its connection, another one was not answered")
all(map(ask, silent)) or sys.exit("clients that had been silent at first were not answered when they sent")
"""


def test_later_clients_are_served_too(idle: IdleServer) -> None:
    idle.check_answered()


def test_idle_clients_cost_no_cpu(idle: IdleServer) -> None:
    idle.check_costs_nothing()


def test_it_waits_in_select_for_all_of_its_clients(idle: IdleServer, prediction: Prediction) -> None:
    # The first argument of select is the highest descriptor plus one.
    idle.check_waits_in_select(prediction.facts["descriptors"] + CLIENTS)


def test_it_asks_no_other_call_than_select(evidence: Evidence) -> None:
    # A server that asks poll after select has returned waits in select all the same: only its text shows it.
    code = evidence.scenario.services["server"].code
    named = {name for text in (code.files.values() if code else ()) for name in _other_calls(text)}
    assert not named, f"select should be the only call that tells which sockets are ready, and {min(named)} is used too"


def _other_calls(text: str) -> Iterator[str]:
    """The names of other calls than select that a program takes from the modules select and selectors."""
    nodes = list(ast.walk(ast.parse(text)))
    modules = {one.asname or one.name for node in nodes if isinstance(node, ast.Import) for one in node.names
               if one.name in ("select", "selectors")}  # fmt: skip
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield from {node.attr} & OTHER_CALLS
        if isinstance(node, ast.ImportFrom) and node.module in ("select", "selectors"):
            yield from {one.name for one in node.names} & OTHER_CALLS


def test_no_extra_thread_ran(evidence: Evidence) -> None:
    check_no_extra_thread(evidence.services["server"])


def test_silent_and_reset_connections_do_not_stop_the_server(
    evidence: Evidence, machine: Callable[[str], Host], look: Look, measured: Mapping[str, Json]
) -> None:
    server, before = evidence.services["server"], look("server")
    if measured[ERROR.key] is not None or before is None:
        raise Unavailable("the server does not answer, as another check says")
    port = str(server.said("ready")["port"])
    done = machine("client").run("python3 -c %s %s %s", CONNECT, server_address(machine, port), port)
    if done.rc == 0:
        return
    told, after = done.stderr.strip().splitlines()[-1], look("server")
    assert after is not None, f"{told}: the server has ended"
    if after.cpu_seconds - before.cpu_seconds < ENOUGH and after.main_wait().call == "running":
        raise OutOfTime("this machine is too busy: the server did not come to answer")
    raise AssertionError(told)
