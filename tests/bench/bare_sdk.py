"""The yardstick: epoll-500's work with the Docker SDK alone, and nothing that a lab adds.

A network, two containers, readiness from the log, the same load, one look inside, removal. It asks for the image to
use. Ended by SIGINT or SIGTERM, it removes what it made as well.
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
        with undisturbed():
            client.networks.create(name, internal=True)
        return drive(client, name, image, clients, size)
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        remove(client, name)


def drive(client: Any, name: str, image: str, clients: str, size: str) -> int:
    """The server, the load, one look inside, and the logs."""
    with undisturbed():
        server = client.containers.run(
            image,
            ["servers.transfer", "--selector", "epoll", "--size", size],
            **settings(name, "server", nofile=1024, pids=64, memory=512 * MIB),
        )
    wait_until_ready(server)
    most = int(clients) + 64
    with undisturbed():
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
    """What every container gets; the limits are the scenario's."""
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
    """Follows the log until the server says that it is ready."""
    for line in server.logs(stream=True, follow=True):
        if json.loads(line)["event"] == "ready":
            return


@contextmanager
def undisturbed() -> Iterator[None]:
    """Lets signals wait: what the engine is still making when they arrive could not be removed."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def remove(client: Any, name: str) -> None:
    """By name, so that it does not matter how far the work came."""
    for service in ("server", "client"):
        with suppress(NotFound):
            client.api.remove_container(f"{name}-{service}", force=True)
    with suppress(NotFound):
        client.api.remove_network(name)


def leave(number: int, _: object) -> None:
    """Ends with the status of a process that the signal ended."""
    sys.exit(128 + number)


if __name__ == "__main__":
    for one in SIGNALS:
        signal.signal(one, leave)
    sys.exit(main(*sys.argv[1:]))
