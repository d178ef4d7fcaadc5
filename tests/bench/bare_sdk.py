"""The yardstick: epoll-500's work with the Docker SDK alone, and nothing that a lab adds.

A network, two containers, readiness from the log, the same load, one look inside, removal. It asks for the image to
use.
"""

import json
import os
import sys
from typing import Any

import docker
from docker.types import Ulimit


def main(image: str, clients: str, size: str) -> int:
    """Returns the client's exit status."""
    client = docker.from_env()
    name = f"iolab-bare-{os.getpid()}"
    network = client.networks.create(name, internal=True)
    containers = []
    try:
        server = client.containers.run(
            image, ["servers.transfer", "--selector", "epoll", "--size", size], **settings(name, "server", 1024)
        )
        containers.append(server)
        wait_until_ready(server)
        load = client.containers.run(
            image,
            ["clients.transfer", "--to", f"{name}-server", "--clients", clients, "--size", size],
            **settings(name, "client", int(clients) + 64),
        )
        containers.append(load)
        status = load.wait()["StatusCode"]
        server.exec_run(["sh", "-c", "ls /proc/1/fd | wc -l"])
        for container in containers:
            container.logs()
        return int(status)
    finally:
        for container in containers:
            container.remove(force=True)
        network.remove()


def settings(network: str, service: str, nofile: int) -> dict[str, Any]:
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
        "ulimits": [Ulimit(name="nofile", soft=nofile, hard=nofile)],
    }


def wait_until_ready(server: Any) -> None:
    """Follows the log until the server says that it is ready."""
    for line in server.logs(stream=True, follow=True):
        if json.loads(line)["event"] == "ready":
            return


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
