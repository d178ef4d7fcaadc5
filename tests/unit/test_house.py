"""The house: a family is one room, every one has its checks, and a new one needs no other file."""

import ast
import shlex
import subprocess
from pathlib import Path

import pytest

from scenarios import families, places
from scenarios.definition import catalog
from scenarios.definition.scenario import TOPICS
from tests.checkout import copy_project, inv_of

FAMILIES = frozenset(families.names())
# All that is no family's own: neither its room, nor its checks, wrong programs and tests.
SOURCES = [
    path
    for folder in ("scenarios", "images", "labs")
    for path in sorted((places.ROOT / folder).rglob("*.py"))
    if places.FAMILIES not in path.parents
] + [places.ROOT / "tasks.py"]


def families_known(text: str, own: str = "") -> list[str]:
    """Where a text imports a family other than `own`, or dispatches on a family's name."""
    return [ast.unparse(node) for node in ast.walk(ast.parse(text)) if _imported(node) - {own} or _dispatched(node)]


def _imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.ImportFrom):
        modules = [node.module or "", *(f"{node.module}.{one.name}" for one in node.names)]
    elif isinstance(node, ast.Import):
        modules = [one.name for one in node.names]
    else:
        return set()
    parts = [module.split(".") for module in modules if module.startswith("scenarios.families.")]
    return {one[2] for one in parts} & FAMILIES


def _dispatched(node: ast.AST) -> bool:
    """Whether the family of something is compared with names, or looked up by them."""
    if not isinstance(node, ast.Compare | ast.Match | ast.Subscript):
        return False
    inner = list(ast.walk(node))
    asks = any(
        (isinstance(one, ast.Attribute) and one.attr in ("family", "name"))
        or (isinstance(one, ast.Name) and one.id == "family")
        for one in inner
    )
    return asks and any(isinstance(one, ast.Constant) and one.value in FAMILIES for one in inner)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(places.ROOT)))
def test_nothing_imports_a_family_or_dispatches_on_its_name(path: Path) -> None:
    assert families_known(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", families.names())
def test_a_family_knows_no_other(name: str) -> None:
    module, package = places.FAMILIES / f"{name}.py", places.FAMILIES / name
    for path in [module] if module.exists() else sorted(package.glob("*.py")):
        assert families_known(path.read_text(encoding="utf-8"), own=name) == []


@pytest.mark.parametrize(
    "text",
    [
        "from scenarios.families.fetch import page_bytes",
        "from scenarios.families import base, fetch",
        "import scenarios.families.blocked_loop.theory",
        "if scenario.family == 'fetch': pass",
        "draw = {'fetch': one, 'echo': two}[scenario.family]",
        "match family.name:\n    case 'fetch': pass",
        "special = scenario.family in ('fetch', 'transfers')",
    ],
)
def test_an_import_of_a_family_and_a_dispatch_on_its_name_are_seen(text: str) -> None:
    assert families_known(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "from scenarios import families",
        "from scenarios.families.base import Family, predict",
        "example = './inv sweep fetch'",
        "verb = 'fetch' if first else 'echo'",
    ],
)
def test_a_word_that_is_also_a_familys_name_is_no_dispatch(text: str) -> None:
    assert families_known(text) == []


@pytest.mark.parametrize("name", families.names())
def test_a_family_has_its_name_its_checks_its_error_and_a_scenario(name: str) -> None:
    family = families.find(name)
    assert family.name == name
    assert "error" in [one.key for one in family.quantities]
    assert (places.CHECKS / f"{name}.py").exists()
    assert name in {catalog.load(scenario).family for scenario in catalog.names()}


@pytest.mark.parametrize("name", catalog.names())
def test_a_prediction_has_each_quantity_of_its_family_and_can_be_put_in_words(name: str) -> None:
    scenario = catalog.load(name)
    family = families.find(scenario.family)
    platforms = {service.name: service.platform for service in scenario.services.values()}
    expected = family.predict(families.base.Known(scenario, platforms)).expected
    assert set(expected) == {one.key for one in family.quantities}
    for quantity in family.quantities:
        assert isinstance(expected[quantity.key].words(quantity.words), str), f"read of {quantity}: not a text"


