"""The base image from Debian's own packages, for machines where no registry answers."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scenarios.errors import ImageError

SUITE = "bookworm"
FROM_REGISTRY = "debian:bookworm-slim"
LAST_LINES = 10
# What debian:bookworm-slim leaves out as well.
LEFT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/lintian/*")


@contextmanager
def root_file_system(on_line: Callable[[str], None]) -> Iterator[Path]:
    """A tar file of a minimal Debian, gone afterwards.

    Raises ImageError when it cannot be made here, and says what is missing.
    """
    if shutil.which("mmdebstrap") is None:
        _install_mmdebstrap(on_line)
    with tempfile.TemporaryDirectory(prefix="iolab-base-") as folder:
        tar = Path(folder) / "base.tar"
        exclude = [f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT]
        # Without a mirror's name it takes its own default, and the keys that this machine trusts.
        run(["mmdebstrap", "--variant=minbase", *exclude, SUITE, str(tar)], on_line, "mmdebstrap")
        yield tar


def _install_mmdebstrap(on_line: Callable[[str], None]) -> None:
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise ImageError(
            f"no registry gives {FROM_REGISTRY}, and mmdebstrap, which makes the same from Debian's packages, "
            "is not installed: install it (Debian and Ubuntu: apt install mmdebstrap), "
            f"or make a registry reachable (docker pull {FROM_REGISTRY})"
        )
    run(["apt-get", "update", "-q"], on_line, "apt-get update")
    run(
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", "mmdebstrap"],
        on_line,
        "apt-get install mmdebstrap",
    )


def run(command: list[str], on_line: Callable[[str], None], name: str) -> None:
    """Runs a command, passing on its lines; it is ended when this process is interrupted.

    Raises ImageError when it fails.
    """
    lines: list[str] = []
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        try:
            for line in process.stdout or ():
                lines.append(line.rstrip())
                on_line(line.rstrip())
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        raise ImageError(
            f"{name} failed with exit status {process.returncode}; its last lines:", tuple(lines[-LAST_LINES:])
        )
