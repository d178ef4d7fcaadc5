"""The READMEs: what they link to exists, their command lines are right, and predictions read as the lab prints them."""

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

import pytest

import tasks
from scenarios import places
from scenarios.commands.program import Iolab
from scenarios.commands.scenario import Options, parameters, scenario
from scenarios.definition import catalog
from scenarios.errors import UsageError
from scenarios.report.picture_file import first_chart

README = places.ROOT / "README.md"
PAGES = {
    str(path.relative_to(places.ROOT)): path
    for path in (README, *(places.ROOT / folder / "README.md" for folder in ("scenarios", "labs", "images")),
                 places.ROOT / ".github" / "CONTRIBUTING.md")
    if path.is_file()
}  # fmt: skip
MOST_LINES = 110
LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]+)\)")
# A command line begins its line of code, or the code in a text; it ends at a comment or another command.
COMMAND = re.compile(r"(?:^ {4}(?:\$ )?(?:[A-Z_]+=\S+ )*|`)\./inv((?: (?![ #|])[^\s`|;)]+)*)", re.MULTILINE)
PREDICTED = re.compile(r"^ {4}\$ \./inv (scenario .*)\n {4}(predicted .*)\n {4}(.*)$", re.MULTILINE)
# Stand for any command, with any arguments.
ANY = ("...", "COMMAND --help")
COURSE = places.EXERCISES.glob("[0-9]*")
EXERCISES = {part for path in COURSE for part in (path.name, path.name[:3])}


def commands(page: str) -> Iterator[str]:
    """The command lines of ./inv in a page, without `./inv`."""
    yield from (line.strip() for line in COMMAND.findall(page))


class OnlyParses(Iolab):
    """The program behind ./inv, which reads a command line and runs nothing."""

    def execute(self) -> Any:
        """Nothing is run."""


def asked(line: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The commands of a line with their arguments, none if it is the name of a command alone.

    Raises AssertionError when ./inv would refuse it.
    """
    if line in tasks.namespace.task_names or line in ANY:
        return []
    parser = OnlyParses(tasks.namespace)
    try:
        parser.run(["inv", *shlex.split(line)])
    except SystemExit as left:
        assert not left.code, f"./inv {line}: exit status {left.code}"
        return []
    return [(str(one.name), {name: arg.value for name, arg in one.args.items()}) for one in parser.tasks]


def check(command: str, given: Mapping[str, Any]) -> None:
    """Raises AssertionError or UsageError for a scenario, a parameter or an exercise that there is not."""
    name = given.get("name") or ""
    if name.isupper() or "/" in name:  # stands for any
        return
    if command.startswith("lab.") and name:
        assert name in EXERCISES
    if command == "scenarios" and name:
        catalog.load(name)
    if command in ("scenario", "sweep") and name:
        wanted = parameters(given["clients"], given["nofile"], given["set"] or [])
        for parameter in wanted:
            catalog.kind(catalog.load(name), parameter)
        if command == "scenario":
            catalog.load(name, wanted)


def one_line(text: str) -> str:
    return " ".join(text.split())


LINES = sorted({(name, line) for name, path in PAGES.items() for line in commands(path.read_text(encoding="utf-8"))})
SAID = [found for path in PAGES.values() for found in PREDICTED.findall(path.read_text(encoding="utf-8"))]


def test_the_first_page_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("name", PAGES)
def test_all_that_a_page_links_to_exists(name: str) -> None:
    links = LINK.findall(PAGES[name].read_text(encoding="utf-8"))
    there = (link.partition("#")[0] for link in links if not link.startswith("http"))
    assert [link for link in there if not (PAGES[name].parent / link).exists()] == []


@pytest.mark.parametrize(("name", "line"), LINES)
def test_a_command_line_of_a_page_is_right(name: str, line: str) -> None:
    for command, given in asked(line):
        check(command, given)


def test_there_are_command_lines_in_the_pages_and_wrong_ones_are_seen() -> None:
    assert ("README.md", "scenario select-1100 --nofile 4096") in LINES
    page = "`./inv lab` and\n    ./inv runs  # x\n    $ ./inv a --b c | head"
    assert list(commands(page)) == ["lab", "runs", "a --b c"]
    with pytest.raises(AssertionError, match="exit status 2"):
        asked("scenario epoll-500 --nope")
    with pytest.raises(UsageError, match="epol-500"):
        check(*asked("scenario epol-500")[0])
    with pytest.raises(UsageError, match="nonsense"):
        check(*asked("sweep epoll-500 --set nonsense=1..2")[0])


@pytest.mark.parametrize(("line", "predicted", "reason"), SAID)
def test_a_prediction_in_a_page_is_what_the_lab_prints(
    line: str, predicted: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ((_, given),) = asked(line)
    scenario(given["name"], parameters(given["clients"], given["nofile"], []), Options(dry_run=True))
    told = one_line(capsys.readouterr().out)
    assert one_line(f"{predicted} {reason}") in told


def test_the_predictions_of_the_first_page_are_tried() -> None:
    assert [line for line, _, _ in SAID if "select-1100" in line and "4096" in line]


def test_the_catalogs_page_has_every_scenario() -> None:
    page = PAGES["scenarios/README.md"].read_text(encoding="utf-8")
    assert [name for name in catalog.names() if f"`{name}`" not in page] == []


def test_the_picture_can_be_read_on_light_and_on_dark_pages() -> None:
    picture = places.ROOT / "scenarios" / "readiness-cost.svg"
    assert f"({picture.relative_to(places.ROOT)})" in README.read_text(encoding="utf-8")
    text = picture.read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in text
    assert 'fill="var(--ground)"' in text
    assert ElementTree.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"


STYLE = ":root {\n  --ground: #fff;\n}\n* { box-sizing: border-box; }\nbody { margin: 0; }\nsvg text { fill: red; }\n"
CHART = '<svg class="wide" viewBox="0 0 720 294" width="720" height="294" role="img">\n<text>x &amp; y</text>\n</svg>'


def test_a_chart_becomes_a_file_of_its_own_with_its_ground_and_its_style() -> None:
    text = first_chart(f"<main>{CHART}<svg class='narrow'></svg></main>", STYLE)
    root = ElementTree.fromstring(text)
    assert (root.get("width"), root[1].get("width"), root[2].text) == ("720", "720", "x & y")
    style = str(root[0].text)
    assert "--ground" in style
    assert "svg text" in style
    assert "body" not in style
    with pytest.raises(UsageError, match="no chart"):
        first_chart("<main></main>", STYLE)