@pytest.mark.parametrize("name", ["nothing", "base", "common", "__init__", "../spec", ""])
def test_what_is_no_module_of_the_folder_is_no_family(name: str) -> None:
    with pytest.raises(KeyError):
        families.find(name)


@pytest.mark.parametrize("name", catalog.names())
def test_every_scenario_names_two_commands_to_try_next_and_each_can_be_predicted(name: str) -> None:
    commands = catalog.load(name).next_commands
    assert len(commands) == 2
    for command in commands:
        what, scenario, *flags = shlex.split(command)
        assert what == "scenario"
        loaded = catalog.load(scenario, given(flags))
        platforms = {service.name: service.platform for service in loaded.services.values()}
        assert families.find(loaded.family).predict(families.base.Known(loaded, platforms)).reason


def given(flags: list[str]) -> dict[str, str]:
    """The parameters that these flags set."""
    pairs = zip(flags[::2], flags[1::2], strict=True)
    settings = [value if flag == "--set" else f"{flag.removeprefix('--')}={value}" for flag, value in pairs]
    return {name: value for name, _, value in (setting.partition("=") for setting in settings)}


FAMILY = '''
"""How many lines a program prints: a family made by a test."""

from scenarios.judging.failures import ERROR, first_failure
from scenarios.families.base import Plain, Prediction
from scenarios.definition.parameters import Kind, whole_number
from scenarios.judging.quantities import Exactly, Quantity


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
    copy_project(tmp_path)
    for where, text in {
        "scenarios/families/lines.py": FAMILY,
        "tests/outcomes/lines.py": CHECKS,
        "labs/programs/demos/prints.py": PROGRAM,
        "scenarios/catalog/servers/prints.yaml": SCENARIO,
    }.items():
        assert not (tmp_path / where).exists()
        (tmp_path / where).write_text(text, encoding="utf-8")
    return tmp_path


def inv(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of that checkout on the local engine, with this Python."""
    command = [*inv_of(checkout), *arguments, "--engine", "local"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_new_family_in_a_folder_of_its_own_runs_without_another_file_touched(checkout: Path) -> None:
    done = inv(checkout, "scenario", "prints", "--set", "count=5", "--verbose")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "predicted  5 lines" in done.stdout
    assert "printer printed line 4" in done.stderr
    assert "the lines are numbered" in done.stdout
    wrong = inv(checkout, "scenario", "prints", "--set", "count=13")
    assert (wrong.returncode, wrong.stderr) == (2, "iolab: prints: thirteen is too many\n")


@pytest.mark.parametrize("name", catalog.names())
def test_every_scenario_of_the_catalog_has_a_topic_and_says_what_it_teaches(name: str) -> None:
    scenario = catalog.load(name)
    assert scenario.topic in TOPICS
    assert scenario.teaches.endswith(".")


def undocumented_protocols(text: str) -> list[str]:
    """The protocols of a text, and their public methods, that say nothing of what they promise."""
    classes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]
    protocols = [one for one in classes if any(ast.unparse(base).startswith("Protocol") for base in one.bases)]
    promises = [
        (one.name, member) for one in protocols for member in (one, *one.body) if isinstance(member, DOCUMENTED)
    ]
    return [f"{name}.{one.name}" for name, one in promises if one.name[0] != "_" and not ast.get_docstring(one)]


DOCUMENTED = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(places.ROOT)))
def test_a_protocol_says_what_it_promises(path: Path) -> None:
    assert undocumented_protocols(path.read_text(encoding="utf-8")) == []


def test_a_protocol_that_says_nothing_is_seen() -> None:
    assert undocumented_protocols("class A(Protocol):\n    def f(self): ...\n") == ["A.A", "A.f"]
    assert undocumented_protocols("class A(Protocol[T]):\n    'x'\n    def f(self):\n        'x'\n") == []
