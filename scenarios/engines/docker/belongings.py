"""What the project has on a Docker Engine: containers and networks, found by their labels alone, and removed."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from docker.errors import APIError, NotFound

from scenarios.engines.base import Leftover
from scenarios.engines.docker.client import Clients
from scenarios.engines.docker.errors import translated
from scenarios.errors import EngineError
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
    """Removes containers, and at the same time the networks that they were in.

    A network can go as soon as nobody is in it, and a container takes a while to go even then.
    """
    things = list(leftovers)
    networks = {thing.run: thing.name for thing in things if thing.kind == "network"}
    containers = [thing for thing in things if thing.kind == "container"]
    _in_parallel([partial(_leave, clients, one.name, networks[one.run]) for one in containers if one.run in networks])
    left = _in_parallel(
        [
            *(partial(remove_container, clients, one.name) for one in containers),
            *(partial(_remove_if_empty, clients, thing.name) for thing in things if thing.kind == "network"),
        ]
    )
    _in_parallel([partial(remove_network, clients, name) for name in left if name])


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


def _leave(clients: Clients, container: str, network: str) -> None:
    """Takes a container out of a network; one that cannot be taken out leaves when it is removed."""
    with translated(f"taking {container} out of its network"), clients.lent() as api, suppress(APIError):
        api.disconnect_container_from_network(container, network, force=True)


def _remove_if_empty(clients: Clients, name: str) -> str | None:
    """Removes a network; its name if that cannot be done yet, since somebody is still in it."""
    try:
        remove_network(clients, name)
    except EngineError:
        return name
    return None


def _in_parallel(jobs: Sequence[Callable[[], str | None]]) -> list[str | None]:
    """Runs jobs at the same time; their results, or the first one's error once all have ended."""
    if not jobs:
        return []
    with ThreadPoolExecutor(len(jobs)) as pool:
        futures = [pool.submit(job) for job in jobs]
    return [future.result() for future in futures]


def _leftover(kind: str, name: str, labels: dict[str, str]) -> Leftover:
    lives = owner_lives(Owner.from_labels(labels))
    run, service = labels.get("iolab.run", ""), labels.get("iolab.service", "")
    return Leftover(kind, name, run, service, labels.get("iolab.keep") == "true", lives)
