"""The floors of the house: each module imports only what stands below it, and no arrow runs back."""

import ast
import graphlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from scenarios.places import ROOT

# From the top. A name stands for the module, or for everything in the package, whatever comes to be in it; those of one
# floor may import each other, as long as they do not do so in a circle. A new module of scenarios/ needs a place here.
FLOORS = (
    ("requirements", "tests"),
    ("tasks",),
    ("labs",),
    ("scenarios.commands",),
    ("scenarios.pipeline", "scenarios.serving"),
    ("images",),
    ("scenarios.report",),
    # The one module of `definition` that knows families: it finds the one that a file names.
    ("scenarios.definition.catalog",),
    ("scenarios.families",),
    ("scenarios.judging",),
    ("scenarios.results",),
    ("scenarios.engines",),
    ("scenarios.theory",),
    ("scenarios.definition",),
    # What an engine must offer for images to be built on it.
    ("scenarios.pictures", "images.store", "scenarios.system"),
    ("scenarios.errors", "scenarios.places"),
)
# What calls the project's own checks, which are programs of its tests: tasks.py offers them as commands.
CHECKS_OF_THE_PROJECT = ("tests.commands", "tests.bench.bench")
# With these an old run is judged and drawn again, wherever it was made.
WITHOUT_ENGINE = ("scenarios.families", "scenarios.theory", "scenarios.judging", "scenarios.results",
                  "scenarios.report", "scenarios.definition")  # fmt: skip
ENGINES = "scenarios.engines"
SDK = "docker"
SDK_ROOM = "scenarios.engines.docker"

Arrows = Mapping[str, frozenset[str]]


