"""Charts, the board, sweeps, comparisons, the live view and exercises in a real browser, by pointer and by keys."""

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from scenarios.report import comparison_page, sweep_page
from scenarios.results import run_directories, sweep_record, time_series
from tests.engine.inv import inv, run, start
from tests.pages.browser import Tab
from tests.pages.test_pages import MOST_BYTES, NARROW, WIDE, looked_at, served

SMALL = ("--set", "size=1KiB")
# Of the texts in the drawings that are shown: those that overlap another one, and those beyond their drawing.
OVERLAPS = """(() => {
  const wrong = [];
  for (const svg of document.querySelectorAll("figure svg, svg.climb")) {
    const frame = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll("text")].map((one) => [one.textContent, one.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0);
    for (const [text, box] of boxes) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1) wrong.push(`${text} is cut`);
      for (const [other, its] of boxes) {
        const across = Math.min(box.right, its.right) - Math.max(box.left, its.left);
        const down = Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top);
        if (box !== its && across > 2 && down > 4) wrong.push(`${text} overlaps ${other}`);
      }
    }
  }
  return wrong;
})()"""
TIPS = (
    """[...document.querySelectorAll(".tip")].filter((one) => !one.hidden).map((one) => one.innerText.split("\\n"))"""
)
SHOWN = """[...document.querySelectorAll("#over-time svg")].filter((one) => one.clientWidth > 0)"""
TOO_WIDE = """[...document.querySelectorAll("body *")].filter(
  (one) => one.getBoundingClientRect().right > innerWidth).map((one) => one.outerHTML.slice(0, 200))"""
ROWS = """[...document.querySelectorAll("#runs tbody tr")].filter((one) => !one.hidden).map((one) => one.innerText)"""


@pytest.fixture(scope="module", autouse=True)
def on_this_machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("IOLAB_ENGINE", "local")
        yield


@pytest.fixture(scope="module", autouse=True)
def own_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A directory of runs in which no other test has left runs and sweeps."""
    with pytest.MonkeyPatch.context() as patched:
        folder = tmp_path_factory.mktemp("runs")
        patched.setenv("IOLAB_RUNS", str(folder))
        patched.setattr(run_directories, "RUNS", folder)
        yield


@pytest.fixture(scope="module")
def runs() -> list[Path]:
    """Two runs that differ in one parameter."""
    found = [run("epoll-500", *SMALL, "--set", f"selector={one}")["run"] for one in ("poll", "epoll")]
    return [Path(one) for one in found]


@pytest.fixture(scope="module")
def sweep(runs: list[Path]) -> Path:
    """The directory of a sweep beyond the limit."""
    done = inv("sweep", "epoll-500", "--clients", "20,40,80,160,320", "--nofile", "200", *SMALL)
    assert done.status == 0, done.stderr
    (page,) = [line.rpartition(": ")[2] for line in done.stdout.splitlines() if " are beside the page: " in line]
    return Path(page).parent


def mouse(tab: Tab, kind: str, place: Sequence[float], *, pressed: bool = False) -> None:
    button = "none" if kind == "mouseMoved" and not pressed else "left"
    where: dict[str, Any] = {"x": place[0], "y": place[1], "button": button, "buttons": int(pressed), "clickCount": 1}
    tab.call("Input.dispatchMouseEvent", type=kind, **where)


def press(tab: Tab, key: str) -> None:
    text = {"text": key} if len(key) == 1 else {}
    for kind in ("keyDown", "keyUp"):
        tab.call("Input.dispatchKeyEvent", type=kind, key=key, **(text if kind == "keyDown" else {}))


def middle(tab: Tab, element: str) -> list[float]:
    """Where an element's middle is on the screen, once it is in sight."""
    tab.ask(f"({element}).scrollIntoView({{block: 'center'}})")
    box = f"({element}).getBoundingClientRect()"
    return [float(one) for one in tab.ask(f"[{box}.x + {box}.width / 2, {box}.y + {box}.height / 2]")]


def click(tab: Tab, element: str) -> None:
    place = middle(tab, element)
    mouse(tab, "mousePressed", place, pressed=True)
    mouse(tab, "mouseReleased", place)


def opened(tab: Tab, page: Path, width: int = WIDE) -> Tab:
    tab.show(width)
    tab.open(page.as_uri())
    return tab


