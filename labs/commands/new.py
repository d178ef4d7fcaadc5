"""The command that writes a new exercise; its author replaces the content of the files."""

from pathlib import Path

from labs import course
from labs.exercise import FOLDER
from scenarios import places
from scenarios.commands.new import filled, insert_row, other_values, write
from scenarios.definition import catalog
from scenarios.definition.scenario import Scenario
from scenarios.errors import EXIT_PASS, UsageError

TEMPLATES = Path(__file__).with_name("templates")
# The first line of the program in other/, which else is the solution.
OTHER = "# TODO: a right program in another style, written from README.md alone.\n"
COURSE_PAGE = places.ROOT / "labs" / "README.md"
STEP = 10


def new_exercise(scenario: str, name: str) -> int:
    """Writes an exercise in which a learner writes the first program of a scenario; raises UsageError for bad names."""
    experiment = catalog.load(scenario)
    folder = _folder(name)
    number, _, words = folder.partition("-")
    server = next(iter(sorted(experiment.awaited("ready")) or experiment.services))
    service = experiment.services[server]
    program = places.PROGRAMS.joinpath(*service.program.split(".")).with_suffix(".py")
    solution = program.read_text(encoding="utf-8")
    values = {
        "scenario": scenario,
        "number": number,
        "title": words.replace("-", " ").capitalize(),
        "service": server,
        "file": f"{server.replace('-', '_')}.py",
        "draw": _draw(experiment),
        "end": "" if server in experiment.awaited("ready") else '\nsys.exit("and fails")',
        "finding": "ended" if server in experiment.awaited("ready") else "crash",
    }
    here = places.EXERCISES / folder
    targets = {
        "README.md": here / "README.md",
        "exercise.yaml": here / "exercise.yaml",
        "checks.py": here / "checks.py",
        "starter.py": here / "starter" / values["file"],
        "wrong.py": here / "wrong" / "it_only_prints_that_it_is_ready.py",
    }
    files = {path: filled(TEMPLATES / f"{template}.template", values) for template, path in targets.items()}
    files[here / "solution" / values["file"]] = solution
    files[here / "other" / "it_is_like_the_solution.py"] = f"{OTHER}{solution}"
    write(files)
    insert_row(COURSE_PAGE, "## The exercises", f"| {number} | {values['title']} | TODO: the lesson in a sentence |")
    print(f"next   ./inv lab.verify {number}, then replace the content of these files; .github/CONTRIBUTING.md helps")
    return EXIT_PASS


def _folder(name: str) -> str:
    """The name with its number, by default the next one; raises UsageError."""
    there = course.names()
    wanted = name if name[:1].isdigit() else f"{int(there[-1][:3]) + STEP if there else STEP:03}-{name}"
    if not FOLDER.fullmatch(wanted):
        raise UsageError(
            f"{name!r} cannot name an exercise: use lower-case letters, digits and '-', such as half-close, or with "
            "its number 085-half-close"
        )
    for one in there:
        if one[:3] == wanted[:3]:
            raise UsageError(f"the exercise {one} has the number {wanted[:3]} already: choose another, or leave it out")
        if one[4:] == wanted[4:]:
            raise UsageError(f"the exercise {one} has this name already: choose another")
    return wanted


def _draw(scenario: Scenario) -> str:
    """The `draw` of an exercise.yaml: a parameter with two values or more."""
    found = next((pair for pair in other_values(scenario)), None)
    if found is None:
        return "{}"
    name, values = found
    return f"{{{name}: {[str(scenario.parameters[name]), *values]}}}".replace("'", '"')
