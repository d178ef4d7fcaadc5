"""Completion: what may follow, and that real shells ask for it in the right way."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import tasks
from scenarios import places
from scenarios.commands import completion
from scenarios.definition import catalog
from scenarios.pipeline.sweeps import measures
from scenarios.results import run_directories

FLAGS = ["--help", "--list", "--version"]


def after(line: str) -> list[str]:
    """What completes a line; a blank at its end begins a new word."""
    return completion.candidates(line.split(" "), tasks.namespace, FLAGS)


@pytest.fixture
def run(runs: Path) -> str:
    """The id of a run of fetch with two services."""
    run, directory = run_directories.create("fetch")
    (directory / "logs").mkdir()
    for service in ("origin", "serial"):
        (directory / "logs" / f"{service}.stdout").touch()
    return run


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("./inv sc", ["scenario", "scenarios"]),
        ("inv runs", ["runs", "runs.clean"]),
        ("inv images.", ["images.build", "images.clean"]),
        ("inv --ver", ["--version"]),
        ("inv scenario epoll-5", ["epoll-500"]),
        ("inv scenarios epoll-5", ["epoll-500"]),
        ("inv scenario epoll-500 --cl", ["--clients"]),
        ("inv scenario epoll-500 --set ", ["clients=", "nofile=", "selector=", "model=", "size="]),
        ("inv scenario epoll-500 --dry-run --set se", ["selector="]),
        ("inv scenario nothing --set ", []),
        ("inv scenario --engine ", ["auto", "docker", "local"]),
        ("inv scenario --engine docker select-5", ["select-500"]),
        ("inv lint sc", ["scenario", "scenarios"]),
        ("inv lint scenario fet", ["fetch", "fetch-two"]),
        ("inv images.build --image w", ["windows"]),
        ("inv scenario --timeout ", []),
        ("inv sweep readiness", ["readiness-cost"]),
        ("inv sweep readiness-cost --set ", ["idle=", "rounds=", "calls="]),
        ("inv sweep readiness-cost --measure mi", ["microseconds"]),
        ("inv sweep fetch --measure s", ["seconds"]),
        ("inv sweep epoll-500 --measure ", ["served", *(one.key for one in measures.OF_ANY)]),
        ("inv sweep nothing --measure ", []),
        ("inv sweep --measure ", []),
        ("inv sweep epoll-500 --eng", ["--engine"]),
    ],
)
def test_commands_flags_scenarios_and_parameters_are_completed(line: str, expected: list[str]) -> None:
    assert after(line) == expected


def test_all_scenarios_and_no_others_follow_the_command() -> None:
    assert after("inv scenario ") == after("inv scenarios ") == catalog.names()


def test_runs_and_their_services_are_completed(run: str) -> None:
    assert after("inv logs ") == ["fetch", run]
    assert after(f"inv logs {run[:4]}") == [run]
    assert after(f"inv logs {run} ") == ["origin", "serial"]
    assert after("inv logs fetch --service s") == ["serial"]
    assert after("inv shell o") == ["origin"]
    assert after("inv compare ") == after(f"inv compare {run} ") == ["fetch", run]
    assert "compare" in after(f"inv compare {run} {run} ")
    assert after("inv shell origin --run ") == [run]


def test_without_any_run_nothing_is_completed_and_nothing_is_said(runs: Path) -> None:
    assert (after("inv logs "), after("inv shell ")) == ([], [])


def test_completing_asks_no_engine_and_imports_nothing_slow() -> None:
    code = (
        "import sys, tasks; from scenarios.commands import completion; "
        "completion.candidates(['inv', 'scenario', 'epoll-500', '--set', ''], tasks.namespace, []); "
        "print([name for name in ('docker', 'pydantic', 'rich', 'pytest') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=places.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def bash(line: str, program: str) -> list[str]:
    """What bash itself makes of a line, as it would for the tab key."""
    words = line.split(" ")
    script = f"""
        source <({places.ROOT}/inv --print-completion-script bash)
        COMP_WORDS=({" ".join(repr(word) for word in words)}); COMP_CWORD={len(words) - 1}; COMP_LINE={line!r}
        registered=$(complete -p {program}) && function=${{registered#*-F }} && function=${{function%% *}}
        $function {words[0]} {words[-1]!r} {words[-2] if len(words) > 1 else ""!r}
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return shell(["bash", "-c", script])


def zsh(line: str, program: str) -> list[str]:
    """What zsh hands to its own completion; the function runs with compadd replaced, as without a terminal."""
    words = line.split(" ")
    script = f"""
        source <({places.ROOT}/inv --print-completion-script zsh) 2>/dev/null
        compadd() {{ shift $(( ${{@[(ie)--]}} )); print -rl -- "$@" }}
        _files() {{ : }}
        words=({" ".join(repr(word) for word in words)}); CURRENT={len(words)}
        ${{_comps[{program}]}}
    """
    return shell(["zsh", "-f", "-c", script])


def fish(line: str, program: str) -> list[str]:
    """What fish says that it would offer."""
    del program
    script = f"{places.ROOT}/inv --print-completion-script fish | source; complete --do-complete {line!r}"
    return shell(["fish", "--no-config", "-c", script])


def shell(command: list[str]) -> list[str]:
    """Runs a shell in which `inv` is found, and returns its lines."""
    path = f"{places.ROOT}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(command, cwd=places.ROOT, capture_output=True, text=True, check=False, env=environment)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("ask", "program", "line", "expected"),
    [
        (bash, "inv", "inv scenario epoll-", [name for name in catalog.names() if name.startswith("epoll-")]),
        (bash, "inv", "./inv scenario fetch --set ", ["latency=", "pool=", "urls="]),
        (bash, "invoke", "invoke scenario fetch --set po", ["pool="]),
        (zsh, "inv", "inv scenario epoll-", [name for name in catalog.names() if name.startswith("epoll-")]),
        (zsh, "invoke", "invoke scenario fetch --set po", ["pool="]),
        (fish, "inv", "./inv scenario fetch --set ", ["latency=", "pool=", "urls="]),
        (fish, "invoke", "invoke scenario epoll-11", ["epoll-1100"]),
    ],
)
def test_real_shells_complete_scenarios_and_parameters(
    ask: Callable[[str, str], list[str]], program: str, line: str, expected: list[str]
) -> None:
    if shutil.which(ask.__name__) is None:
        pytest.skip(f"{ask.__name__} is not installed")
    assert sorted(ask(line, program)) == expected


def test_an_unknown_shell_is_wrong_usage() -> None:
    done = subprocess.run(
        [places.ROOT / "inv", "--print-completion-script", "csh"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "there is no completion for 'csh'; there is for bash, zsh, fish" in done.stderr