def test_pointing_at_a_chart_shows_the_values_of_all_charts_over_time_at_that_second(
    tab: Tab, runs: list[Path]
) -> None:
    opened(tab, runs[0] / "report.html")
    mouse(tab, "mouseMoved", middle(tab, f"{SHOWN}[0]"))
    tips = tab.ask(TIPS)
    assert len(tips) == tab.ask(f"{SHOWN}.length") > 2
    assert len({second for second, *_ in tips}) == 1
    sampled = {f"{at:.5g}": f"{value:,.0f}" for at, value in time_series.load(runs[0]).series("descriptors")["server"]}
    second = tips[0][0].removesuffix(" seconds")
    assert [f"server: {sampled[second]} descriptors"] in [told for _, *told in tips]
    mouse(tab, "mouseMoved", (1, 1))
    assert tab.ask(TIPS) == []
    assert tab.console == []


def test_the_arrow_keys_show_one_value_after_the_other_and_say_it(tab: Tab, runs: list[Path]) -> None:
    opened(tab, runs[0] / "report.html")
    tab.ask(f"{SHOWN}[0].focus()")
    seconds = []
    for key in ("ArrowRight", "ArrowRight", "End", "ArrowLeft", "Home"):
        press(tab, key)
        seconds.append(float(tab.ask(TIPS)[0][0].split()[0]))
    first, second, last, before, again = seconds
    assert first == again < second < before < last
    assert tab.ask("document.querySelectorAll('.tip[aria-live=polite]').length") == 1
    press(tab, "Tab")
    assert tab.ask(TIPS) == []


def test_a_name_in_the_legend_switches_its_curve_off_and_on_by_pointer_and_key(tab: Tab, runs: list[Path]) -> None:
    page = comparison_page.write(*runs)
    for width in (WIDE, NARROW):
        opened(tab, page, width)
        key = f"{SHOWN}[0].querySelector('text.key')"
        curve = f"{SHOWN}[0].querySelector('path.line[data-of=\"0\"]:not(.key)')"
        shown = f"getComputedStyle({curve}).display !== 'none'"
        assert tab.ask(shown)
        click(tab, f"{SHOWN}[0].querySelector('text.key[data-of=\"0\"]')")
        assert not tab.ask(shown)
        assert tab.ask(f"{SHOWN}[0].querySelector('text.key[data-of=\"0\"]').getAttribute('aria-pressed')") == "false"
        tab.ask(f"{SHOWN}[0].querySelector('text.key[data-of=\"0\"]').focus()")
        press(tab, "Enter")
        assert tab.ask(shown)
        assert tab.ask(f"{key}.getAttribute('role')") == "button"
    assert tab.console == []


def test_dragging_zooms_all_charts_over_time_and_the_button_shows_all_again(tab: Tab, runs: list[Path]) -> None:
    opened(tab, runs[0] / "report.html")
    before = tab.ask(f"{SHOWN}.map((one) => one.querySelector('path.line').getAttribute('d'))")
    x, y = middle(tab, f"{SHOWN}[0]")
    mouse(tab, "mousePressed", (x - 80, y), pressed=True)
    for step in (-20, 40, 80):
        mouse(tab, "mouseMoved", (x + step, y), pressed=True)
    mouse(tab, "mouseReleased", (x + 80, y))
    after = tab.ask(f"{SHOWN}.map((one) => one.querySelector('path.line').getAttribute('d'))")
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert tab.ask(OVERLAPS) == []
    assert tab.ask("document.documentElement.scrollWidth") <= WIDE
    click(tab, "document.querySelector('.whole')")
    again = tab.ask(f"{SHOWN}.map((one) => one.querySelector('path.line').getAttribute('d'))")
    assert again == before
    tab.ask(f"{SHOWN}[0].focus()")
    press(tab, "Home")
    press(tab, "+")
    assert tab.ask("document.querySelectorAll('.whole:not([hidden])').length") == len(before)
    press(tab, "Escape")
    assert tab.ask("document.querySelectorAll('.whole:not([hidden])').length") == 0
    assert tab.console == []


def test_the_arrow_keys_tell_the_spans_of_a_timeline_one_after_the_other(tab: Tab) -> None:
    opened(tab, Path(run("three-tasks")["run"]) / "report.html")
    tab.ask("document.querySelector('.lanes').parentElement.focus()")
    said = []
    for _ in range(3):
        press(tab, "ArrowRight")
        said.append(tab.ask("document.querySelector('.said').textContent"))
    assert len(set(said)) == 3 and all(" from " in one and one.endswith(" s") for one in said)
    press(tab, "ArrowLeft")
    assert tab.ask("document.querySelector('.said').textContent") == said[1]
    assert tab.console == []


