"""Lists and removes the project's containers and networks on a Docker Engine, by their labels alone."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

import requests
from docker.errors import APIError, NotFound

from scenarios.engines.base import Leftover, NotRemoved
from scenarios.engines.docker.client import Clients
from scenarios.engines.docker.errors import translated
from scenarios.system.owner import Owner, owner_lives

# A container inherits its image's labels, so only one that names a run was started by the lab.
OURS = ["iolab.project=iolab", "iolab.run"]
# How long a container may take to go, in seconds: the engine itself waits up to ten for a process that was killed.
GONE_WITHIN = 25.0
# Seconds between attempts to remove a network that the engine counts endpoints in. Another process may be removing its
# containers, and no event tells when the count has gone down.
PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
ACTIVE = "active endpoints"
AGAIN = "the next run or ./inv down tries again"
STALE = (
    "the engine still counts endpoints in it, although no container is left. Restart the Docker daemon; the next "
    "command then removes it. Until then it only occupies one address range"
)


def list_leftovers(clients: Clients) -> list[Leftover]:
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


def remove(clients: Clients, leftovers: Iterable[Leftover], patient: bool = True) -> list[NotRemoved]:
    """Removes containers, those of a run one after the other, and then the networks; returns what the engine refuses.

    The engine locks a network to count an endpoint that is added, but not to count one that is deleted (libnetwork,
    endpoint_cnt.go). If two containers leave a network at the same time, its count may stay above zero forever
    (moby/moby#17217, #42119), and only a restart of the daemon mends that. `patient` tries a network again for a while.
    Raises EngineGone.
    """
    things, pauses = list(leftovers), PAUSES if patient else ()
    return [
        *_refused(partial(remove_container, clients), [thing for thing in things if thing.kind == "container"]),
        *_refused(partial(remove_network, clients, pauses), [thing for thing in things if thing.kind == "network"]),
    ]


def _refused(removal: Callable[[str], str | None], things: Iterable[Leftover]) -> list[NotRemoved]:
    """Removes things, those of different runs at the same time, and returns those that are refused once all is done."""
    runs: dict[str, list[Leftover]] = {}
    for thing in things:
        runs.setdefault(thing.run, []).append(thing)
    if not runs:
        return []
    with ThreadPoolExecutor(len(runs)) as pool:
        futures = [pool.submit(_refused_of_one, removal, mine) for mine in runs.values()]
    return [refused for future in futures for refused in future.result()]


def _refused_of_one(removal: Callable[[str], str | None], things: Sequence[Leftover]) -> list[NotRemoved]:
    reasons = [(thing, removal(thing.name)) for thing in things]
    return [NotRemoved(thing, reason) for thing, reason in reasons if reason]


def remove_container(clients: Clients, name: str) -> str | None:
    """Kills and removes a container, and returns None once it is gone, else the reason why it stays."""
    with translated(f"removing container {name}"):
        try:
            with clients.lent() as api:
                return _kill_and_wait(api, name)
        except NotFound:
            return None
        except APIError as error:
            return _said(error.explanation or error)
        except requests.exceptions.RequestException:
            # A slow engine answers this, and one that is gone does not, which is an error.
            with clients.lent() as api:
                left = api.containers(all=True, filters={"name": f"^/{name}$"})
            return f"the engine did not remove it within {GONE_WITHIN:g} s; {AGAIN}" if left else None


def _kill_and_wait(api: Any, name: str) -> str | None:
    try:
        api.remove_container(name, force=True, v=True)
    except APIError as error:
        if error.status_code != 409:  # which says that another process is removing it already
            raise
    failed = api.wait(name, timeout=GONE_WITHIN, condition="removed").get("Error")
    return _said(failed["Message"]) if failed else None


def remove_network(clients: Clients, pauses: Sequence[float], name: str) -> str | None:
    """Removes a network, trying again after each pause while endpoints are counted in it; else why it stays."""
    with translated(f"removing network {name}"), clients.lent() as api, suppress(NotFound):
        for pause in (0.0, *pauses):
            time.sleep(pause)
            refusal = _refusal(api, name)
            if refusal is None or ACTIVE not in refusal:
                return refusal
        return _why_active(api, name)
    return None


def _refusal(api: Any, network: str) -> str | None:
    try:
        api.remove_network(network)
    except NotFound:
        return None
    except APIError as error:
        return _said(error.explanation or error)
    return None


def _why_active(api: Any, name: str) -> str:
    """Names what is in a network; an endpoint without a container stands there under its own id."""
    endpoints = api.inspect_network(name)["Containers"] or {}
    inside = [one["Name"] for key, one in endpoints.items() if not key.startswith("ep-")]
    return f"it still holds {', '.join(sorted(inside))}: remove that, and {AGAIN}" if inside else STALE


def _said(problem: object) -> str:
    return f"the engine said: {str(problem).strip()}; {AGAIN}"


def _leftover(kind: str, name: str, labels: dict[str, str]) -> Leftover:
    lives = owner_lives(Owner.from_labels(labels))
    run, service = labels.get("iolab.run", ""), labels.get("iolab.service", "")
    return Leftover(kind, name, run, service, labels.get("iolab.keep") == "true", lives)
