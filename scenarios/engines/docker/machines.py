"""What a container is made of: its limits, its network, and the room that the lab's own processes have in it."""

from collections.abc import Mapping
from typing import Any

from docker.types import EndpointConfig, LogConfig, Ulimit

from scenarios.scenario import Service

HOLD, PYTHON = "/opt/iolab/hold", "/opt/iolab/python"
# Loads the program while the machines come up, and lets it go on when its line has come.
TURN = "labs.programs.turn"
TMPFS = "rw,nosuid,nodev,size=64m,mode=1777"
# Where a program stands that is not the lab's own: root's, so that the program's own user can read it and no more.
CODE = "/opt/iolab/code"
CODE_TMPFS = "rw,nosuid,nodev,size=8m,mode=0755"
# A program can have exactly its pids_limit of processes and threads, whatever the lab has beside it in the container:
# PID 1 and the process that PID 1 waits with (images/hold), and the one that looks (looker.py), where there is one.
OF_HOLD, OF_LOOKER = 2, 1
# What starting a process in a container needs for a moment, before it is there: threads of the engine's own program.
TO_START = 32
# What commands may need once a run is over: `sh`, what it starts, and the above for several at once. Where TO_START are
# left, nothing has to be changed for them.
FOR_COMMANDS = 256
# The bridge of an internal network still gives the host an address in it, where the host's services answer.
NO_ADDRESS = {"com.docker.network.bridge.inhibit_ipv4": "true"}
# From Engine 28 on there is a mode that means it, for both families; older ones pass over it silently.
ISOLATED = {
    "com.docker.network.bridge.gateway_mode_ipv4": "isolated",
    "com.docker.network.bridge.gateway_mode_ipv6": "isolated",
}
ISOLATED_SINCE = 28


def network_options(engine_version: str) -> dict[str, str]:
    """The options of a run's network, in which the host has no address."""
    major = engine_version.partition(".")[0]
    return {**NO_ADDRESS, **(ISOLATED if major.isdecimal() and int(major) >= ISOLATED_SINCE else {})}


def own_processes(looked_at: bool) -> int:
    """How many processes of the lab are in a container while its program runs."""
    return OF_HOLD + (OF_LOOKER if looked_at else 0)


def container(
    api: Any,
    service: Service,
    arguments: tuple[str, ...],
    image: str,
    network: str,
    labels: Mapping[str, str],
    pids: int,
) -> dict[str, Any]:
    """What create_container takes for a service."""
    endpoint = EndpointConfig(api._version, aliases=[service.name])
    return {
        "image": image,
        "hostname": service.name,
        "command": [PYTHON, "-m", TURN, service.module, *arguments],
        "entrypoint": [HOLD],
        "stdin_open": True,
        "environment": {"IOLAB_CHECKPOINTS": "1", **({"IOLAB_CODE": CODE} if service.code else {})},
        "labels": {**labels, "iolab.service": service.name},
        "networking_config": api.create_networking_config({network: endpoint}),
        "host_config": _host_config(api, service, network, pids),
    }


def _host_config(api: Any, service: Service, network: str, pids: int) -> Any:
    """Not root, no capabilities, nothing writable but /tmp, no way out, and the whole log kept."""
    return api.create_host_config(
        network_mode=network,
        read_only=True,
        tmpfs={"/tmp": TMPFS, **({CODE: CODE_TMPFS} if service.code else {})},
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        pids_limit=pids,
        mem_limit=service.mem_limit,
        memswap_limit=service.mem_limit,
        cpuset_cpus=cpuset(service),
        ulimits=[Ulimit(name="nofile", soft=service.nofile, hard=service.nofile)],
        # Room for base.MOST_BYTES of both streams in the engine's own wrapping: what the lab keeps, it can compare.
        log_config=LogConfig(type="json-file", config={"max-size": "3g"}),
    )


def cpuset(service: Service) -> str | None:
    """The processors that a service may use, as the kernel writes them: the first ones; None for all."""
    return None if service.cpu_count is None else f"0-{service.cpu_count - 1}"


def limit_processes(api: Any, container: str, pids: int) -> None:
    """Changes how many processes a container may have; the SDK's own call lacks the parameter."""
    api._raise_for_status(api._post_json(api._url("/containers/{0}/update", container), data={"PidsLimit": pids}))