def test_without_scripts_the_pictures_and_all_rows_are_there(tab: Tab, runs: list[Path], sweep: Path) -> None:
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    pages = [runs[0] / "report.html", sweep / "report.html", comparison_page.write(*runs)]
    for page in pages:
        opened(tab, page)
        drawn = tab.ask("[...document.querySelectorAll('figure svg')].filter((one) => one.clientWidth > 0).length")
        assert drawn > 0, page
        assert tab.ask("document.querySelectorAll('.tip, .whole').length") == 0
    opened(tab, Path(inv("board").stdout.strip()))
    assert len(tab.ask(ROWS)) == len(run_directories.everything()) - len(sweep_record.load(sweep).points) + 1
    assert tab.ask("getComputedStyle(document.querySelector('.filters')).display") == "none"
    tab.call("Emulation.setScriptExecutionDisabled", value=False)


def test_the_page_of_a_sweep_draws_the_fit_its_band_and_the_cliff(tab: Tab, pictures: Path, sweep: Path) -> None:
    page = sweep_page.write(sweep)
    assert page.stat().st_size < MOST_BYTES
    looked_at(tab, page, pictures, "sweep")
    for width in (NARROW, WIDE):
        opened(tab, page, width)
        assert tab.ask(OVERLAPS) == []
    (cliff,) = sweep_record.load(sweep).cliffs
    shown = tab.ask("document.querySelector('figure').innerText")
    assert f"from {cliff.at:,.0f}" in shown and "confidence interval" in shown
    for look in ("band", "fit"):
        assert tab.ask(f"document.querySelectorAll('svg.wide path.{look}').length") == 1
    rows = tab.ask("[...document.querySelectorAll('#points a')].map((one) => one.href)")
    assert len(rows) == 5
    tab.open(rows[0])
    assert "epoll-500" in tab.ask("document.title")


def test_a_comparison_draws_two_runs_over_one_another(tab: Tab, pictures: Path, runs: list[Path]) -> None:
    ids = [run_directories.run_of(one) for one in runs]
    page = Path(inv("compare", *ids).stdout.strip().splitlines()[-1].rpartition(": ")[2])
    looked_at(tab, page, pictures, "comparison")
    for width in (NARROW, WIDE):
        opened(tab, page, width)
        assert tab.ask(OVERLAPS) == []
    names = tab.ask(f"[...{SHOWN}[0].querySelectorAll('text.key')].map((one) => one.textContent)")
    assert {"server, poll", "server, epoll"} <= set(names)
    links = tab.ask("[...document.querySelectorAll('header a')].map((one) => one.href)")
    assert links == [(one / "report.html").as_uri() for one in runs]


def test_the_board_filters_and_its_address_keeps_the_filter(tab: Tab, runs: list[Path], sweep: Path) -> None:
    run("greenlet-switch")
    board = Path(inv("board").stdout.strip())
    opened(tab, board)
    everything = tab.ask(ROWS)
    assert sum("sweep of 5" in row for row in everything) == 1
    assert not any("clients 40," in row for row in everything), "points of the sweep are one entry"
    choose = """((name, value) => {
      const field = document.querySelector(`.filters [name=${name}]`);
      field.value = value;
      field.dispatchEvent(new Event("input", {bubbles: true}));
    })"""
    tab.ask(f"{choose}('scenario', 'greenlet-switch')")
    assert len(tab.ask(ROWS)) < len(everything) and all("greenlet-switch" in row for row in tab.ask(ROWS))
    assert "scenario=greenlet-switch" in tab.ask("location.hash")
    names = "[...document.querySelectorAll('#matrix tbody tr:not([hidden]) th')].map((one) => one.textContent)"
    assert tab.ask(names) == ["greenlet-switch"]
    click(tab, "document.querySelector('.filters button')")
    tab.browser.wait(lambda: len(tab.ask(ROWS)) == len(everything))
    tab.ask(f"{choose}('parameter', 'selector=poll')")
    assert tab.ask(ROWS) and all("selector poll" in row for row in tab.ask(ROWS))
    tab.ask(f"{choose}('verdict', 'pass')")
    opened(tab, board)
    tab.call("Page.navigate", url=f"{board.as_uri()}?again#parameter=clients%3D40")
    tab.browser.wait(lambda: len(tab.ask(ROWS)) == 1)
    assert "sweep of 5" in tab.ask(ROWS)[0]
    assert tab.console == []


