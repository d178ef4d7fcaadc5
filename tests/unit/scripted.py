"""An engine that plays a script: services say what a test wrote down, in the order in which the run asks for things."""

import copy
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labs.programs.protocol import payload
from scenarios.definition import catalog
from scenarios.definition.scenario import LIMITS, Scenario, Service, Stream
from scenarios.engines.base import Executed, Information, Leftover, Limit, NotRemoved, Sink
from scenarios.families.fetch import page_bytes
from scenarios.results.events import Event
from scenarios.results.record import Record
from scenarios.theory.descriptors import EMFILE

PID = 7
SIZE = 16  # bytes that each client sends and gets, enough for a script


def event(name: str, **fields: Any) -> str:
    """One event line."""
    return json.dumps({"event": name, **fields}) + "\n"


def server_ready(descriptors: int = 5) -> str:
    """What a server says when it can serve."""
    return event("ready", selector="EpollSelector", platform="linux", python="3.11.2", descriptors=descriptors)


def snapshot(
    descriptors: int, watched: int | None = 1, nofile: int = 1024, octets: int | None = None
) -> dict[str, int]:
    """What a probe tells of a process."""
    seen = {"descriptors": descriptors, "epoll_sets": int(watched is not None), "watched": watched or 0}
    seen |= {"octets": octets} if octets is not None else {}
    seen |= {"nofile_soft": nofile, "nofile_hard": nofile, "processes": 1, "threads": 1}
    seen |= {"resident": 10_240_000, "memory": 10_240_000}
    return seen | {"exact": 0, "cpu_ns": 1_500_000_000, "all_cpu_ns": 1_500_000_000}


@dataclass
class Script:
    """A service's life.

    `says` is printed at its start, `then` after each `continue`, one a time, and `at` when a call such as `send client
    2` (the second of its kind) begins. After all that it writes `error` and `exits`, unless it lives `until` such a
    call. `snapshots` are given in turn, the last one for good; `stored` replaces its log if given.
    """

    says: str = ""
    then: list[str] = field(default_factory=list)
    at: dict[str, str] = field(default_factory=dict)
    until: str | None = None
    error: str = ""
    exits: int | None = None
    snapshots: list[dict[str, int]] = field(default_factory=list)
    stored: str | None = None
    vanishes: bool = False