def sources() -> dict[str, str]:
    """The text of every module of the project, by its dotted name."""
    folders = ("scenarios", "images", "labs", "tests", "requirements")
    files = [ROOT / "tasks.py", *(path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))]
    return {_dotted(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in files}


def _dotted(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


class Imports(ast.NodeVisitor):
    """Collects what a module imports when it runs: within functions too, but not for the type checker alone."""

    def __init__(self, modules: frozenset[str]) -> None:
        self._modules = modules
        self.found: set[str] = set()

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test).endswith("TYPE_CHECKING"):
            for statement in node.orelse:
                self.visit(statement)
        else:
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.found |= {one.name for one in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        assert node.module and not node.level, "the project's imports are absolute"
        names = {f"{node.module}.{one.name}" for one in node.names}
        modules = names & self._modules
        self.found |= modules if modules == names else {*modules, node.module}


def imported(text: str, modules: frozenset[str]) -> frozenset[str]:
    """The dotted names that a module's text imports; of a package's modules, the modules."""
    visitor = Imports(modules)
    visitor.visit(ast.parse(text))
    return frozenset(visitor.found)


TEXTS = sources()
MODULES = frozenset(TEXTS)
FOUND = {name: imported(text, MODULES) for name, text in TEXTS.items()}
OWN: Arrows = {name: those & MODULES for name, those in FOUND.items()}
FOREIGN: Arrows = {name: those - MODULES for name, those in FOUND.items()}


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def floor(module: str) -> int | None:
    """The number of a module's floor, 0 at the top: the one whose name for it is the longest."""
    if module in CHECKS_OF_THE_PROJECT:
        return floor("scenarios.commands")
    named = [(len(name), number) for number, names in enumerate(FLOORS) for name in names if is_in(module, name)]
    return max(named)[1] if named else None


def rising(arrows: Arrows) -> Iterator[str]:
    """The arrows that lead to a higher floor."""
    for module, those in arrows.items():
        for other in those:
            here, there = floor(module), floor(other)
            if here is not None and there is not None and there < here:
                yield f"{module} imports {other}, which stands above it"


def below(module: str, arrows: Arrows) -> set[str]:
    """All that comes with a module."""
    seen, left = {module}, [module]
    while left:
        new = arrows.get(left.pop(), frozenset()) - seen
        seen |= new
        left += new
    return seen - {module}


def circle(arrows: Arrows) -> list[str]:
    """The modules of one circle, none if there is none."""
    try:
        graphlib.TopologicalSorter(arrows).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


# A package's own module imports nothing by itself here, and belongs to no floor.
PACKAGES = frozenset({"scenarios"})


def test_every_module_stands_on_a_floor() -> None:
    assert [module for module in OWN if floor(module) is None and module not in PACKAGES] == []


def test_each_module_imports_only_what_stands_below_it() -> None:
    assert list(rising(OWN)) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(OWN) == []


def test_engines_know_machines_and_nothing_of_what_is_judged() -> None:
    judging = ("scenarios.families", "scenarios.theory", "scenarios.judging", "scenarios.report", "scenarios.results",
               "scenarios.definition.catalog")  # fmt: skip
    mine = {module: below(module, OWN) for module in OWN if is_in(module, ENGINES)}
    assert [(m, o) for m, those in mine.items() for o in those for name in judging if is_in(o, name)] == []


@pytest.mark.parametrize("package", WITHOUT_ENGINE)
def test_an_old_run_is_judged_and_drawn_again_without_any_engine(package: str) -> None:
    modules = [module for module in OWN if is_in(module, package)]
    assert modules
    assert [(m, other) for m in modules for other in below(m, OWN) if is_in(other, ENGINES)] == []


def test_theory_is_pure() -> None:
    allowed = ("scenarios.theory", "scenarios.errors")
    found = [(m, o) for m in OWN if is_in(m, "scenarios.theory") for o in OWN[m] if not o.startswith(allowed)]
    assert found == []


def test_programs_import_nothing_of_the_lab_that_runs_them() -> None:
    found = [(m, o) for m in OWN if is_in(m, "labs.programs") for o in OWN[m] if not is_in(o, "labs.programs")]
    assert found == []


def test_only_one_room_imports_the_sdk_of_a_container_engine() -> None:
    lab = [module for module in OWN if not is_in(module, "tests")]
    assert {m for m in lab if any(is_in(o, SDK) for o in FOREIGN[m])} != set()
    assert [m for m in lab if any(is_in(o, SDK) for o in FOREIGN[m]) and not is_in(m, SDK_ROOM)] == []


def asked_what_it_is(text: str, engines: frozenset[str]) -> list[str]:
    """The places where a text asks a value whether it is one of these engines."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    asking = [c for c in calls if isinstance(c.func, ast.Name) and c.func.id in ("isinstance", "issubclass")]
    return [ast.unparse(c) for c in asking if engines & {name.split(".")[-1] for name in _names_in(c.args[1])}]


def _names_in(node: ast.AST) -> set[str]:
    return {ast.unparse(one) for one in ast.walk(node) if isinstance(one, ast.Name | ast.Attribute)}


def classes_of_engines() -> frozenset[str]:
    trees = [ast.parse(text) for module, text in TEXTS.items() if is_in(module, ENGINES)]
    classes = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    return frozenset(name for name in classes if name.endswith(("Engine", "Session")))


def test_nobody_asks_an_engine_what_it_is() -> None:
    engines = classes_of_engines()
    assert {"DockerEngine", "LocalEngine", "Engine", "DockerSession"} <= engines
    lab = {module: text for module, text in TEXTS.items() if not is_in(module, "tests")}
    assert {m: found for m, text in lab.items() if (found := asked_what_it_is(text, engines))} == {}


# The rules themselves, on houses that are made up: what breaks them is seen.
MADE_UP = """
from typing import TYPE_CHECKING
import a.b
from a import c, Name
if TYPE_CHECKING:
    from a import unseen
else:
    import seen_otherwise
def function():
    from a.d import Thing
    import late
"""


def test_imports_in_functions_count_and_those_for_the_type_checker_do_not() -> None:
    modules = frozenset({"a", "a.b", "a.c", "a.d", "a.unseen", "late", "seen_otherwise"})
    assert imported(MADE_UP, modules) == {"a", "a.b", "a.c", "a.d", "late", "seen_otherwise", "typing"}


def test_an_arrow_that_runs_back_is_seen() -> None:
    wrong = {"scenarios.engines.local.new": frozenset({"scenarios.pipeline.run.drive", "scenarios.errors"})}
    assert list(rising(wrong)) == [
        "scenarios.engines.local.new imports scenarios.pipeline.run.drive, which stands above it"
    ]
    assert list(rising({"scenarios.pipeline.run.new": frozenset({"scenarios.engines.base"})})) == []


def test_a_circle_is_seen_and_named() -> None:
    assert set(circle({"a": frozenset({"b"}), "b": frozenset({"c"}), "c": frozenset({"a"})})) == {"a", "b", "c"}
    assert circle({"a": frozenset({"b", "c"}), "b": frozenset({"c"})}) == []


def test_what_comes_with_a_module_comes_from_afar_too() -> None:
    assert below("a", {"a": frozenset({"b"}), "b": frozenset({"c"})}) == {"b", "c"}


def test_asking_an_engine_what_it_is_is_seen() -> None:
    text = "isinstance(engine, docker.DockerEngine | None)\nisinstance(x, (int, LocalEngine))\nisinstance(y, Other)"
    engines = frozenset({"DockerEngine", "LocalEngine"})
    assert asked_what_it_is(text, engines) == [
        "isinstance(engine, docker.DockerEngine | None)",
        "isinstance(x, (int, LocalEngine))",
    ]
