"""Runs services as containers of a Docker Engine, through its SDK.

Every object is labelled with the project, the scenario, the run and its owner, and everything is found again by these
labels alone.
"""

import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import docker
import requests
from docker.errors import APIError, DockerException, NotFound
from docker.types import EndpointConfig, LogConfig, Ulimit
from docker.utils.socket import frames_iter

from images import build
from scenarios.engines import docker_limits
from scenarios.engines.base import BuildProgress, Executed, Leftover, Limit, Sink, Stream
from scenarios.engines.docker_images import DockerImages
from scenarios.errors import EngineError, EngineGone, EngineUnavailable, UsageError
from scenarios.owner import Owner, this_process
from scenarios.spec import Scenario, Service

# A container inherits its image's labels, so only one that names a run was started by the lab.
OURS = ["iolab.project=iolab", "iolab.run"]
HOLD, PYTHON = "/opt/iolab/hold", "/opt/iolab/python"
TURN = b"start\n"
TMPFS = "rw,nosuid,nodev,size=64m,mode=1777"
HOW_TO_GET_ONE = (
    "install one (Debian and Ubuntu: apt install docker.io; others: Docker Desktop, Colima) "
    "and start it (systemctl start docker, or dockerd), then see whether `docker info` answers. "
    "DOCKER_HOST and the Docker CLI's context say which engine is asked"
)
ANSWER_WITHIN = 30  # seconds
# A run's threads: one that reads each service's streams, and some that create, start and remove.
CONNECTIONS = 64


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turns what the SDK raises into errors of the lab that say what was being done."""
    try:
        yield
    except APIError as error:
        said = str(error.explanation or error).strip()
        if "setting rlimit" in said:
            raise UsageError(f"{doing}: the engine may not set so high a nofile: {said}") from error
        raise EngineError(f"{doing}: the engine said: {said}") from error
    except (requests.exceptions.RequestException, DockerException, OSError) as error:
        raise EngineGone(f"{doing}: the engine does not answer: {error}") from error


class DockerEngine:
    """A Docker Engine; raises EngineUnavailable when made while none answers."""

    name = "docker"

    # All that a machine shares with others is the kernel: there is nothing to warn of.
    not_isolated = None

    def __init__(self, answer_within: int = ANSWER_WITHIN) -> None:
        """Connects as the Docker CLI would; `answer_within` bounds the first answer, in seconds."""
        self._local = threading.local()
        try:
            first = docker.from_env(timeout=answer_within, max_pool_size=CONNECTIONS).api
            self._facts = first.version()
        except (DockerException, requests.exceptions.RequestException, ValueError) as error:
            raise EngineUnavailable(f"no container engine answers ({error}): {HOW_TO_GET_ONE}") from error
        first.timeout = ANSWER_WITHIN
        self._clients = [first]
        self._local.api = first
        # Every thread's client is closed when the engine is not used any more.
        weakref.finalize(self, _close_all, self._clients)
        self._image_ids: dict[str, str] = {}

    @property
    def api(self) -> Any:
        """A client of this thread's own: the SDK's are not safe to share between threads (docker-py #619)."""
        if not hasattr(self._local, "api"):
            self._local.api = docker.from_env(timeout=ANSWER_WITHIN, version=self._facts["ApiVersion"]).api
            self._clients.append(self._local.api)
        return self._local.api

    @property
    def version(self) -> str:
        """Engine, kernel and architecture in one line."""
        facts = self._facts
        where = f"{facts['Os']}/{facts['Arch']}, kernel {facts['KernelVersion']}"
        return f"Docker Engine {facts['Version']}, API {facts['ApiVersion']}, {where}"

    @property
    def images(self) -> DockerImages:
        """The engine's image store."""
        return DockerImages(self.api)

    def platform(self, service: Service) -> str:
        """The platform of the service's image: each brings its own."""
        return service.platform

    def hard_nofile(self) -> Limit | None:
        """The hard limit of the process that starts containers, if it runs on this machine."""
        return docker_limits.hard_nofile(str(self.api.base_url))

    def prepare(self, services: Iterable[Service], progress: BuildProgress) -> None:
        """Builds the images that are missing or stale."""
        wanted = sorted({service.image for service in services})
        self._image_ids = build.ensure(wanted, self.images, progress)

    def open(self, scenario: Scenario, run: str, sink: Sink, keep: bool) -> "DockerSession":
        """A session whose containers run the images that `prepare` found."""
        return DockerSession(self, scenario, run, sink, keep, self._image_ids)

    def leftovers(self) -> list[Leftover]:
        """All containers and networks with the project's label."""
        filters = {"label": OURS}
        with translated("listing what is there"):
            containers = self.api.containers(all=True, filters=filters)
            networks = self.api.networks(filters=filters)
        found = [
            _leftover("container", c["Names"][0].lstrip("/") if c.get("Names") else c["Id"], c["Labels"])
            for c in containers
        ]
        return found + [_leftover("network", n["Name"], n["Labels"]) for n in networks]

    def remove(self, leftovers: Iterable[Leftover]) -> None:
        """Removes containers, all at once, and then the networks that they were in."""
        things = list(leftovers)
        self.in_parallel([_bound(self.remove_container, t.name) for t in things if t.kind == "container"])
        self.in_parallel([_bound(self.remove_network, t.name) for t in things if t.kind == "network"])

    def execute_in(self, leftover: Leftover, command: Sequence[str]) -> int:
        """Hands the terminal to the Docker CLI, which knows best how to pass one on."""
        import subprocess

        return subprocess.run(["docker", "exec", "-it", leftover.name, *command], check=False).returncode

    def in_parallel(self, jobs: Sequence[Callable[[], None]]) -> None:
        """Runs jobs at the same time and raises the first one's error once all have ended."""
        if not jobs:
            return
        with ThreadPoolExecutor(len(jobs)) as pool:
            futures = [pool.submit(job) for job in jobs]
        for future in futures:
            future.result()

    def remove_container(self, name: str) -> None:
        """Kills and removes a container; one that is gone, or already being removed, is no error."""
        with translated(f"removing container {name}"):
            try:
                self.api.remove_container(name, force=True, v=True)
            except APIError as error:
                if error.status_code not in (404, 409):
                    raise

    def remove_network(self, name: str) -> None:
        """Removes a network; one that is gone is no error."""
        with translated(f"removing network {name}"), suppress(NotFound):
            self.api.remove_network(name)


def _raw(attached: Any) -> Any:
    """The socket under what the SDK returns: a file object on it for a local engine, itself for one behind TLS."""
    return getattr(attached, "_sock", attached)


def _close_all(clients: list[Any]) -> None:
    for client in clients:
        client.close()


def _bound(function: Callable[[str], None], argument: str) -> Callable[[], None]:
    return lambda: function(argument)


def _leftover(kind: str, name: str, labels: dict[str, str]) -> Leftover:
    owner = Owner(
        int(labels.get("iolab.owner.pid", 0)),
        float(labels.get("iolab.owner.started", 0)),
        labels.get("iolab.owner.host", ""),
    )
    return Leftover(
        kind,
        name,
        labels.get("iolab.run", ""),
        labels.get("iolab.service", ""),
        labels.get("iolab.keep") == "true",
        owner.lives,
    )


class DockerSession:
    """The containers and the network of one run."""

    def __init__(
        self, engine: DockerEngine, scenario: Scenario, run: str, sink: Sink, keep: bool, image_ids: dict[str, str]
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
            except (DockerException, requests.exceptions.RequestException, OSError) as error:
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
