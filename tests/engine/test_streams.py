"""Readers who leave, and streams that were closed from the beginning: commands go on to their own end."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from scenarios import places
from scenarios.results import record

pytestmark = pytest.mark.side_by_side
INV = places.ROOT / "inv"
LOCAL = {"IOLAB_ENGINE": "local"}
SMALL = "scenario epoll-500 --clients 20"


def shell(script: str, runs: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a line of bash in which `inv` is ours, with run directories of this test's own."""
    return subprocess.run(
        ["/bin/bash", "-c", script.replace("inv ", f"{INV} ")],
        capture_output=True, text=True, check=False,
        env={**os.environ, **LOCAL, **environment, "IOLAB_RUNS": str(runs)},
    )  # fmt: skip


def kept(runs: Path) -> list[record.Record]:
    """The records of all runs; fails where one has none."""
    return [record.load(path) for path in sorted(runs.glob("[!.]*/[!.]*-*")) if not path.parent.is_symlink()]


@pytest.mark.parametrize(
    ("line", "heard"),
    [
        (f"inv {SMALL} 2>&1 | head -2; exit ${{PIPESTATUS[0]}}", "epoll-500"),
        (f"inv {SMALL} --json | head -1; exit ${{PIPESTATUS[0]}}", "{"),
        (f"inv {SMALL} >&-", ""),
        (f"inv {SMALL} 2>&-", "verdict    pass"),
        (f"inv {SMALL} --json 2>&- <&-", '"verdict": "pass"'),
        (f"inv {SMALL} >&- 2>&- <&-", ""),
    ],
)
def test_a_run_comes_to_its_verdict_whoever_listens_and_keeps_its_record(line: str, heard: str, tmp_path: Path) -> None:
    done = shell(line, tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout
    assert heard in done.stdout
    assert "Traceback" not in done.stderr
    (one,) = kept(tmp_path)
    assert (one.verdict, (Path(str(one.run)) / "evidence.json").exists()) == ("pass", True)
    assert list((tmp_path / ".active").iterdir()) == []


def test_no_further_run_begins_for_a_reader_who_has_left(tmp_path: Path) -> None:
    done = shell(f"inv {SMALL} --repeat 50 2>&1 | head -2; exit ${{PIPESTATUS[0]}}", tmp_path)
    assert done.returncode == 0
    assert len(kept(tmp_path)) == 1


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A run whose log is larger than any pipe."""
    assert shell(f"inv {SMALL} --json", tmp_path).returncode == 0
    (run,) = tmp_path.glob("epoll-500/2*")
    (run / "logs" / "server.stderr").write_text("a line of a long log\n" * 200_000, encoding="utf-8")
    for _ in range(30):
        (tmp_path / "fetch" / f"20200101T000000.000000-{os.urandom(4).hex()}").mkdir(parents=True)
    return tmp_path


def test_lists_and_logs_end_quietly_when_their_reader_leaves(large: Path) -> None:
    for line in ("logs epoll-500 server", "runs", "runs --json", "scenarios", "scenarios --json", "--help", "doctor"):
        done = shell(f"inv {line} | head -1; exit ${{PIPESTATUS[0]}}", large)
        assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1), line


def test_the_status_stays_that_of_the_command_when_nobody_listens(tmp_path: Path) -> None:
    assert shell("inv scenario nope 2>&1 | true; exit ${PIPESTATUS[0]}", tmp_path).returncode == 2
    assert shell("inv scenario nope >&- 2>&-", tmp_path).returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("line", ["scenarios", "--help", f"{SMALL} --json"])
def test_a_full_disk_behind_stdout_is_one_line_and_status_3(line: str, tmp_path: Path) -> None:
    done = shell(f"inv {line} >/dev/full", tmp_path)
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == "iolab: the output cannot be written: No space left on device"
    assert "Traceback" not in done.stderr


def test_nothing_is_opened_in_the_place_of_a_closed_stream(tmp_path: Path) -> None:
    code = (
        "from scenarios.commands import standard_streams; standard_streams.install(); import os, sys; "
        "opened = open(sys.argv[1], 'w'); os.write(2, b'lost'); print('lost'); sys.stderr.write('lost'); "
        "opened.write(str(opened.fileno())); opened.close()"
    )
    target = tmp_path / "opened"
    line = f'{places.ROOT}/.venv/bin/python -c "{code}" {target} <&- >&- 2>&-'
    subprocess.run(["/bin/bash", "-c", line], cwd=places.ROOT, check=True)
    assert int(target.read_text(encoding="utf-8")) > 2


@pytest.mark.engine
def test_on_docker_too_a_reader_who_leaves_ends_nothing(tmp_path: Path) -> None:
    done = shell(f"inv {SMALL} 2>&1 | head -2; exit ${{PIPESTATUS[0]}}", tmp_path, IOLAB_ENGINE="docker")
    assert done.returncode == 0, done.stdout
    (one,) = kept(tmp_path)
    assert (one.verdict, one.engine) == ("pass", "docker")
    assert json.loads((Path(str(one.run)) / "run.json").read_text(encoding="utf-8"))["verdict"] == "pass"
    assert list((tmp_path / ".active").iterdir()) == []
