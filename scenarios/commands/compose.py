"""Writes compose.yaml from the catalog: the same scenarios for Docker Compose, one profile each."""

from typing import Any

import yaml

from scenarios import places, spec
from scenarios.engines.docker.machines import ISOLATED, NO_ADDRESS, PYTHON, TMPFS, cpuset
from scenarios.errors import EXIT_FAIL, EXIT_PASS
from scenarios.scenario import Address, Scenario, Service

FILE = places.ROOT / "compose.yaml"
HEADER = """\
# Written by `./inv compose` from scenarios/catalog; changes made here are lost.
#
#   ./inv images.build                             builds iolab/linux and iolab/windows
#   docker compose --profile epoll-500 up --abort-on-container-exit
#   docker compose --profile epoll-500 down
#
# Where several services end one after the other, the last is run, and brings those before it:
#
#   docker compose --profile fetch run --rm fetch-gevent-unpatched
#   docker compose --profile fetch logs
#   docker compose --profile fetch down
#
# Compose shows what the services print. The predictions, samples and checks are ./inv scenario's.
"""
NETWORK = "lab"
CONDITIONS = {"ready": "service_healthy", "completed": "service_completed_successfully"}
# A program that says that it is ready leaves this file: connecting to a server would count as a client, and not all
# that others wait for listen.
READY = "/tmp/ready"
IS_READY = ["CMD", "test", "-e", READY]


class _Dumper(yaml.SafeDumper):
    """Writes lists below their key and indented, as people do."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indents lists too."""
        del indentless
        super().increase_indent(flow, False)


def generate() -> str:
    """The text of compose.yaml; raises SpecError when a catalog file is wrong."""
    scenarios = [spec.load(name) for name in spec.names()]
    services = {
        _name(one, service.name): _service(one, service) for one in scenarios for service in one.services.values()
    }
    # One for all: Compose 1 makes every network of the file, also those of other profiles, and the address pools of an
    # engine hold about thirty.
    networks = {NETWORK: {"internal": True, "driver_opts": {**NO_ADDRESS, **ISOLATED}}}
    # Compose 1 reads a file without a version as its first, obsolete format; Compose 2 reads it as the current one.
    document = {"services": services, "networks": networks}
    return HEADER + yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=110)


def _name(scenario: Scenario, service: str) -> str:
    return f"{scenario.name}-{service}"


def _literal(text: str) -> str:
    """Compose takes `$` for the beginning of a variable, and `$$` for the character."""
    return text.replace("$", "$$")


def _service(scenario: Scenario, service: Service) -> dict[str, Any]:
    addresses = {name: Address(_name(scenario, name)) for name in scenario.services}
    made: dict[str, Any] = {
        "profiles": [scenario.name],
        "image": f"iolab/{service.image}",
        "command": [PYTHON, "-m", service.module, *map(_literal, service.arguments(addresses))],
        "init": True,
        "networks": [NETWORK],
        "read_only": True,
        "tmpfs": [f"/tmp:{TMPFS}"],
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "pids_limit": service.pids_limit,
        "mem_limit": service.mem_limit,
        "memswap_limit": service.mem_limit,
        "ulimits": {"nofile": {"soft": service.nofile, "hard": service.nofile}},
    }
    if service.cpu_count is not None:
        made["cpuset"] = cpuset(service)
    if service.name in scenario.awaited("ready"):
        made["environment"] = {"IOLAB_READY": READY}
        made["healthcheck"] = {"test": IS_READY, "interval": "1s", "timeout": "5s", "retries": 60}
    if service.depends_on:
        made["depends_on"] = {
            _name(scenario, name): {"condition": CONDITIONS[what]} for name, what in service.depends_on.items()
        }
    return made


def is_stale() -> bool:
    """Whether compose.yaml is missing or is not what the catalog gives; raises SpecError."""
    return not FILE.exists() or FILE.read_text(encoding="utf-8") != generate()


def write() -> None:
    """Writes compose.yaml; raises SpecError, and then leaves the file as it was."""
    text = generate()
    FILE.write_text(text, encoding="utf-8")


def update(check: bool) -> int:
    """Writes compose.yaml, or with `check` says whether it is current: exit status 1 when it is not."""
    stale = is_stale()
    if check:
        print("compose.yaml is stale: run ./inv compose" if stale else "compose.yaml is current")
        return EXIT_FAIL if stale else EXIT_PASS
    write()
    print(f"compose.yaml holds {len(spec.names())} profiles{'' if stale else ', as before'}")
    return EXIT_PASS
