"""What the project has on a Docker Engine: containers and networks, found by their labels alone, and removed."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from docker.errors import APIError, NotFound

from scenarios.engines.base import Leftover
from scenarios.engines.docker.client import Clients
from scenarios.engines.docker.errors import translated
from scenarios.owner import Owner, owner_lives

# A container inherits its image's labels, so only one that names a run was started by the lab.
OURS = ["iolab.project=iolab", "iolab.run"]


def found(clients: Clients) -> list[Leftover]:
    """All containers and networks with the project's label."""
    filters = {"label": OURS}
    with translated("listing what is there"), clients.lent() as api:
        containers = api.containers(all=True, filters=filters)
        networks = api.networks(filters=filters)
    named = ((c["Names"][0].lstrip("/") if c.get("Names") else c["Id"], c["Labels"]) for c in containers)
    return [
        *(_leftover("container", name, labels) for name, labels in named),
        *(_leftover("network", network["Name"], network["Labels"]) for network in networks),
    ]


def remove(clients: Clients, leftovers: Iterable[Leftover]) -> None:
    """Removes containers, all at once, and then the networks that they were in."""
    things = list(leftovers)
    _in_parallel([partial(remove_container, clients, thing.name) for thing in things if thing.kind == "container"])
    _in_parallel([partial(remove_network, clients, thing.name) for thing in things if thing.kind == "network"])


def remove_container(clients: Clients, name: str) -> None:
    """Kills and removes a container; one that is gone, or already being removed, is no error."""
    with translated(f"removing container {name}"), clients.lent() as api:
        try:
            api.remove_container(name, force=True, v=True)
        except APIError as error:
            if error.status_code not in (404, 409):
                raise


def remove_network(clients: Clients, name: str) -> None:
    """Removes a network; one that is gone is no error."""
    with translated(f"removing network {name}"), clients.lent() as api, suppress(NotFound):
        api.remove_network(name)


def _in_parallel(jobs: Sequence[Callable[[], None]]) -> None:
    """Runs jobs at the same time and raises the first one's error once all have ended."""
    if not jobs:
        return
    with ThreadPoolExecutor(len(jobs)) as pool:
        futures = [pool.submit(job) for job in jobs]
    for future in futures:
        future.result()


def _leftover(kind: str, name: str, labels: dict[str, str]) -> Leftover:
    lives = owner_lives(Owner.from_labels(labels))
    run, service = labels.get("iolab.run", ""), labels.get("iolab.service", "")
    return Leftover(kind, name, run, service, labels.get("iolab.keep") == "true", lives)
