"""The base image from Debian's own packages, for machines where no registry answers."""

import os
import platform
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scenarios.errors import ImageError

SUITE = "bookworm"
FROM_REGISTRY = "debian:bookworm-slim"
LAST_LINES = 10
TIME_TO_END = 2.0  # seconds
# What debian:bookworm-slim leaves out as well.
LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/lintian/*")
OPTIONS = ("--variant=minbase", *(f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT))
# How this machine's apt tells each of its package lists, and where it came from.
LISTS = "$(CREATED_BY) $(ORIGIN) $(LABEL) $(REPO_URI)"
DEBIANS = re.compile(r"^Packages Debian (Debian|Debian-Security) (https?://\S+)$", re.MULTILINE)
PROXY = re.compile(r"Acquire::https?::Proxy\b.*")
NO_INSTALL = "IOLAB_NO_INSTALL"
# Docker's names, which are Debian's as well, for what kernels call themselves.
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@contextmanager
def root_file_system(
    architecture: str, on_note: Callable[[str], None], on_line: Callable[[str], None]
) -> Iterator[Path]:
    """A tar file of a minimal Debian, gone afterwards; `on_note` hears beforehand what is done to this machine.

    Raises ImageError when it cannot be made here, and says what is missing.
    """
    _check_architecture(architecture)
    if shutil.which("mmdebstrap") is None:
        _install_mmdebstrap(on_note, on_line)
    with tempfile.TemporaryDirectory(prefix="iolab-base-") as folder:
        Path(folder).chmod(0o755)  # apt works as a user of its own
        tar = Path(folder) / "base.tar"
        mirrors = _mirrors()
        # Builds install more from the same mirrors; a bare Debian trusts nobody's certificates.
        include = ["--include=ca-certificates"] if any("https://" in line for line in mirrors) else []
        options = [*OPTIONS, f"--architectures={architecture}", *include, *_proxies()]
        command = ["mmdebstrap", *options, SUITE, str(tar), *mirrors]
        run([*_apart(), *command], on_line, "mmdebstrap", TMPDIR=folder)
        yield tar


def _check_architecture(architecture: str) -> None:
    """The engine may be on another machine than this, and of another kind."""
    here = platform.machine()
    if ARCHITECTURES.get(here, here) != architecture:
        raise ImageError(
            f"no registry gives {FROM_REGISTRY}, and the engine's machine is {architecture} but this one {here}, whose "
            f"mmdebstrap cannot make it: make a registry reachable (docker pull {FROM_REGISTRY})"
        )


def _mirrors() -> list[str]:
    """The mirrors that this machine uses itself; of other sources it may have, such as a vendor's, none.

    Nothing, where its apt knows none of Debian's: mmdebstrap then takes its own default.
    """
    uris = dict(DEBIANS.findall(_told("apt-get")))
    if "Debian" not in uris:
        return []
    lines = [f"deb {uris['Debian']} {suite} main" for suite in (SUITE, f"{SUITE}-updates")]
    return [*lines, *(f"deb {uri} {SUITE}-security main" for name, uri in uris.items() if name == "Debian-Security")]


def _proxies() -> list[str]:
    return [f"--aptopt={line}" for line in PROXY.findall(_told("apt-config"))]


def _told(program: str) -> str:
    """What this machine's apt says about itself; nothing, where there is no apt."""
    arguments = {"apt-get": ["indextargets", "--format", LISTS], "apt-config": ["dump"]}
    if shutil.which(program) is None:
        return ""
    return subprocess.run([program, *arguments[program]], capture_output=True, text=True, check=False).stdout


def may_install() -> bool:
    """Whether this machine's packages are Debian's, this user installs them, and nobody said no."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0 and not is_forbidden()


def is_forbidden() -> bool:
    """Whether the user does not want that anything is installed on this machine."""
    return os.environ.get(NO_INSTALL, "") not in ("", "0")


def _install_mmdebstrap(on_note: Callable[[str], None], on_line: Callable[[str], None]) -> None:
    packages = ["mmdebstrap", "debian-archive-keyring"]  # Ubuntu does not trust Debian's keys by itself
    if not may_install():
        forbidden = f" and {NO_INSTALL} forbids to" * is_forbidden()
        raise ImageError(
            f"no registry gives {FROM_REGISTRY}, and mmdebstrap, which makes the same from Debian's packages, is not "
            f"installed{forbidden}: install it "
            f"(Debian and Ubuntu: apt install {' '.join(packages)}), "
            f"or make a registry reachable (docker pull {FROM_REGISTRY})"
        )
    on_note(
        f"no registry gives {FROM_REGISTRY}: apt-get now installs {' and '.join(packages)} on this machine, to make it "
        f"from Debian's packages ({NO_INSTALL}=1 forbids that)"
    )
    run(["apt-get", "update", "-q"], on_line, "apt-get update")
    run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], on_line, "apt-get install mmdebstrap")


def _apart() -> list[str]:
    """Run by root, mmdebstrap mounts on this machine and leaves that behind when it is ended. In namespaces of its own
    nothing of it outlives it; run by a user, it makes such namespaces itself.
    """
    apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    if os.geteuid() or subprocess.run([*apart, "true"], capture_output=True, check=False).returncode:
        return []
    return apart


def run(command: list[str], on_line: Callable[[str], None], name: str, **environment: str) -> None:
    """Runs a command, passing on its lines; it is ended, and all that it started, when this process is interrupted.

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
    """Asks the process group to end, hears it out meanwhile, and ends by force what does not."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.communicate(timeout=TIME_TO_END)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
