"""One run's containers and network on a Docker Engine."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress

from docker.errors import NotFound

from scenarios.engines.base import EXECUTE_WITHIN, Executed, Sink, Stream
from scenarios.engines.docker import belongings, delivery, machines, streams
from scenarios.engines.docker.client import Clients
from scenarios.engines.docker.errors import CONNECTION_ERRORS, translated
from scenarios.engines.docker.looks import Looks
from scenarios.errors import EngineError, EngineGone
from scenarios.owner import this_process
from scenarios.scenario import Address, Scenario, Service

TURN = b"start\n"
SEND_WITHIN = 5.0  # seconds; a program that does not read its input may fill it


# On a line of its own, also where the program's last one has no end.
MARK = r"""printf '\n%s\n' "$1" >/proc/1/fd/1"""


class DockerSession:
    """The containers and the network of one run."""

    def __init__(
        self, clients: Clients, scenario: Scenario, run: str, sink: Sink, keep: bool, image_ids: Mapping[str, str]
    ) -> None:
        """Nothing is created yet; `image_ids` maps an image's name to the id that its containers use."""
        self._clients, self._scenario, self._run, self._sink = clients, scenario, run, sink
        self._image_ids = image_ids
        self._labels = {
            "iolab.project": "iolab",
            "iolab.scenario": scenario.name,
            "iolab.run": run,
            "iolab.keep": str(keep).lower(),
            **this_process().labels(),
        }
        self._network = f"iolab-{run}"
        # A network of its own has every port free, and its own lookup of names.
        self._addresses = {name: Address(name) for name in scenario.services}
        # Who is waited for is looked at while it serves.
        self._servers = scenario.awaited("ready")
        self._attached: dict[str, streams.Conversation] = {}
        self._readers: list[threading.Thread] = []
        self._removed = self._over = False
        self._looks = Looks(clients, self._network)
        # Everything that creates runs here, and remove() waits for it: an interrupted main thread leaves nothing half
        # created.
        self._workers = ThreadPoolExecutor(2 * len(scenario.services) + 1)

    @property
    def removed(self) -> bool:
        """Whether everything was found and removed."""
        return self._removed

    def container(self, service: str) -> str:
        """The container's name."""
        return f"iolab-{self._run}-{service}"

    def create(self) -> None:
        """Makes the network and starts all containers, at the same time; their programs wait inside for their turn."""
        network = self._workers.submit(self._create_network)
        services = self._scenario.services.values()
        for job in [self._workers.submit(self._stand, service, network) for service in services]:
            job.result()

    def _stand(self, service: Service, network: Future[None]) -> None:
        self._create_container(service)
        # A container needs its network only to start.
        network.result()
        self._start_container(service.name)
        if service.name in self._servers:
            self._looks.begin(service.name, self._workers)

    def _create_network(self) -> None:
        options = machines.network_options(self._clients.facts["Version"])
        with translated("creating a network"), self._clients.lent() as api:
            api.create_network(self._network, driver="bridge", internal=True, labels=self._labels, options=options)

    def _create_container(self, service: Service) -> None:
        arguments, image = service.arguments(self._addresses), self._image_ids[service.image]
        name = self.container(service.name)
        pids = self._looks.expect(service.name, name, service.pids_limit, early=service.name in self._servers)
        with translated(f"creating a container for {service.name}"), self._clients.lent() as api:
            made = machines.container(api, service, arguments, image, self._network, self._labels, pids)
            api.create_container(name=name, **made)

    def _start_container(self, service: str) -> None:
        """Attaches to the container's streams and then starts it, so that not a byte can be missed."""
        with translated(f"starting {service}"), self._clients.lent() as api:
            attached = self._attached[service] = streams.attach(api, self.container(service))
            reader = threading.Thread(target=self._read, args=(service, attached), name=f"read-{service}", daemon=True)
            self._readers.append(reader)
            reader.start()
            # Ahead of the start: PID 1 finds it there, and what waits for its turn loads while the engine still counts
            # the container in.
            seal, code = f"{self._sink.seal}\n".encode(), self._scenario.services[service].code
            if code is None:
                self.send(service, seal)
            api.start(self.container(service))
            if code is not None:  # which must be there before PID 1 goes on
                delivery.bring(api, self.container(service), code)
                self.send(service, seal)

    def start(self, service: str) -> None:
        """Lets the container's PID 1 start its program."""
        self._looks.before_start(service)
        self.send(service, TURN)

    def _read(self, service: str, attached: streams.Conversation) -> None:
        """Passes on what the container writes until its end, and then finds out whether it or the engine ended."""
        with suppress(OSError, ValueError):
            for stream, data in attached.frames():
                self._sink.output(service, stream, data)
        if not self._over:
            self._find_out(service)
        self._sink.stopped(service)

    def _find_out(self, service: str) -> None:
        try:
            with self._clients.lent() as api:
                api.inspect_container(self.container(service))
        except NotFound:
            pass
        except CONNECTION_ERRORS as error:
            self._sink.lost(str(error))

    def send(self, service: str, data: bytes) -> None:
        """Writes to the container's standard input."""
        with suppress(OSError, ValueError):
            self._attached[service].send(data, time.monotonic() + SEND_WITHIN)

    def execute(self, service: str, command: Sequence[str]) -> Executed:
        """By the lab's own process in the container, as the image's own user: `docker exec` takes far longer."""
        return self._looks.run(service, command, EXECUTE_WITHIN)

    def mark(self, service: str, line: str) -> None:
        """Through PID 1's own stdout, which is the program's: a pipe keeps the order."""
        done = self.execute(service, ("sh", "-c", MARK, "mark", line))
        if done.exit_status:
            raise EngineError(f"marking what {service} wrote: {done.stderr.decode(errors='replace').strip()}")

    def look(self, service: str, pid: int) -> str:
        """Asks the lab's own process in the container."""
        return self._looks.look(service, pid)

    def glance(self, service: str, pid: int) -> str:
        """Asks the same process."""
        return self._looks.glance(service, pid)

    def log(self, service: str, stream: Stream) -> Iterator[bytes]:
        """A stream from the engine's log file; a connection that breaks in the middle is an error, not an end."""
        wanted = {"stdout": int(stream == "stdout"), "stderr": int(stream == "stderr"), "follow": 0}
        frames = streams.Frames()
        with translated(f"reading the logs of {service}"), self._clients.lent() as api:
            url = api._url("/containers/{0}/logs", self.container(service))
            with closing(api._get(url, params=wanted, stream=True)) as response:
                api._raise_for_status(response)
                for data in response.iter_content(streams.SIZE):
                    yield from (part for _, part in frames.feed(data))
        if not frames.whole:
            raise EngineGone(f"reading the logs of {service}: the engine stopped in the middle")

    def hosts_reached(self, service: str) -> Sequence[str]:
        """Looks at what became of attempts inside to connect to a listener of the lab's on this host."""
        return self._looks.hosts_reached(service)

    def out_of_memory(self, service: str) -> bool:
        """Asks the container's own memory group, version 2 or 1.

        Its PID 1 outlives the program, so the engine's flag stays unset.
        """
        files = "/sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control"
        said = self.execute(service, ("sh", "-c", f"cat {files} 2>/dev/null")).stdout.decode()
        return any(
            line.split()[0] == "oom_kill" and line.split()[1] != "0" for line in said.splitlines() if " " in line
        )

    def remove(self) -> None:
        """Waits for what is being created, then removes by label.

        An engine that is gone is left to the next command's sweep.
        """
        if self._removed:
            return
        self._workers.shutdown(wait=True, cancel_futures=True)
        self._over = True
        with suppress(EngineGone, EngineError):
            mine = [thing for thing in belongings.found(self._clients) if thing.run == self._run]
            belongings.remove(self._clients, mine)
            self._removed = True
        self._let_go()

    def leave(self) -> None:
        """Closes the connections to the containers; what looks into them ends with its input."""
        self._workers.shutdown(wait=True)
        self._over = True
        for attached in self._attached.values():
            attached.close()
        self._let_go()

    def _let_go(self) -> None:
        self._looks.close()
        for reader in self._readers:
            reader.join(timeout=1)
        for attached in self._attached.values():
            attached.close()
