"""The base image from Debian's own packages, for machines where no registry answers."""

import errno
import fcntl
import hashlib
import os
import platform
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from scenarios.errors import ImageError

CACHE = Path(__file__).resolve().parent / ".cache"
SUITE = "bookworm"
FROM_REGISTRY = "debian:bookworm-slim"
LAST_LINES = 10
TIME_TO_END = 2.0  # seconds
# debian:bookworm-slim leaves these out as well.
LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/lintian/*")
# The same packages and settings as in base/Dockerfile.
OPTIONS = (
    "--variant=minbase",
    "--include=python3,iproute2,procps",
    *(f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT),
)
SETTINGS = ("ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1", "WORKDIR /opt/iolab")
# The format in which this machine's apt lists its package lists, with the address of each.
LISTS = "$(CREATED_BY) $(ORIGIN) $(LABEL) $(REPO_URI)"
DEBIANS = re.compile(r"^Packages Debian (Debian|Debian-Security) (https?://\S+)$", re.MULTILINE)
PROXY = re.compile(r"Acquire::https?::Proxy\b.*")
NO_INSTALL = "IOLAB_NO_INSTALL"
# Docker's and Debian's names for the kernel's names.
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@contextmanager
def root_file_system(
    architecture: str, on_note: Callable[[str], None], on_line: Callable[[str], None]
) -> Iterator[Path]:
    """A tar file of a minimal Debian, removed on leaving; `on_note` is told before this machine is changed.

    If another process makes it ahead, this waits for that one. Raises ImageError with what is missing when it cannot be
    built here.
    """
    _check_architecture(architecture)
    with _ahead(architecture) as ahead:
        try:
            with nullcontext(ahead) if ahead.exists() else _made(architecture, on_note, on_line) as tar:
                yield tar
        finally:
            for made in CACHE.glob("base-*.tar"):  # older ones too
                made.unlink()


def make_ahead(architecture: str, on_note: Callable[[str], None]) -> None:
    """Makes the tar file that the next `root_file_system` takes; raises ImageError and OSError."""
    _check_architecture(architecture)
    with _ahead(architecture) as ahead, _made(architecture, on_note, lambda _: None) as tar:
        whole = Path(shutil.move(tar, ahead.with_suffix(".partial")))
        whole.rename(ahead)


@contextmanager
def _ahead(architecture: str) -> Iterator[Path]:
    """The path of the tar file that is made ahead, locked: one process makes it, and another waits for it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    recipe = hashlib.sha256(repr((SUITE, OPTIONS)).encode()).hexdigest()[:12]
    with (CACHE / "base.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in CACHE.glob("base-*.partial"):  # its maker was killed: the lock was free
            left.unlink()
        yield CACHE / f"base-{architecture}-{recipe}.tar"


@contextmanager
def _made(architecture: str, on_note: Callable[[str], None], on_line: Callable[[str], None]) -> Iterator[Path]:
    if shutil.which("mmdebstrap") is None:
        _install_mmdebstrap(on_note, on_line)
    with working_folder("base") as folder:
        folder.chmod(0o755)  # apt runs as a user of its own
        tar = folder / "base.tar"
        mirrors = _mirrors()
        # Builds install more from the same mirrors, and a minimal Debian has no certificates.
        include = ["--include=ca-certificates"] if any("https://" in line for line in mirrors) else []
        options = [*OPTIONS, f"--architectures={architecture}", *include, *_proxies()]
        command = ["mmdebstrap", *options, SUITE, str(tar), *mirrors]
        run([*_namespaces(), *command], on_line, "mmdebstrap", TMPDIR=str(folder))
        yield tar


@contextmanager
def working_folder(purpose: str) -> Iterator[Path]:
    """A temporary folder, locked while this process lives: the next one removes what a killed process left."""
    place = Path(tempfile.gettempdir())
    for left in place.glob(f"iolab-{purpose}-*"):
        with suppress(OSError), _locked(left):
            shutil.rmtree(left, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix="iolab-new-"))
    with _locked(fresh):  # before another process can find it
        folder = fresh.rename(place / fresh.name.replace("new", purpose))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Raises OSError if another process has locked the folder, or if it belongs to another user."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if os.fstat(descriptor).st_uid != os.geteuid():
            raise PermissionError(errno.EPERM, "another user's", str(folder))
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def ending_with_us(number: signal.Signals) -> list[str]:
    """The words before a command that send it this signal if this process is killed; none without setpriv."""
    return ["setpriv", "--pdeathsig", number.name.removeprefix("SIG")] if shutil.which("setpriv") else []


def _check_architecture(architecture: str) -> None:
    """The engine may run on another machine than this one, with another architecture."""
    here = platform.machine()
    if ARCHITECTURES.get(here, here) != architecture:
        raise ImageError(
            f"no registry answers for {FROM_REGISTRY}, and mmdebstrap cannot build it here: the engine's machine is "
            f"{architecture}, this one {here}. Make a registry reachable (docker pull {FROM_REGISTRY})"
        )


def _mirrors() -> list[str]:
    """This machine's own Debian mirrors, without its other sources, such as a vendor's.

    Nothing if its apt has no Debian mirror: mmdebstrap then uses its default.
    """
    uris = dict(DEBIANS.findall(_apt_output("apt-get")))
    if "Debian" not in uris:
        return []
    lines = [f"deb {uris['Debian']} {suite} main" for suite in (SUITE, f"{SUITE}-updates")]
    return [*lines, *(f"deb {uri} {SUITE}-security main" for name, uri in uris.items() if name == "Debian-Security")]


def _proxies() -> list[str]:
    return [f"--aptopt={line}" for line in PROXY.findall(_apt_output("apt-config"))]


def _apt_output(program: str) -> str:
    """The description that this machine's apt gives of itself; nothing where there is no apt."""
    arguments = {"apt-get": ["indextargets", "--format", LISTS], "apt-config": ["dump"]}
    if shutil.which(program) is None:
        return ""
    return subprocess.run([program, *arguments[program]], capture_output=True, text=True, check=False).stdout


def may_install() -> bool:
    """Whether this machine has apt, this user may install packages, and IOLAB_NO_INSTALL does not forbid it."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0 and not is_forbidden()


def is_forbidden() -> bool:
    """Whether IOLAB_NO_INSTALL forbids to install packages on this machine."""
    return os.environ.get(NO_INSTALL, "") not in ("", "0")


def _install_mmdebstrap(on_note: Callable[[str], None], on_line: Callable[[str], None]) -> None:
    packages = ["mmdebstrap", "debian-archive-keyring"]  # Ubuntu does not trust Debian's keys by itself
    if not may_install():
        forbidden = f", and {NO_INSTALL} forbids to install it" * is_forbidden()
        raise ImageError(
            f"no registry answers for {FROM_REGISTRY}, and mmdebstrap, which builds the same from Debian's packages, "
            f"is not installed{forbidden}: install it (Debian and Ubuntu: apt install {' '.join(packages)}), "
            f"or make a registry reachable (docker pull {FROM_REGISTRY})"
        )
    on_note(
        f"no registry answers for {FROM_REGISTRY}: apt-get now installs {' and '.join(packages)} on this machine, to "
        f"build it from Debian's packages ({NO_INSTALL}=1 forbids that)"
    )
    run(["apt-get", "update", "-q"], on_line, "apt-get update")
    run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], on_line, "apt-get install mmdebstrap")


def _namespaces() -> list[str]:
    """Namespaces for mmdebstrap. As root it mounts file systems on this machine, which stay mounted if it is killed; in
    namespaces of its own nothing outlives it. As an ordinary user it creates such namespaces itself.
    """
    apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    if os.geteuid() or subprocess.run([*apart, "true"], capture_output=True, check=False).returncode:
        return ending_with_us(signal.SIGTERM)  # mmdebstrap then removes what it made
    return [*ending_with_us(signal.SIGKILL), *apart]


def run(command: list[str], on_line: Callable[[str], None], name: str, **environment: str) -> None:
    """Runs a command and passes on its lines. If this process is interrupted, it ends the command and its children.

    Raises ImageError when it fails.
    """
    lines: list[str] = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", **environment},
        process_group=0,
    ) as process:
        try:
            for line in process.stdout or ():
                lines.append(line.rstrip())
                on_line(line.rstrip())
        except BaseException:
            _end(process)
            raise
    if process.returncode:
        raise ImageError(
            f"{name} failed with exit status {process.returncode}; its last lines:", tuple(lines[-LAST_LINES:])
        )


def _end(process: subprocess.Popen[str]) -> None:
    """Asks the process group to end, reads its output meanwhile, and kills it after TIME_TO_END."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.communicate(timeout=TIME_TO_END)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
