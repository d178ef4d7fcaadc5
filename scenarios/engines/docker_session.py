"""One run's containers and network on a Docker Engine."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from docker.errors import NotFound
from docker.types import EndpointConfig, LogConfig, Ulimit
from docker.utils.socket import frames_iter

from scenarios.engines.base import Executed, Sink, Stream
from scenarios.engines.docker_errors import CONNECTION_ERRORS, translated
from scenarios.errors import EngineError, EngineGone
from scenarios.owner import this_process
from scenarios.spec import Scenario, Service

if TYPE_CHECKING:
    from scenarios.engines.docker import DockerEngine

HOLD, PYTHON = "/opt/iolab/hold", "/opt/iolab/python"
TURN = b"start\n"
TMPFS = "rw,nosuid,nodev,size=64m,mode=1777"


def _raw(attached: Any) -> Any:
    """The socket under what the SDK returns: a file object on it for a local engine, itself for one behind TLS."""
    return getattr(attached, "_sock", attached)


class DockerSession:
    """The containers and the network of one run."""

    def __init__(
        self, engine: "DockerEngine", scenario: Scenario, run: str, sink: Sink, keep: bool, image_ids: dict[str, str]
    ) -> None:
        """Nothing is created yet; `image_ids` maps an image's name to the id that its containers use."""
        self._engine, self._scenario, self._run, self._sink = engine, scenario, run, sink
        self._image_ids = image_ids
        owner = this_process()
        self._labels = {
            "iolab.project": "iolab",
            "iolab.scenario": scenario.name,
            "iolab.run": run,
            "iolab.keep": str(keep).lower(),
            "iolab.owner.pid": str(owner.pid),
            "iolab.owner.started": str(owner.started),
            "iolab.owner.host": owner.host,
        }
        self._network = f"iolab-{run}"
        self._sockets: dict[str, Any] = {}
        self._readers: list[threading.Thread] = []
        self._removed = False
        # Everything that creates runs here, so that an interrupted main thread leaves nothing half created: remove()
        # waits for it.
        self._workers = ThreadPoolExecutor(len(scenario.services) + 1)

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

    def _create_network(self) -> None:
        with translated("creating a network"):
            self._engine.api.create_network(self._network, driver="bridge", internal=True, labels=self._labels)

    def _create_container(self, service: Service) -> None:
        api = self._engine.api
        with translated(f"creating a container for {service.name}"):
            api.create_container(
                image=self._image_ids[service.image],
                name=self.container(service.name),
                hostname=service.name,
                command=[PYTHON, "-m", service.module, *service.args],
                entrypoint=[HOLD],
                stdin_open=True,
                environment={"IOLAB_CHECKPOINTS": "1"},
                labels={**self._labels, "iolab.service": service.name},
                networking_config=api.create_networking_config(
                    {self._network: EndpointConfig(api._version, aliases=[service.name])}
                ),
                host_config=self._host_config(api, service),
            )

    def _host_config(self, api: Any, service: Service) -> Any:
        """Not root, no capabilities, nothing writable but /tmp, no way out, and the whole log kept."""
        return api.create_host_config(
            network_mode=self._network,
            read_only=True,
            tmpfs={"/tmp": TMPFS},
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true"],
            pids_limit=service.pids_limit,
            mem_limit=service.mem_limit,
            memswap_limit=service.mem_limit,
            ulimits=[Ulimit(name="nofile", soft=service.nofile, hard=service.nofile)],
            log_config=LogConfig(type="json-file", config={"max-size": "1g"}),
        )

    def _start_container(self, service: str) -> None:
        """Attaches to the container's streams and then starts it, so that not a byte can be missed."""
        api = self._engine.api
        with translated(f"starting {service}"):
            attached = api.attach_socket(self.container(service), {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
            # The SDK's timeout is for answers; this read may wait as long as the program is silent.
            _raw(attached).settimeout(None)
            self._sockets[service] = attached
            reader = threading.Thread(target=self._read, args=(service, attached), name=f"read-{service}", daemon=True)
            self._readers.append(reader)
            reader.start()
            api.start(self.container(service))

    def start(self, service: str) -> None:
        """Lets the container's PID 1 start its program."""
        self.send(service, TURN)

    def _read(self, service: str, attached: Any) -> None:
        """Passes on what the container writes until its end, and then finds out whether it or the engine ended."""
        streams: dict[int, Stream] = {1: "stdout", 2: "stderr"}
        with suppress(OSError, ValueError):
            for number, data in frames_iter(attached, tty=False):  # type: ignore[no-untyped-call]
                self._sink.output(service, streams[number], data)
        if not self._removed:
            try:
                self._engine.api.inspect_container(self.container(service))
            except NotFound:
                pass
            except CONNECTION_ERRORS as error:
                self._sink.lost(str(error))
        self._sink.stopped(service)

    def send(self, service: str, data: bytes) -> None:
        """Writes to the container's standard input."""
        with suppress(OSError):
            _raw(self._sockets[service]).sendall(data)

    def execute(self, service: str, command: Sequence[str]) -> Executed:
        """`docker exec` as the image's own user."""
        api = self._engine.api
        with translated(f"looking into {service}"):
            job = api.exec_create(self.container(service), list(command), stdin=False)["Id"]
            stdout, stderr = api.exec_start(job, demux=True)
            status = api.exec_inspect(job)["ExitCode"]
        return Executed(status, stdout or b"", stderr or b"")

    def read_logs(self, service: str) -> tuple[bytes, bytes]:
        """The two streams from the engine's log file."""
        api, name = self._engine.api, self.container(service)
        with translated(f"reading the logs of {service}"):
            return api.logs(name, stdout=True, stderr=False), api.logs(name, stdout=False, stderr=True)

    def out_of_memory(self, service: str) -> bool:
        """Asks the container's own memory group, version 2 or 1: its PID 1 outlives the program, so the engine's flag
        stays unset.
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
        with suppress(EngineGone, EngineError):
            mine = [thing for thing in self._engine.leftovers() if thing.run == self._run]
            self._engine.remove(mine)
            self._removed = True
        for reader in self._readers:
            reader.join(timeout=1)
        for attached in self._sockets.values():
            _raw(attached).close()
            attached.close()
