"""The house: a family is one room, every one has its checks, and a new one needs no other file."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scenarios import families, places, spec
from scenarios.scenario import TOPICS

SOURCES = [
    path
    for folder in ("scenarios", "images")
    for path in sorted((places.ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".json") and not {"families", "__pycache__", ".cache"} & set(path.parts)
] + [places.ROOT / "tasks.py"]


@pytest.mark.parametrize("name", families.names())
def test_nothing_but_its_own_room_and_the_catalog_knows_a_familys_name(name: str) -> None:
    word = re.compile(rf"\b{name}\b")
    assert [str(path) for path in SOURCES if word.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("name", families.names())
def test_a_family_has_its_name_its_checks_its_error_and_a_scenario(name: str) -> None:
    family = families.find(name)
    assert family.name == name
    assert "error" in [one.key for one in family.quantities]
    assert (places.CHECKS / f"{name}.py").exists()
    assert name in {spec.load(scenario).family for scenario in spec.names()}


@pytest.mark.parametrize("name", ["nothing", "base", "__init__", "../spec", ""])
def test_what_is_no_module_of_the_folder_is_no_family(name: str) -> None:
    with pytest.raises(KeyError):
        families.find(name)


@pytest.mark.parametrize("name", spec.names())
def test_every_scenario_names_two_commands_to_try_next_and_each_can_be_predicted(name: str) -> None:
    commands = spec.load(name).next_commands
    assert len(commands) == 2
    for command in commands:
        what, scenario, *flags = shlex.split(command)
        assert what == "scenario"
        loaded = spec.load(scenario, given(flags))
        platforms = {service.name: service.platform for service in loaded.services.values()}
        assert families.find(loaded.family).predict(families.base.Known(loaded, platforms)).reason


def given(flags: list[str]) -> dict[str, str]:
    """The parameters that these flags set."""
    pairs = zip(flags[::2], flags[1::2], strict=True)
    settings = [value if flag == "--set" else f"{flag.removeprefix('--')}={value}" for flag, value in pairs]
    return {name: value for name, _, value in (setting.partition("=") for setting in settings)}


FAMILY = '''
"""How many lines a program prints: a family made by a test."""

from scenarios.failures import ERROR, first_failure
from scenarios.families.base import Plain, Prediction
from scenarios.parameters import Kind, whole_number
from scenarios.quantities import Exactly, Quantity


class Lines(Plain):
    name = "lines"
    parameters = {"count": Kind("lines to print", whole_number, 1, 100)}
    services = frozenset({"printer"})
    quantities = (Quantity("lines", unit="lines"), ERROR)

    def problem(self, scenario):
        return "thirteen is too many" if scenario.number("count") == 13 else None

    def predict(self, known):
        count = known.scenario.number("count")
        return Prediction({"lines": Exactly(count), "error": Exactly(None)}, f"it prints {count}.")

    def measure(self, evidence):
        lines = [event for event in evidence.services["printer"].events if event["event"] == "line"]
        return {"lines": len(lines), "error": first_failure(evidence.services.values())}

    def tell(self, service, event):
        return f"{service} printed line {event['number']}" if event["event"] == "line" else None


FAMILY = Lines()
'''
CHECKS = '''
"""Its checks."""


def test_the_lines_are_numbered(evidence):
    numbers = [event["number"] for event in evidence.services["printer"].events if event["event"] == "line"]
    assert numbers == list(range(len(numbers)))
'''
PROGRAM = '''
"""Its program."""

import sys

from labs.programs.events import emit

for number in range(int(sys.argv[1])):
    emit("line", number=number)
'''
SCENARIO = """
summary: A program prints lines.
parameters: {count: 3}
services:
  printer: {image: linux, program: demos.prints, args: ["{count}"]}
family: lines
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the project with one family more, and not one file changed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=places.ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (places.ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(places.ROOT / name, tmp_path / name)
    for where, text in {
        "scenarios/families/lines.py": FAMILY,
        "tests/outcomes/lines.py": CHECKS,
        "labs/programs/demos/prints.py": PROGRAM,
        "scenarios/catalog/prints.yaml": SCENARIO,
    }.items():
        assert not (tmp_path / where).exists()
        (tmp_path / where).write_text(text, encoding="utf-8")
    return tmp_path


def inv(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of that checkout on the local engine, with this Python."""
    start = [sys.executable, str(checkout / "requirements" / "start.py"), "--search-root", str(checkout)]
    return subprocess.run([*start, *arguments, "--engine", "local"], capture_output=True, text=True, check=False)


def test_a_new_family_in_a_folder_of_its_own_runs_without_another_file_touched(checkout: Path) -> None:
    done = inv(checkout, "scenario", "prints", "--set", "count=5")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "predicted  5 lines" in done.stderr
    assert "printer printed line 4" in done.stderr
    assert "the lines are numbered" in done.stdout
    wrong = inv(checkout, "scenario", "prints", "--set", "count=13")
    assert (wrong.returncode, wrong.stderr) == (2, "iolab: prints: thirteen is too many\n")


@pytest.mark.parametrize("name", spec.names())
def test_every_scenario_of_the_catalog_has_a_topic_and_says_what_it_teaches(name: str) -> None:
    scenario = spec.load(name)
    assert scenario.topic in TOPICS
    assert scenario.teaches.endswith(".")