class ScriptedSession:
    """Plays the scripts; every call is noted in `calls`, and `before` may raise at any of them."""

    def __init__(self, scripts: dict[str, Script], sink: Sink, before: Callable[[str], None]) -> None:
        """`before` is called with each call's name."""
        self.scripts, self.sink, self.before = scripts, sink, before
        self.calls: list[str] = []
        self.removed = False
        self.stuck = False  # whether the engine does not answer when it should remove
        self.refused: list[NotRemoved] = []  # what the engine refuses to remove
        self._printed = dict.fromkeys(scripts, "")
        self._ended: set[str] = set()
        self._lock = threading.Lock()

    def _note(self, call: str) -> None:
        with self._lock:
            self.calls.append(call)
            numbered = f"{call} {self.calls.count(call)}"
        self.before(call)
        for service, script in self.scripts.items():
            self._print(service, script.at.get(numbered, ""))
            if script.until == numbered:
                self._end(service)

    def create(self) -> None:
        """Nothing is made."""
        self._note("create")

    def start(self, service: str) -> None:
        """Prints the beginning of the script."""
        self._note(f"start {service}")
        script = self.scripts[service]
        self._print(service, event("started", pid=PID, seal=self.sink.seal) + script.says)
        if script.vanishes:
            self.sink.stopped(service)
        if not script.then and script.until is None:
            self._end(service)

    def send(self, service: str, data: bytes) -> None:
        """Goes on with the script."""
        self._note(f"send {service}")
        assert data == b"continue\n"
        script = self.scripts[service]
        self._print(service, script.then.pop(0))
        if not script.then and script.until is None:
            self._end(service)

    def _end(self, service: str) -> None:
        script = self.scripts[service]
        if script.error:
            self.sink.output(service, "stderr", script.error.encode())
        if script.exits is not None:
            self._ended.add(service)
            self._print(service, event("exited", code=script.exits, seal=self.sink.seal))

    def _print(self, service: str, text: str) -> None:
        if not text:
            return
        self._printed[service] += text
        # In two parts, since no stream keeps lines together.
        middle = len(text) // 2
        for part in (text[:middle], text[middle:]):
            self.sink.output(service, "stdout", part.encode())

    def mark(self, service: str, line: str) -> None:
        """Prints it."""
        self._print(service, f"{line}\n")

    def execute(self, service: str, command: Sequence[str]) -> Executed:
        """Answers by whether the program lives."""
        self._note(f"execute {service}")
        return Executed(1 if service in self._ended else 0, b"", b"")

    def snapshot(self, service: str, pid: int) -> dict[str, int]:
        """Answers in the order of the script."""
        self._note(f"snapshot {service}")
        snapshots = self.scripts[service].snapshots
        return snapshots.pop(0) if len(snapshots) > 1 else next(iter(snapshots), {})

    def quick_sample(self, service: str, pid: int) -> dict[str, int]:
        """Nothing is sampled."""
        return {}

    def log(self, service: str, stream: Stream) -> Iterator[bytes]:
        """What was printed, or what the script says was stored; in two parts."""
        self._note(f"log {service} {stream}")
        script = self.scripts[service]
        stored = self._printed[service] if script.stored is None else script.stored
        text = (stored if stream == "stdout" else script.error).encode()
        yield from (text[: len(text) // 2], text[len(text) // 2 :])

    def hosts_reached(self, service: str) -> Sequence[str]:
        """None."""
        return ()

    def out_of_memory(self, service: str) -> bool:
        """Always, when asked: it is asked only of a killed program."""
        self._note(f"out_of_memory {service}")
        return True

    def leave(self) -> None:
        """Notes that the machines are left standing."""
        self._note("leave")

    def remove(self) -> list[NotRemoved]:
        """Notes that everything is removed, unless it is cut short."""
        self._note("remove")
        self.removed = not self.stuck
        return self.refused


class ScriptedEngine:
    """An engine whose sessions play scripts."""

    name = "scripted"
    limits = LIMITS
    version = "scripted 1"
    not_isolated = None

    def __init__(
        self, scripts: dict[str, Script], before: Callable[[str], None] = lambda _: None, limit: int = 20000
    ) -> None:
        """`limit` is the highest nofile that it gives; `things` is what was left on it, `refused` why some of them,
        by name, cannot be removed, and `patient` how each removal was asked for. `session_refuses` is
        what the removal of each run leaves.
        """
        self.scripts, self.before, self.limit = scripts, before, limit
        self.things: list[Leftover] = []
        self.refused: dict[str, str] = {}
        self.patient: list[bool] = []
        self.session_refuses: list[NotRemoved] = []
        self.opened: list[ScriptedSession] = []

    @property
    def session(self) -> ScriptedSession:
        """The session that was opened last."""
        return self.opened[-1]

    def platform(self, service: Service) -> str:
        """As the image says."""
        return service.platform

    def hard_nofile(self) -> Limit | None:
        """The limit given."""
        return Limit(self.limit, "the script")

    images = None

    def information(self) -> Information | None:
        """Nothing is told."""
        return None

    def unable(self, services: Iterable[Service]) -> str | None:
        """Nothing that it could not play."""
        return None

    def open(
        self, scenario: Scenario, run: str, sink: Sink, keep: bool, image_ids: Mapping[str, str]
    ) -> ScriptedSession:
        """A session that plays the scripts from their beginning."""
        self.opened.append(ScriptedSession(copy.deepcopy(self.scripts), sink, self.before))
        self.session.refused = self.session_refuses
        return self.session

    def leftovers(self) -> Sequence[Leftover]:
        """What is left."""
        return list(self.things)

    def remove(self, leftovers: Iterable[Leftover], patient: bool = True) -> list[NotRemoved]:
        """Takes it away."""
        things = list(leftovers)
        if things:
            self.patient.append(patient)
        for thing in things:
            if thing.name not in self.refused:
                self.things.remove(thing)
        return [NotRemoved(thing, self.refused[thing.name]) for thing in things if thing.name in self.refused]

    def execute_in(self, leftover: Leftover, command: Sequence[str]) -> int:
        """Nothing."""
        return 0


def at(where: str, work: Callable[[], None]) -> Callable[[str], None]:
    """Does the work before the call `where`, such as `send client 2`, the second of its kind."""
    counted = Counter[str]()
    lock = threading.Lock()

    def before(call: str) -> None:
        with lock:
            counted[call] += 1
            now = f"{call} {counted[call]}" == where
        if now:
            work()

    return before


def raising(error: BaseException) -> Callable[[], None]:
    """Raises it."""

    def work() -> None:
        raise error

    return work


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

    def finished(self, scenario: Scenario, record: Record) -> None:
        """Keeps the verdict."""
        self.told.append(record.verdict)

    def step(self, image: str, number: int, total: int, text: str) -> None:
        """Keeps it."""
        self.told.append(f"{image} {number}/{total} {text}")

    def line(self, image: str, text: str) -> None:
        """Nothing."""

    def note(self, image: str, text: str) -> None:
        """Keeps it."""
        self.told.append(f"{image}: {text}")

    def done(self, image: str, seconds: float) -> None:
        """Keeps it."""
        self.told.append(f"{image} done")


def epoll(clients: int = 3, **given: str) -> Scenario:
    """epoll-500 with a few clients and small transfers."""
    return catalog.load("epoll-500", {"clients": str(clients), "size": str(SIZE)} | given)


def closed(number: int, size: int = SIZE) -> str:
    """What the server says of client `number` when it has gone: it got what all get, and sent bytes of its own."""
    sent, received = (hashlib.sha256(payload(seed, size)).hexdigest() for seed in (1, 1 + number))
    return event("closed", sent=size, received=size, sent_sha256=sent, received_sha256=received)


def transfers(clients: int = 3, served: int | None = None, halfway: bool = True) -> dict[str, Script]:
    """Scripts of a run of `epoll` in which all goes as predicted; `served` other than all is a lie of the client's.

    The lab's checks need the checkpoint `halfway` too, at which all clients have their downloads.
    """
    gone = "".join(closed(number) for number in range(1, clients + 1))
    full, moved = (5 + clients, 1 + clients), clients * SIZE
    return {
        "server": Script(
            says=server_ready(),
            at={"send client 2": gone},
            until="never",
            snapshots=[
                snapshot(5),
                snapshot(*full, octets=0),
                *([snapshot(*full, octets=moved)] if halfway else []),
                snapshot(5, octets=2 * moved),
            ],
        ),
        "client": Script(
            says=event("ready", checkpoint=True),
            then=[
                event("connected", clients=clients, checkpoint=True) + event("halfway", checkpoint=True) * halfway,
                *[""] * halfway,
                event("finished", served=clients if served is None else served),
            ],
            exits=0,
        ),
    }


def short_transfers(clients: int = 3, served: int | None = None) -> dict[str, Script]:
    """The same without `halfway`, for tests of a run's steps."""
    return transfers(clients, served, halfway=False)


def raised(kind: str, message: str) -> str:
    """What CPython writes of an uncaught exception."""
    return f'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\n{kind}: {message}\n'


def refused(at: int, kind: str = "OSError", message: str = EMFILE, nofile: int = 64) -> dict[str, Script]:
    """Scripts of a run in which the server dies when client `at` comes."""
    client = Script(
        says=event("ready", checkpoint=True),
        then=[
            event("refused", client=at, error="ConnectionResetError", message="reset")
            + event("connected", clients=at - 1, checkpoint=True),
            event("finished", served=0),
        ],
        exits=1,
    )
    before = snapshot(5, nofile=nofile)
    server = Script(
        says=server_ready(), until="send client 1", error=raised(kind, message), exits=1, snapshots=[before]
    )
    return {"server": server, "client": client}


def fetches(urls: int = 6, failing: str = "", **seconds: float) -> dict[str, Script]:
    """Scripts of the fetch scenario with its own latency; a fetcher's name, with _, gives it other seconds."""
    right = {"serial": 1.9, "threads": 0.35, "gevent": 0.35, "asyncio": 0.35, "gevent-unpatched": 1.9}
    right |= {name.replace("_", "-"): value for name, value in seconds.items()}

    def fetcher(name: str) -> Script:
        begin = event("ready", platform="linux") + event("calibrated", cost=0.01, cpu=0.004, checkpoint=True)
        end = event("fetched", seconds=right[name], bytes=page_bytes(urls), verified=urls)
        return Script(says=begin, then=[end], exits=1 if name == failing else 0)

    return {
        "origin": Script(says=event("ready"), until="never", snapshots=[snapshot(7)]),
        **{n: fetcher(n) for n in right},
    }