def test_a_whole_row_of_the_board_links_and_two_picked_runs_can_be_compared(
    tab: Tab, runs: list[Path], tmp_path: Path
) -> None:
    opened(tab, Path(inv("board").stdout.strip()))
    row = f"[...document.querySelectorAll('#runs tr')].find((one) => one.innerText.includes('{runs[0].name[-8:]}'))"
    click(tab, f"{row}.cells[3]")
    tab.browser.wait(lambda: "epoll-500" in tab.ask("document.title"))
    ids = [run_directories.run_of(one) for one in runs]
    with served(tmp_path) as (address, _):
        tab.open(f"{address}/runs/")
        for one in ids:
            click(tab, f"document.querySelector('.pick input[value=\"{one}\"]')")
        click(tab, "document.querySelector('#picked a')")
        tab.browser.wait(lambda: "compared" in tab.ask("document.title"))
        assert tab.console == []


def test_every_page_of_runs_that_is_served_has_the_navigation(
    tab: Tab, runs: list[Path], sweep: Path, tmp_path: Path
) -> None:
    one, other = (run_directories.run_of(path) for path in runs)
    paths = ["/", "/runs/", f"/runs/epoll-500/{runs[0].name}/report.html", f"/runs/.sweeps/{sweep.name}/report.html"]
    paths += [f"/runs/.comparisons/{one}-{other}/report.html", "/live", "/course", "/course/090"]
    with served(tmp_path) as (address, _):
        for path in paths:
            tab.show(NARROW)
            tab.open(address + path)
            names = tab.ask("[...document.querySelectorAll('nav a')].map((one) => one.textContent)")
            assert names == ["Newest", "All runs", "Live", "Course"], path
            assert tab.ask("document.documentElement.scrollWidth") <= NARROW, (path, tab.ask(TOO_WIDE))
        assert tab.console == []
        assert all(url.startswith((address, "data:")) for url in tab.requested), json.dumps(tab.requested)


def test_the_live_view_draws_the_climb_and_ends_with_what_was_served(tab: Tab, pictures: Path, tmp_path: Path) -> None:
    with served(tmp_path) as (address, _):
        tab.show(NARROW)
        tab.open(f"{address}/live")
        with start("scenario", "select-1100") as under_way:
            tab.browser.wait(lambda: tab.ask("document.querySelector('#scenario').textContent") == "select-1100")
            tab.browser.wait(lambda: tab.ask("document.querySelector('#clock').textContent").endswith(" s"))
            under_way.communicate()
            assert under_way.returncode == 0
        tab.browser.wait(lambda: tab.ask("document.querySelector('#verdict').textContent") == "pass")
        assert tab.ask("document.querySelector('#headline').textContent") == "served 1,020 clients"
        assert "highest sample" in tab.ask("document.querySelector('#gauges').textContent")
        told = tab.ask("document.querySelector('#happened').innerText")
        assert "bringing up a network" in told and told.count("waiting for client to finish") == 1
        assert tab.ask("document.querySelectorAll('svg.climb circle.peak').length") == 1
        for width in (WIDE, NARROW):
            tab.show(width)
            tab.browser.wait(lambda: tab.ask(OVERLAPS) == [])
        tab.picture(pictures / "live-end.png")
        assert tab.console == []


def test_an_exercise_has_its_command_to_copy_and_the_way_to_the_next(tab: Tab, tmp_path: Path) -> None:
    with served(tmp_path) as (address, _):
        tab.open(f"{address}/course/090")
        with contextlib.suppress(AssertionError):  # an old Chromium has no such permission
            tab.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        click(tab, "document.querySelector('code.command + button')")
        wanted = "['copied', 'press Ctrl-C'].includes(document.querySelector('code.command + button').textContent)"
        tab.browser.wait(lambda: tab.ask(wanted))
        assert tab.ask("document.querySelector('code.command').textContent") == "./inv lab.start 090"
        click(tab, "document.querySelector('.way a:last-child')")
        tab.browser.wait(lambda: "/course/100" in tab.ask("location.pathname"))
        assert tab.console == []
