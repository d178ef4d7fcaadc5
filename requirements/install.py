"""Makes .venv and installs the locked requirements into it. ./inv calls this when the lock file has changed.

It runs on the system's Python before any library is installed, so it uses the standard library only.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "iolab.txt"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
INSTALLED = VENV / "installed-requirements.txt"
# The commands that need images, and the arguments with which they need none.
NEED_IMAGES = {"scenario", "sweep", "lab.start", "images.build", "test"}
NEED_NONE = {"--help", "-h", "--dry-run", "local", "--engine=local", "--fast"}
UNUSABLE = 3
INTERRUPTED = 130


def main() -> int:
    """Makes the environment if it is missing or out of date, and returns an exit status: 0 if it can be used."""
    VENV.mkdir(exist_ok=True)
    with (VENV / "install.lock").open("w") as lock:
        # If two ./inv start at the same time, the second waits here and then finds the environment ready.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.access(PYTHON, os.X_OK) and INSTALLED.exists() and INSTALLED.read_bytes() == LOCK.read_bytes():
            INSTALLED.touch()  # ./inv compares only times, and git gives a file a new one whenever it writes it.
            return 0
        return install()


def install() -> int:
    """Runs venv and pip. It copies the lock file last: the copy means that everything is installed."""
    say("preparing .venv: this is the first use, or the requirements have changed (about half a minute) ...")
    INSTALLED.unlink(missing_ok=True)
    if needs_images(sys.argv[1:]):
        # It goes on beside pip, and after this process ended; the build of the images waits for it.
        subprocess.Popen([sys.executable, "-m", "images.ahead"], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    if run(sys.executable, "-m", "venv", str(VENV)):
        return give_up("python -m venv failed. Install it (Debian, Ubuntu: apt install python3-venv)")
    if run(
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--requirement",
        str(LOCK),
    ):
        return give_up(
            "pip could not install requirements/iolab.txt; see its message above. "
            "It needs a package index this one time: make one reachable, then run ./inv again."
        )
    shutil.copyfile(LOCK, INSTALLED)
    say("ready.")
    return 0


def needs_images(arguments: list[str]) -> bool:
    """Whether the command that the user gave will build the images that are missing."""
    none = NEED_NONE.intersection(arguments) or os.environ.get("IOLAB_ENGINE") == "local"
    return bool(NEED_IMAGES.intersection(arguments[:1])) and not none


def run(*command: str) -> int:
    """Runs a command with its output on stderr: stdout is for the output of the command that the user gave.

    Ctrl-C would reach the command too, which would print tracebacks; it is killed instead, with what it started.
    """
    with subprocess.Popen(command, stdout=sys.stderr, process_group=0) as process:
        try:
            return process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise


def give_up(reason: str) -> int:
    """Prints why there is no environment, and returns the exit status for it."""
    say(reason)
    return UNUSABLE


def say(text: str) -> None:
    """Prints a message on stderr."""
    print(f"iolab: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:  # for example in the checkout of another user
        sys.exit(give_up(f"{error.filename}: {error.strerror}. .venv must belong to the user who runs ./inv"))
