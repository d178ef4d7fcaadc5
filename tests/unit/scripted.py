"""An engine that plays a script: services say what a test wrote down, in the order in which the run asks for things."""

import json
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from scenarios import spec
from scenarios.engines.base import BuildProgress, Executed, Leftover, Limit, Sink
from scenarios.evidence import Event
from scenarios.spec import Scenario, Service

PID = 7


def event(name: str, **fields: Any) -> str:
    """One event line."""
    return json.dumps({"event": name, **fields}) + "\n"


def server_ready(descriptors: int = 5) -> str:
    """What a server says when it can serve."""
    return event("ready", selector="EpollSelector", platform="linux", python="3.11.2", descriptors=descriptors)


def look(descriptors: int, watched: int | None = 1, nofile: int = 1024) -> str:
    """What the look into /proc prints."""
    lines = [
        f"descriptors {descriptors}",
        f"Max open files            {nofile}                 {nofile}                files",
    ]
    lines += [f"watched {watched}"] if watched is not None else []
    return "\n".join([*lines, "stat S 1 1 1 0 -1 0 0 0 0 0 100 50 0 0 20 0 1 0 5 1000000 2500"]) + "\n"


@dataclass
class Script:
    """A service's life.

    `says` is printed at its start, `then` after each `continue`, one a time; `stored` replaces its log if given.
    """

    says: str = ""
    then: list[str] = field(default_factory=list)
    error: str = ""
    exits: int | None = None
    looks: list[str] = field(default_factory=list)
    stored: str | None = None
    vanishes: bool = False


class ScriptedSession:
    """Plays the scripts; every call is noted in `calls`, and `before` may raise at any of them."""

    def __init__(self, scripts: dict[str, Script], sink: Sink, before: Callable[[str], None]) -> None:
        """`before` is called with each call's name."""
        self.scripts, self.sink, self.before = scripts, sink, before
        self.calls: list[str] = []
        self.removed = False
        self._printed = dict.fromkeys(scripts, "")
        self._lock = threading.Lock()

    def _note(self, call: str) -> None:
        with self._lock:
            self.calls.append(call)
        self.before(call)

    def create(self) -> None:
        """Nothing is made."""
        self._note("create")

    def start(self, service: str) -> None:
        """Prints the beginning of the script."""
        self._note(f"start {service}")
        script = self.scripts[service]
        self._print(service, event("started", pid=PID) + script.says)
        if script.vanishes:
            self.sink.stopped(service)
        if not script.then:
            self._end(service)

    def send(self, service: str, data: bytes) -> None:
        """Goes on with the script."""
        self._note(f"send {service}")
        assert data == b"continue\n"
        script = self.scripts[service]
        self._print(service, script.then.pop(0))
        if not script.then:
            self._end(service)

    def _end(self, service: str) -> None:
        script = self.scripts[service]
        if script.error:
            self.sink.output(service, "stderr", script.error.encode())
        if script.exits is not None:
            self._print(service, event("exited", code=script.exits))

    def _print(self, service: str, text: str) -> None:
        self._printed[service] += text
        # In two parts, since no stream keeps lines together.
        middle = len(text) // 2
        for part in (text[:middle], text[middle:]):
            self.sink.output(service, "stdout", part.encode())

    def execute(self, service: str, command: Sequence[str]) -> Executed:
        """Answers looks in the order of the script, and anything else with success."""
        self._note(f"execute {service}")
        looks = self.scripts[service].looks
        is_look = len(command) > 3 and command[3] == "look"
        text = (looks.pop(0) if len(looks) > 1 else looks[0] if looks else "") if is_look else ""
        return Executed(0 if text or not is_look else 1, text.encode(), b"")

    def read_logs(self, service: str) -> tuple[bytes, bytes]:
        """What was printed, or what the script says was stored."""
        self._note(f"read_logs {service}")
        stored = self.scripts[service].stored
        out = self._printed[service] if stored is None else stored
        return out.encode(), self.scripts[service].error.encode()

    def out_of_memory(self, service: str) -> bool:
        """Always, when asked: it is asked only of a killed program."""
        self._note(f"out_of_memory {service}")
        return True

    def remove(self) -> None:
        """Notes that everything is removed."""
        self.removed = True
        with self._lock:
            self.calls.append("remove")


class ScriptedEngine:
    """An engine whose sessions play scripts."""

    name = "scripted"
    version = "scripted 1"
    not_isolated = None

    def __init__(
        self, scripts: dict[str, Script], before: Callable[[str], None] = lambda _: None, limit: int = 20000
    ) -> None:
        """`limit` is the highest nofile that it gives."""
        self.scripts, self.before, self.limit = scripts, before, limit
        self.session: ScriptedSession | None = None

    def platform(self, service: Service) -> str:
        """As the image says."""
        return service.platform

    def hard_nofile(self) -> Limit | None:
        """The limit given."""
        return Limit(self.limit, "the script")

    def prepare(self, services: Iterable[Service], progress: BuildProgress) -> None:
        """Nothing is needed."""

    def open(self, scenario: Scenario, run: str, sink: Sink, keep: bool) -> ScriptedSession:
        """A session of the scripts."""
        self.session = ScriptedSession(self.scripts, sink, self.before)
        return self.session

    def leftovers(self) -> Sequence[Leftover]:
        """None."""
        return []

    def remove(self, leftovers: Iterable[Leftover]) -> None:
        """Nothing."""

    def execute_in(self, leftover: Leftover, command: Sequence[str]) -> int:
        """Nothing."""
        return 0


class Quiet:
    """An audience that keeps what it is told."""

    def __init__(self) -> None:
        """Nothing was told yet."""
        self.told: list[str] = []

    def doing(self, what: str) -> None:
        """Keeps it."""
        self.told.append(what)

    def event(self, service: str, event: Event) -> None:
        """Keeps it."""
        self.told.append(f"{service} {event['event']}")

    def predicted(self, scenario: Scenario, prediction: Any) -> None:
        """Keeps it."""
        self.told.append(prediction.reason)

    def step(self, image: str, number: int, total: int, text: str) -> None:
        """Keeps it."""
        self.told.append(f"{image} {number}/{total} {text}")

    def line(self, image: str, text: str) -> None:
        """Nothing."""

    def done(self, image: str, seconds: float) -> None:
        """Keeps it."""
        self.told.append(f"{image} done")


def epoll(clients: int = 3, **given: str) -> Scenario:
    """epoll-500 with a few clients."""
    return spec.load("epoll-500", {"clients": str(clients), **given})


def transfers(clients: int = 3, served: int | None = None) -> dict[str, Script]:
    """Scripts of a run of `epoll` in which everything goes as predicted; `served` other than all is a lie of the
    client's.
    """
    return {
        "server": Script(says=server_ready(), looks=[look(5), look(5 + clients, 1 + clients), look(5)]),
        "client": Script(
            says=event("ready", checkpoint=True),
            then=[
                event("connected", clients=clients, checkpoint=True),
                event("finished", served=clients if served is None else served),
            ],
            exits=0,
        ),
    }


def refused(at: int, kind: str, message: str) -> dict[str, Script]:
    """Scripts of a run in which the server dies when client `at` comes."""
    raised = f'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\n{kind}: {message}\n'
    client = Script(
        says=event("ready", checkpoint=True),
        then=[
            event("refused", client=at, error="ConnectionResetError", message="reset")
            + event("connected", clients=at - 1, checkpoint=True),
            event("finished", served=0),
        ],
        exits=1,
    )
    return {"server": Script(says=server_ready(), error=raised, exits=1, looks=[look(5)]), "client": client}
