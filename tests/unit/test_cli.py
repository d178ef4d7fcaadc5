"""./inv as a user types it: wrong usage is one message and exit status 2, and nothing is started."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from scenarios import cli, compose, owner, rundirs, spec
from scenarios.errors import UsageError
from scenarios.owner import Owner

NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent"}
WRONG = {
    "scenario epol-500": "did you mean 'epoll-500'",
    "scenario epoll-500 --clients 0": "clients is 0",
    "scenario epoll-500 --clients -5": "clients is -5",
    "scenario epoll-500 --clients x": "clients is 'x'",
    "scenario epoll-500 --nofile 3": "nofile is 3",
    "scenario epoll-500 --set nonsense": "--set 'nonsense'",
    "scenario epoll-500 --set speed=9": "no parameter 'speed'",
    "scenario epoll-500 --set clients=5 --clients 6": "given twice",
    "scenario epoll-500 --repeat 0": "--repeat",
    "scenario epoll-500 --timeout soon": "--timeout",
    "scenario epoll-500 --engine steam": "no engine 'steam'",
    "scenario epoll-500 --nope": "--nope",
    "scenario": "name",
    "scenario nothing.yaml": "no catalog file",
    "nonsense": "nonsense",
    "--help nonsense": "nonsense",
    "images.build --image lunix": "lunix",
    "logs nothing nothing": "nothing",
    "bench --rounds x": "--rounds",
}


def inv(arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs ./inv from another directory, without an engine."""
    return subprocess.run(
        [str(spec.ROOT / "inv"), *arguments.split()],
        capture_output=True, text=True, check=False, cwd="/", env={**os.environ, **NO_ENGINE, **environment},
    )  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), WRONG.items())
def test_wrong_usage_is_one_message_and_exit_status_2(arguments: str, message: str) -> None:
    done = inv(arguments)
    assert message in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert done.returncode == 2, done.stderr


def test_without_an_engine_the_message_says_how_to_get_one_and_the_status_is_3() -> None:
    done = inv("scenario epoll-500 --engine docker")
    assert done.returncode == 3
    assert "apt install docker.io" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_dry_run_predicts_without_an_engine() -> None:
    done = inv("scenario epoll-500 --nofile 64 --dry-run --json")
    assert done.returncode == 0
    record = json.loads(done.stdout)
    assert (record["verdict"], record["predicted"]["served"], record["measured"]) == ("skip", 59, None)


@pytest.mark.parametrize("arguments", ["scenario --help", "--help scenario", "scenario epoll-500 -h"])
def test_help_is_help_wherever_it_stands_and_has_an_example(arguments: str) -> None:
    done = inv(arguments)
    assert done.returncode == 0
    assert "inv scenario select-1100 --nofile 4096" in done.stdout


def test_the_catalog_is_listed_with_what_each_teaches() -> None:
    done = inv("scenarios")
    assert done.returncode == 0
    assert all(name in done.stdout for name in spec.names())


def test_a_reader_that_leaves_early_is_no_error() -> None:
    done = subprocess.run(
        f"{spec.ROOT / 'inv'} scenarios | head -1; echo ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (["logs"], ["logs"]),
        (["logs", "a"], ["logs", "--run", "a"]),
        (["logs", "a", "b"], ["logs", "--run", "a", "--service", "b"]),
        (["logs", "a", "--service", "b"], ["logs", "--run", "a", "--service", "b"]),
        (["logs", "a", "b", "c"], ["logs", "--run", "a", "--service", "b", "c"]),
        (["runs"], ["runs"]),
    ],
)
def test_optional_arguments_may_stand_without_their_flags(given: list[str], named: list[str]) -> None:
    assert cli._named_positionals(given) == named


def test_compose_yaml_is_current() -> None:
    assert compose.FILE.read_text(encoding="utf-8") == compose.generate()


def test_the_latest_links_lead_to_the_newest_run(runs: Path) -> None:
    rundirs.create("epoll-500")
    _, second = rundirs.create("epoll-500")
    assert (runs / "latest").resolve() == (runs / "epoll-500" / "latest").resolve() == second
    assert rundirs.find("epoll-500") in rundirs.everything()
    assert len(rundirs.everything()) == 2


def test_a_run_is_found_by_its_id_and_an_unknown_one_is_a_usage_error(runs: Path) -> None:
    run, directory = rundirs.create("fetch")
    assert rundirs.find(run) == directory
    with pytest.raises(UsageError, match="no run 'nothing'"):
        rundirs.find("nothing")


def test_a_mark_of_a_run_tells_its_owner_until_it_is_taken_away(runs: Path) -> None:
    rundirs.mark("r1", "docker")
    assert [(mark.run, mark.owner.lives) for mark in rundirs.marks()] == [("r1", True)]
    (rundirs.ACTIVE / "r2").write_text("damaged", encoding="utf-8")
    assert {mark.run: mark.owner.lives for mark in rundirs.marks()} == {"r1": True, "r2": False}
    rundirs.unmark("r1")
    rundirs.unmark("r1")
    assert [mark.run for mark in rundirs.marks()] == ["r2"]


def test_a_process_id_that_is_used_again_is_not_its_first_owner() -> None:
    me = owner.this_process()
    assert me.lives
    assert not Owner(me.pid, me.started - 1000, me.host).lives
    assert Owner(me.pid, me.started - 1000, "another-host").lives
