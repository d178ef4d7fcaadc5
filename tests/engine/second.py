"""A second Docker Engine of a test's own, in a network of its own, which can be killed and started again."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import docker
import psutil
from docker.errors import DockerException

UP_WITHIN = 30.0  # seconds, for a daemon to answer
NEEDED = ("dockerd", "nsenter", "unshare", "ip")


def why_none() -> str | None:
    """Why this machine can have no second engine, or None."""
    if os.geteuid() != 0:
        return "a second Docker Engine needs root"
    missing = [name for name in NEEDED if shutil.which(name) is None]
    return f"a second Docker Engine needs {', '.join(missing)}" if missing else None


class SecondEngine:
    """A daemon with everything of its own below one short directory: its socket's path has to fit 108 bytes."""

    def __init__(self, directory: Path) -> None:
        """Nothing runs yet. Its network outlives its daemons: a process that does nothing holds it."""
        self.directory = directory
        self.address = f"unix://{directory / 'docker.sock'}"
        driver = docker.from_env().info()["Driver"]
        config = {"data-root": str(directory / "data"), "storage-driver": driver}
        (directory / "daemon.json").write_text(json.dumps(config), encoding="utf-8")
        command = ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep 3600"]
        self._holder = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == b"up\n"
        self._daemon: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the daemon and returns at once; what it logs is for whom a test fails."""
        (self.directory / "docker.pid").unlink(missing_ok=True)
        command = ["nsenter", f"--net=/proc/{self._holder.pid}/ns/net", "dockerd", "--host", self.address]
        command += ["--config-file", str(self.directory / "daemon.json"), "--exec-root", str(self.directory / "exec")]
        command += ["--pidfile", str(self.directory / "docker.pid"), "--cgroup-parent", f"/{self.directory.name}"]
        with (self.directory / "log").open("ab") as log:
            self._daemon = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def wait(self) -> None:
        """Returns once it answers."""
        until = time.monotonic() + UP_WITHIN
        while True:
            try:
                with closing(docker.DockerClient(self.address)) as client:
                    client.ping()
            except DockerException:
                log = (self.directory / "log").read_text(encoding="utf-8")
                assert time.monotonic() < until, f"the second engine does not answer: {log[-2000:]}"
                self._mend()
                time.sleep(0.1)
            else:
                return

    def _mend(self) -> None:
        """Killed while it wrote its networks down, a daemon may find them in a state that it does not survive (Engine
        20.10 ends in libnetwork's restore): it then comes up without its networks.
        """
        if self._daemon is not None and self._daemon.poll() is not None:
            shutil.rmtree(self.directory / "data" / "network", ignore_errors=True)
            self._kill_containerd()
            self.start()

    def kill(self) -> None:
        """Ends the daemon and its containerd as a fault would; its containers run on until it comes back."""
        assert self._daemon is not None
        self._daemon.kill()
        self._daemon.wait()
        self._kill_containerd()

    def end(self) -> None:
        """Ends everything that was started here: a daemon that ends well ends its containers and its containerd."""
        if self._daemon is not None and self._daemon.poll() is None:
            self._daemon.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._daemon.wait(UP_WITHIN)
        if self._daemon is not None and self._daemon.poll() is None:
            self.kill()
        self._kill_containerd()
        self._kill_containers()
        self._holder.kill()
        self._holder.communicate()
        self._unmount()
        self._remove_groups()

    def _kill_containerd(self) -> None:
        """The one that a killed daemon left, by the id that it noted itself, if that is still it; a new daemon must not
        take it for alive while it ends.
        """
        noted = self.directory / "exec" / "containerd" / "containerd.pid"
        with suppress(OSError, ValueError):
            _kill_if_mine(int(noted.read_text(encoding="utf-8")), str(self.directory))
            noted.unlink()

    def _kill_containers(self) -> None:
        """Those that no daemon could end: their processes are in its control group, their shims name its directory."""
        for group in Path("/sys/fs/cgroup").glob(f"**/{self.directory.name}/**/cgroup.procs"):
            for pid in group.read_text(encoding="utf-8").split():
                with suppress(OSError):
                    os.kill(int(pid), signal.SIGKILL)
        for process in psutil.process_iter():
            _kill_if_mine(process.pid, f"{self.directory}/exec")

    def _remove_groups(self) -> None:
        """The inner ones first; one that is still in use stays, and is none of the test's results."""
        groups = [path for path in Path("/sys/fs/cgroup").glob(f"**/{self.directory.name}/**/") if path.is_dir()]
        for group in sorted(groups, reverse=True):
            with suppress(OSError):
                group.rmdir()

    def _unmount(self) -> None:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
        for mount in reversed([line.split()[1] for line in mounts]):
            if mount.startswith(f"{self.directory}/"):
                subprocess.run(["umount", "--lazy", mount], check=False)


def _kill_if_mine(pid: int, words: str) -> None:
    """Ends a process that has these words in its command line, and returns once it is gone."""
    with suppress(OSError, psutil.Error):
        process = psutil.Process(pid)
        if words in " ".join(process.cmdline()):
            process.kill()
            process.wait(UP_WITHIN)


@contextmanager
def second_engine(directory: Path) -> Iterator[SecondEngine]:
    """A second engine that answers; nothing of it is left afterwards."""
    directory.mkdir()
    try:
        engine = SecondEngine(directory)
        try:
            engine.start()
            engine.wait()
            yield engine
        finally:
            engine.end()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
