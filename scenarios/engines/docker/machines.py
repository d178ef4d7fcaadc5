"""The parts of a container: its limits, its network, and the room for the lab's own processes."""

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from docker.errors import APIError
from docker.types import EndpointConfig, LogConfig, Ulimit

from scenarios.definition.scenario import Service

HOLD, PYTHON = "/opt/iolab/hold", "/opt/iolab/python"
# Loads the program while the machines come up, and runs it when the line comes.
TURN = "labs.programs.turn"
TMPFS = "rw,nosuid,nodev,size=64m,mode=1777"
# The places for a program that is not the lab's own, and for what it is provided with in place of all of labs. They
# belong to root: the program's own user can read them and no more.
HOME = "/opt/iolab"
CODE, LABS = f"{HOME}/code", f"{HOME}/labs"
CODE_TMPFS = "rw,nosuid,nodev,size=8m,mode=0755"
# A program can have exactly its pids_limit of processes and threads. The lab's own processes in the container count
# beside it: PID 1 and the process that it waits with (images/hold), and the probe (probe.py) where there is one.
OF_HOLD, OF_PROBE = 2, 1
# To start a process in a container takes more for a moment: threads of the engine's own program.
TO_START = 32
# Commands after the run may need so many: `sh`, what it starts, and the above for several at once. If TO_START are
# left, nothing has to be changed for them.
FOR_COMMANDS = 256
# The bridge of an internal network still gives the host an address in it, where the host's services answer.
NO_ADDRESS = {"com.docker.network.bridge.inhibit_ipv4": "true"}
# Engine 28 has a mode for this, for IPv4 and IPv6; older engines ignore it silently.
ISOLATED = {
    "com.docker.network.bridge.gateway_mode_ipv4": "isolated",
    "com.docker.network.bridge.gateway_mode_ipv6": "isolated",
}
ISOLATED_SINCE = 28


def network_options(engine_version: str) -> dict[str, str]:
    """The options of a run's network, in which the host has no address."""
    major = engine_version.partition(".")[0]
    return {**NO_ADDRESS, **(ISOLATED if major.isdecimal() and int(major) >= ISOLATED_SINCE else {})}


def own_processes(probed: bool) -> int:
    """How many processes of the lab are in a container while its program runs."""
    return OF_HOLD + (OF_PROBE if probed else 0)


def create(
    api: Any,
    name: str,
    service: Service,
    arguments: tuple[str, ...],
    image: str,
    network: str,
    labels: Mapping[str, str],
    pids: int,
) -> None:
    """Creates a service's container; raises what the SDK raises."""
    options = _options(api, service, arguments, image, network, labels)
    try:
        api.create_container(name=name, host_config=_host_config(api, service, network, pids), **options)
    except APIError as error:
        usable = processors_in(str(error.explanation or error))
        if service.cpu_count is None or len(usable) < service.cpu_count:
            raise
        host_config = _host_config(api, service, network, pids, usable)
        api.create_container(name=name, host_config=host_config, **options)


def processors_in(said: str) -> list[int]:
    """The processors in an engine's answer that it may not use those that were asked for; else none.

    No call of the API names them: an engine may lack processor 0 (taskset, cgroups).
    """
    told = re.search(r"CPUs are not available.*available: ([\d,-]+)", said)
    parts = [part.partition("-") for part in told[1].split(",")] if told else []
    return list(chain.from_iterable(range(int(first), int(last or first) + 1) for first, _, last in parts if first))


def _options(
    api: Any, service: Service, arguments: tuple[str, ...], image: str, network: str, labels: Mapping[str, str]
) -> dict[str, Any]:
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
    }


def _host_config(api: Any, service: Service, network: str, pids: int, usable: Sequence[int] = ()) -> Any:
    """Not root, no capabilities, nothing writable but /tmp, no way out, and the whole log kept."""
    return api.create_host_config(
        network_mode=network,
        read_only=True,
        tmpfs={"/tmp": TMPFS, **dict.fromkeys(_places(service), CODE_TMPFS)},
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        pids_limit=pids,
        mem_limit=service.mem_limit,
        memswap_limit=service.mem_limit,
        cpuset_cpus=cpuset(service, usable),
        ulimits=[Ulimit(name="nofile", soft=service.nofile, hard=service.most_nofile)],
        sysctls=dict(service.sysctls),
        # Room for base.MOST_BYTES of both streams in the engine's own format, to compare all that is kept.
        log_config=LogConfig(type="json-file", config={"max-size": "3g"}),
    )


def _places(service: Service) -> list[str]:
    if service.code is None:
        return []
    return [CODE, LABS] if service.code.provided else [CODE]


def cpuset(service: Service, usable: Sequence[int] = ()) -> str | None:
    """The processors that a service may use, as the kernel writes them; None for all.

    The first of those that are `usable`, which by default are counted from 0.
    """
    if service.cpu_count is None:
        return None
    return ",".join(map(str, usable[: service.cpu_count])) if usable else f"0-{service.cpu_count - 1}"


def limit_processes(api: Any, container: str, pids: int) -> None:
    """Changes how many processes a container may have; the SDK's own call lacks the parameter."""
    api._raise_for_status(api._post_json(api._url("/containers/{0}/update", container), data={"PidsLimit": pids}))
