"""Makes .venv and installs the locked requirements into it; called by ./inv when they changed.

It runs on the system's Python, before any library is there, so it uses the standard library alone.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "iolab.txt"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
INSTALLED = VENV / "installed-requirements.txt"
UNUSABLE = 3
INTERRUPTED = 130


def main() -> int:
    """Installs what is missing and returns an exit status; 0 when the environment is ready to use."""
    VENV.mkdir(exist_ok=True)
    with (VENV / "install.lock").open("w") as lock:
        # Two ./inv at once: the second waits here, and then finds the first one's work done.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.access(PYTHON, os.X_OK) and INSTALLED.exists() and INSTALLED.read_bytes() == LOCK.read_bytes():
            INSTALLED.touch()  # ./inv compares times alone, and git gives a file a new one whenever it writes it.
            return 0
        return install()


def install() -> int:
    """Runs venv and pip; the copy of the lock file, written last, says that everything is installed."""
    say("first use, or requirements changed: preparing .venv (about half a minute) ...")
    INSTALLED.unlink(missing_ok=True)
    if run(sys.executable, "-m", "venv", str(VENV)):
        return give_up("python -m venv failed. On Debian and Ubuntu: apt install python3-venv")
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
            "pip could not install requirements/iolab.txt; its message stands above. "
            "A package index must be reachable this once; run ./inv again then."
        )
    shutil.copyfile(LOCK, INSTALLED)
    say("ready.")
    return 0


def run(*command: str) -> int:
    """Runs a command with its output on stderr, which leaves stdout to the task that comes after."""
    return subprocess.run(command, stdout=sys.stderr, check=False).returncode


def give_up(reason: str) -> int:
    """Says why there is no environment, and returns the status for it."""
    say(reason)
    return UNUSABLE


def say(text: str) -> None:
    """Prints one line on stderr."""
    print(f"iolab: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except OSError as error:  # such as of another user's checkout
        sys.exit(give_up(f"{error.filename}: {error.strerror}; .venv must belong to who runs ./inv"))
