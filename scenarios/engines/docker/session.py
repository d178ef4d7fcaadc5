"""One run's containers and network on a Docker Engine."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress

from docker.errors import NotFound

from scenarios.definition.scenario import Address, Scenario, Service, Stream
from scenarios.engines.base import EXECUTE_WITHIN, Executed, NotRemoved, Sink
from scenarios.engines.creation import Creation
from scenarios.engines.docker import machines, resources, streams, upload
from scenarios.engines.docker.client import Clients
from scenarios.engines.docker.errors import CONNECTION_ERRORS, translated
from scenarios.engines.docker.probes import Probes
from scenarios.errors import EngineError, EngineGone
from scenarios.system.owner import this_process
from scenarios.system.seals import of_watcher
from scenarios.system.signals import result_of

SEND_WITHIN = 5.0  # seconds; a program that does not read its input may fill it


class DockerSession:
    """The containers and the network of one run."""

    def __init__(
        self, clients: Clients, scenario: Scenario, run: str, sink: Sink, keep: bool, image_ids: Mapping[str, str]
    ) -> None:
        """Creates nothing yet; `image_ids` maps an image's name to the id that its containers use."""
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
        # In a network of its own every port is free, and names are looked up.
        self._addresses = {name: Address(name) for name in scenario.services}
        # The run looks at a server while it serves.
        self._servers = scenario.awaited("ready")
        self._attached: dict[str, streams.Conversation] = {}
        self._readers: list[threading.Thread] = []
        self._removed = self._over = False
        self._probes = Probes(clients, self._network)
        # Everything is created in these threads, and remove() waits for them: an interrupted main thread leaves nothing
        # half created.
        self._creation = Creation(run)
        self._workers = ThreadPoolExecutor(2 * len(scenario.services) + 1)

    @property
    def removed(self) -> bool:
        """Whether everything was found, and all of it removed that can be."""
        return self._removed

    def container(self, service: str) -> str:
        return f"iolab-{self._run}-{service}"

    def create(self) -> None:
        """Creates the network and starts all containers, in parallel; the programs inside wait for their turn."""
        network = self._workers.submit(self._create_network)
        services = self._scenario.services.values()
        for job in [self._workers.submit(self._stand, service, network) for service in services]:
            result_of(job)

    def _stand(self, service: Service, network: Future[None]) -> None:
        self._create_container(service)
        # A container needs its network only to start.
        network.result()
        self._start_container(service.name)
        if service.name in self._servers:
            self._probes.begin(service.name, self._workers)

    def _create_network(self) -> None:
        options = machines.network_options(self._clients.facts["Version"])
        with self._creation.under_way(), translated("creating a network"), self._clients.lent() as api:
            api.create_network(self._network, driver="bridge", internal=True, labels=self._labels, options=options)

    def _create_container(self, service: Service) -> None:
        arguments, image = service.arguments(self._addresses), self._image_ids[service.image]
        name = self.container(service.name)
        pids = self._probes.expect(service.name, name, service.pids_limit, early=service.name in self._servers)
        doing = f"creating a container for {service.name}"
        with self._creation.under_way(), translated(doing), self._clients.lent() as api:
            machines.create(api, name, service, arguments, image, self._network, self._labels, pids)

    def _start_container(self, service: str) -> None:
        """Attaches to the container's streams and then starts it, so that not a byte can be missed."""
        with self._creation.under_way(), translated(f"starting {service}"), self._clients.lent() as api:
            attached = self._attached[service] = streams.attach(api, self.container(service))
            reader = threading.Thread(target=self._read, args=(service, attached), name=f"read-{service}", daemon=True)
            self._readers.append(reader)
            reader.start()
            # Before the start: PID 1 finds the line there, and the program loads while the engine still completes the
            # start.
            seal, code = f"{self._sink.seal}\n".encode(), self._scenario.services[service].code
            if code is None:
                self.send(service, seal)
            api.start(self.container(service))
            if code is not None:  # the files must be there before PID 1 goes on
                upload.bring(api, self.container(service), code)
                self.send(service, seal)

    def start(self, service: str) -> None:
        """Lets the container's PID 1 start its program."""
        self._probes.before_start(service)
        self.send(service, f"start {of_watcher(self._sink.seal)}\n".encode())

    def _read(self, service: str, attached: streams.Conversation) -> None:
        """Passes on what the container writes, to its end, and then finds out whether it or the engine has ended."""
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
        with suppress(OSError, ValueError):
            self._attached[service].send(data, time.monotonic() + SEND_WITHIN)

    def execute(self, service: str, command: Sequence[str]) -> Executed:
        """By the probe in the container, as the image's user: `docker exec` takes far longer."""
        return self._probes.run(service, command, EXECUTE_WITHIN)

    def mark(self, service: str, line: str) -> None:
        """Through PID 1's own stdout, which is the program's: a pipe keeps the order."""
        self._probes.mark(service, line)

    def snapshot(self, service: str, pid: int) -> Mapping[str, int]:
        return self._probes.snapshot(service, pid)

    def quick_sample(self, service: str, pid: int) -> Mapping[str, int]:
        return self._probes.quick_sample(service, pid)

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
        """By attempts inside to connect to a listener of the lab's on this host."""
        return self._probes.hosts_reached(service)

    def out_of_memory(self, service: str) -> bool:
        """Asks the container's own memory group, version 2 or 1.

        Its PID 1 outlives the program, so the engine's flag stays unset.
        """
        files = "/sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control"
        said = self.execute(service, ("sh", "-c", f"cat {files} 2>/dev/null")).stdout.decode()
        return any(
            line.split()[0] == "oom_kill" and line.split()[1] != "0" for line in said.splitlines() if " " in line
        )

    def remove(self) -> list[NotRemoved]:
        """Waits for what is being created, then removes by label; returns what stays.

        An engine that is gone is left to the next command's sweep.
        """
        refused: list[NotRemoved] = []
        if self._removed:
            return refused
        self._creation.end()
        self._workers.shutdown(wait=True, cancel_futures=True)
        self._over = True
        with suppress(EngineGone, EngineError):
            mine = [thing for thing in resources.list_leftovers(self._clients) if thing.run == self._run]
            refused = resources.remove(self._clients, mine)
            self._removed = True
        self._let_go()
        return refused

    def leave(self) -> None:
        """Closes the connections to the containers; a probe ends with its input."""
        self._workers.shutdown(wait=True)
        self._over = True
        for attached in self._attached.values():
            attached.close()
        self._let_go()

    def _let_go(self) -> None:
        self._probes.close()
        for reader in self._readers:
            reader.join(timeout=1)
        for attached in self._attached.values():
            attached.close()
