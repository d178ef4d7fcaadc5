"""The baseline of the bench: the work of epoll-500 in a plain script with the Docker SDK.

It makes a network and two containers, waits for readiness in the log, runs the same load and one command inside, and
removes everything, also after SIGINT or SIGTERM. Its arguments are the image, the number of clients and the size.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import docker
from docker.errors import NotFound
from docker.types import Ulimit

SIGNALS = {signal.SIGINT, signal.SIGTERM}
MIB = 1024**2


def main(image: str, clients: str, size: str) -> int:
    """Returns the client's exit status."""
    client = docker.from_env()
    name = f"iolab-bare-{os.getpid()}"
    try:
        with signals_blocked():
            client.networks.create(name, internal=True)
        return drive(client, name, image, clients, size)
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        remove(client, name)


def drive(client: Any, name: str, image: str, clients: str, size: str) -> int:
    """Starts the server, runs the load, one command in the server's container, and reads the logs."""
    with signals_blocked():
        server = client.containers.run(
            image,
            ["servers.transfer", "--selector", "epoll", "--size", size],
            **settings(name, "server", nofile=1024, pids=64, memory=512 * MIB),
        )
    wait_until_ready(server)
    most = int(clients) + 64
    with signals_blocked():
        load = client.containers.run(
            image,
            ["clients.transfer", "--to", f"{name}-server", "--clients", clients, "--size", size],
            **settings(name, "client", nofile=most, pids=most, memory=1024 * MIB),
        )
    status = load.wait()["StatusCode"]
    server.exec_run(["sh", "-c", "ls /proc/1/fd | wc -l"])
    for container in (server, load):
        container.logs()
    return int(status)


def settings(network: str, service: str, *, nofile: int, pids: int, memory: int) -> dict[str, Any]:
    """The options of a container; the limits are those of the scenario."""
    return {
        "entrypoint": ["/bin/sh", "-c", 'module=$0; exec /opt/iolab/python -m "labs.programs.$module" "$@"'],
        "network": network,
        "hostname": service,
        "name": f"{network}-{service}",
        "detach": True,
        "read_only": True,
        "tmpfs": {"/tmp": ""},
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges"],
        "pids_limit": pids,
        "mem_limit": memory,
        "memswap_limit": memory,
        "ulimits": [Ulimit(name="nofile", soft=nofile, hard=nofile)],
    }


def wait_until_ready(server: Any) -> None:
    """Follows the log until the server prints its event `ready`."""
    for line in server.logs(stream=True, follow=True):
        if json.loads(line)["event"] == "ready":
            return


@contextmanager
def signals_blocked() -> Iterator[None]:
    """Blocks signals while the engine makes something: an object that is not made yet could not be removed."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def remove(client: Any, name: str) -> None:
    """Removes by name, so that it works at any stage."""
    for service in ("server", "client"):
        with suppress(NotFound):
            client.api.remove_container(f"{name}-{service}", force=True)
    with suppress(NotFound):
        client.api.remove_network(name)


def leave(number: int, _: object) -> None:
    """Exits with the status of a process that the signal ended."""
    sys.exit(128 + number)


if __name__ == "__main__":
    for one in SIGNALS:
        signal.signal(one, leave)
    sys.exit(main(*sys.argv[1:]))
