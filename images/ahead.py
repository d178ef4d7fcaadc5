"""Begins to make the base image while the libraries are still being installed: `python3 -m images.ahead`.

./inv starts it at the first use. It runs on the system's Python, so it uses the standard library only, and asks the
engine through the `docker` command. If a step fails here, the build of the images repeats it and reports the error.
"""

import subprocess
import sys
from contextlib import suppress

from images import debian
from images.inputs import inputs_hash
from scenarios.errors import ImageError

SILENCE = 30.0  # seconds to wait for an engine or a registry that does not answer


def main() -> None:
    """Makes the root file system if the engine lacks the base image and no registry answers."""
    architecture = docker("version", "--format", "{{.Server.Arch}}")
    if not architecture:
        return
    inputs = f"label=iolab.inputs={inputs_hash('base', architecture)}"
    if docker("image", "ls", "--quiet", "--filter", inputs) or docker("pull", "--quiet", debian.FROM_REGISTRY):
        return
    debian.make_ahead(architecture, lambda text: print(f"iolab: {text}", file=sys.stderr))


def docker(*arguments: str) -> str:
    """The output of a docker command; empty if it fails."""
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=SILENCE, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""
    return ""


if __name__ == "__main__":
    with suppress(ImageError, OSError, KeyboardInterrupt):
        main()
