"""The network of a machine as outcome checks read it: TCP sockets, counters and sysctls."""

from types import SimpleNamespace
from typing import Any

import pytest

from scenarios.errors import EvidenceError
from scenarios.judging.network import counter, sysctl, tcp_sockets

FILES = {
    "/proc/net/tcp": (
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        "   0: 0100007F:1F41 00000000:0000 0A 00000000:00000005 00:00000000 00000000  1000        0 7 1 0 100\n"
        "   1: 0100007F:9C40 0200007F:1F41 06 00000000:00000000 03:00001734 00000000     0        0 0 3 0\n"
    ),
    "/proc/net/snmp": "Ip: Forwarding DefaultTTL\nIp: 1 64\nTcp: ActiveOpens PassiveOpens\nTcp: 3 61\n",
    "/proc/net/netstat": "TcpExt: ListenOverflows TCPAbortOnClose\nTcpExt: 9 0\n",
    "/proc/sys/net/ipv4/ip_local_port_range": "40000\t40009\n",
}


class Machine:
    """A machine whose files have these texts."""

    def run(self, command: str, *words: str) -> Any:
        names = (command % words if words else command).split()[1:]
        missing = [name for name in names if name not in FILES]
        text = "".join(FILES[name] for name in names if name in FILES)
        return SimpleNamespace(stdout=text, stderr=f"cat: {missing}: no such file" if missing else "", rc=len(missing))


HOST: Any = Machine()


def test_a_socket_has_its_state_its_ports_and_its_queue() -> None:
    listener, closed = tcp_sockets(HOST)
    assert (listener.state, listener.local, listener.local_port, listener.queued) == ("LISTEN", "0100007F", 8001, 5)
    assert (closed.state, closed.local_port, closed.remote, closed.remote_port) == (
        "TIME_WAIT",
        40000,
        "0200007F",
        8001,
    )


@pytest.mark.parametrize(
    ("name", "number"), [("PassiveOpens", 61), ("ListenOverflows", 9), ("TCPAbortOnClose", 0), ("Nothing", None)]
)
def test_a_counter_is_found_in_whichever_file_has_it(name: str, number: int | None) -> None:
    assert counter(HOST, name) == number


def test_a_sysctl_is_read_by_its_name_with_dots() -> None:
    assert sysctl(HOST, "net.ipv4.ip_local_port_range") == ["40000", "40009"]


def test_a_file_that_cannot_be_read_is_no_empty_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(FILES, "/proc/net/tcp")
    with pytest.raises(EvidenceError, match="/proc/net/tcp cannot be read inside"):
        tcp_sockets(HOST)
    with pytest.raises(EvidenceError, match="no such file"):
        sysctl(HOST, "net.ipv4.nothing")
