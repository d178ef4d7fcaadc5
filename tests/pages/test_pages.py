"""Pages of real runs in a real browser: they show the evidence's numbers, log nothing, and fit a phone."""

import contextlib
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scenarios.results import run_directories, time_series
from scenarios.results.evidence import log_file
from tests.engine.inv import INV, inv, run, start
from tests.pages.browser import Tab

# A phone, a desktop.
NARROW, WIDE = 390, 1100
MOST_BYTES = 2 * 1024 * 1024
HOSTILE = '\x1b[2J\x07<script>document.title = "taken"</script><img src=x onerror="document.title=1"> & "\'\n'
ROWS = """[...document.querySelectorAll(".compared tr")].map(row => row.innerText.replace(/\\s+/g, " ").trim())"""
SEARCH = """(() => {
  const field = document.querySelector(".search");
  field.value = "B1";
  field.dispatchEvent(new Event("input"));
})()"""
# Of the drawing that is shown of connections: the height of the cliff and of the curve's top, the drawing's own height,
# whether the cliff's words lie within it, and their colour and the page's.
CLIFF = """(() => {
  const figure = [...document.querySelectorAll("#over-time figure")].find(
    (one) => one.querySelector("figcaption").textContent.startsWith("Connections"));
  const svg = [...figure.querySelectorAll("svg")].find((one) => one.getBoundingClientRect().width > 0);
  const top = (look) => svg.querySelector(`path.${look}`).getBBox().y;
  const words = svg.querySelector("text.bound"), box = words.getBBox();
  return {cliff: top("bound"), curve: top("line"), height: svg.viewBox.baseVal.height,
          fits: box.x >= 0 && box.x + box.width <= svg.viewBox.baseVal.width, words: words.textContent,
          ink: getComputedStyle(words).fill, ground: getComputedStyle(document.body).backgroundColor};
})()"""
# Of the boxes in drawings: whether each lies within its drawing, and the texts that are wider than
# their boxes.
BOXES = """(() => {
  const charts = [...document.querySelectorAll(".chart")].filter((one) => one.offsetParent);
  const outside = charts.flatMap((chart) => {
    const frame = chart.getBoundingClientRect();
    return [...chart.querySelectorAll("*")].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1);
    }).map((one) => one.outerHTML);
  });
  const texts = charts.flatMap((one) => [...one.querySelectorAll(".machine, .steps > *, .bars > *, .lanes > span")]);
  const cut = texts.filter((one) => one.textContent && one.scrollWidth > one.clientWidth + 1);
  const linear = [...document.querySelectorAll("#pictures .bars")].filter((one) => !one.querySelector(".axis"));
  const bars = linear.map((one) => [...one.querySelectorAll(".bar")].map(
    (bar) => [bar.nextElementSibling.textContent, bar.querySelector("i").getBoundingClientRect().width]));
  return {charts: charts.length, outside, cut: cut.map((one) => one.textContent), bars};
})()"""
TITLES = """[...document.querySelectorAll("h2, h3, figcaption")].map(one => one.innerText)"""


@pytest.fixture(autouse=True)
def on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOLAB_ENGINE", "local")


def page_of(record: dict[str, Any]) -> Path:
    page = Path(record["run"]) / "report.html"
    assert page.stat().st_size < MOST_BYTES
    return page


def looked_at(tab: Tab, page: Path, pictures: Path, name: str) -> None:
    """In both schemes and both widths; the tab stays at the last."""
    for width, dark in ((NARROW, True), (NARROW, False), (WIDE, True), (WIDE, False)):
        tab.show(width, dark=dark)
        tab.open(page.as_uri())
        assert tab.ask("document.documentElement.scrollWidth") <= width, f"{name} is wider than {width}"
        tab.picture(pictures / f"{name}-{width}-{'dark' if dark else 'light'}.png")
    assert tab.console == []
    assert [one for one in tab.requested if not one.startswith(("file:", "data:"))] == []


def test_the_page_of_a_run_shows_what_was_predicted_and_measured_and_how_its_descriptors_rose(
    tab: Tab, pictures: Path
) -> None:
    record = run("select-1100", "--nofile", "4096")
    page = page_of(record)
    looked_at(tab, page, pictures, "select-1100")
    served = str(record["measured"]["served"])
    tab.ask("document.querySelector('#outcome').open = true")
    assert any(row.startswith("served") and row.count(served) == 2 for row in tab.ask(ROWS))
    assert "Open descriptors" in " ".join(tab.ask(TITLES))
    text = tab.ask("document.body.textContent")
    highest = max(value for _, value in time_series.load(page.parent).series("descriptors")["server"])
    assert f"{highest:g}" in text.replace(",", "")
    assert "select refuses descriptor 1024" in text
    for check in record["checks"]:
        assert check["name"] in text


def shows_the_cliff(tab: Tab, page: Path, width: int, dark: bool) -> str:
    """Near the curve's top, in whole words; the colour of the page's ground."""
    tab.show(width, dark=dark)
    tab.open(page.as_uri())
    shown = tab.ask(CLIFF)
    assert shown["words"] == "512: select takes no more sockets"
    assert shown["fits"]
    assert abs(shown["cliff"] - shown["curve"]) < 0.2 * shown["height"]
    assert shown["ink"] != shown["ground"]
    return str(shown["ground"])


@pytest.mark.engine
def test_on_windows_the_cliff_is_at_512(tab: Tab, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IOLAB_ENGINE", "docker")
    page = page_of(run("windows-600", "--set", "size=1KiB"))
    assert inv("report", "windows-600", cwd=None).stdout.strip() == str(page)
    looked_at(tab, page, pictures, "windows-600")
    grounds = {shows_the_cliff(tab, page, width, dark) for width in (NARROW, WIDE) for dark in (True, False)}
    assert len(grounds) == 2, "light and dark"
    seen = time_series.load(page.parent).series("sockets")["server"]
    assert 0.8 * 512 < max(value for _, value in seen) <= 513
    assert "Open descriptors" not in " ".join(tab.ask(TITLES))
    text = tab.ask("document.body.textContent")
    assert "one list of CPython's select takes 512 descriptors" in text
    assert "too many file descriptors in select" in text
    assert "511 clients" in tab.ask("document.querySelector('#pictures').textContent").replace(",", "")


@pytest.mark.parametrize("name", ["greenlet-switch", "fetch-two", "three-tasks", "readiness-cost"])
def test_a_family_draws_its_own_pictures_with_text_for_readers_who_cannot_see_them(
    tab: Tab, pictures: Path, name: str
) -> None:
    looked_at(tab, page_of(run(name)), pictures, name)
    charts = tab.ask("[...document.querySelectorAll('#pictures svg, #pictures .chart')].map("
                     "one => [one.getAttribute('role'), one.getAttribute('aria-label')])")  # fmt: skip
    assert charts
    # A drawing that answers the keys is a group; without its script it is a picture, with the same words.
    assert all(role in ("img", "group") and len(label) > 20 for role, label in charts), charts


@pytest.mark.parametrize("name", ["greenlet-switch", "three-tasks", "switch-cost"])
def test_boxes_fit_their_drawing_in_both_widths_and_bars_are_as_long_as_their_values(tab: Tab, name: str) -> None:
    page = page_of(run(name))
    for width in (NARROW, WIDE):
        tab.show(width)
        tab.open(page.as_uri())
        shown = tab.ask(BOXES)
        assert shown["charts"] >= 3, "its own, its machines and its phases"
        assert (shown["outside"], shown["cut"]) == ([], [])
        for bars in shown["bars"]:
            longest = max((length, float(text.split()[0])) for text, length in bars)
            for text, length in bars:
                expected = float(text.split()[0]) / longest[1] * longest[0]
                assert length == pytest.approx(expected, rel=0.01, abs=1.5), text


def test_hostile_log_text_is_text(tab: Tab) -> None:
    page = page_of(run("greenlet-switch"))
    log = log_file(page.parent, "greenlets", "stderr")
    log.write_bytes(HOSTILE.encode() + b"x" * 100 + b"\n" * 3 + HOSTILE.encode() * 120_000)
    assert log.stat().st_size > 10_000_000
    assert inv("report", run_directories.run_of(page.parent), cwd=None).status == 0
    assert page.stat().st_size < MOST_BYTES
    tab.open(page.as_uri())
    assert "<script>" in tab.ask("document.querySelector('#logs').textContent")
    assert tab.ask("document.title").startswith("greenlet-switch")
    assert tab.ask("document.querySelectorAll('#logs img, #logs script').length") == 0
    assert tab.console == []


def test_the_search_shows_the_lines_that_have_the_text(tab: Tab) -> None:
    tab.open(page_of(run("greenlet-switch")).as_uri())
    tab.ask(SEARCH)
    shown = tab.ask("[...document.querySelectorAll('pre.log')].map(one => one.textContent).join('\\n')")
    lines = shown.splitlines()  # the text may be in a seal, too
    assert "B1" in lines and "A2" not in lines


def test_the_board_leads_to_the_pages(tab: Tab, pictures: Path) -> None:
    page = page_of(run("greenlet-switch"))
    board = Path(inv("board", cwd=None).stdout.strip())
    looked_at(tab, board, pictures, "board")
    links = tab.ask("[...document.querySelectorAll('a')].map(one => one.href)")
    assert page.as_uri() in links


@contextlib.contextmanager
def served(workspace: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of ./inv serve."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = start("serve", "--port", str(port), IOLAB_WORKSPACE=str(workspace))
    assert process.stdout
    try:
        assert str(port) in process.stdout.readline()
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_the_live_view_follows_a_run_to_its_end(tab: Tab, pictures: Path, tmp_path: Path) -> None:
    with served(tmp_path) as (address, _):
        tab.show(NARROW)
        tab.open(f"{address}/live")
        with subprocess.Popen([INV, "scenario", "epoll-500", "--set", "size=1MiB", "--set", "clients=400"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as under_way:  # fmt: skip
            tab.browser.wait(lambda: tab.ask("document.querySelector('#verdict').textContent") == "running")
            tab.browser.wait(lambda: "descriptors" in tab.ask("document.querySelector('#gauges').textContent"))
            tab.browser.wait(lambda: "sockets" in tab.ask("document.querySelector('#gauges').textContent"))
            tab.browser.wait(
                lambda: "connected at the same time" in tab.ask("document.querySelector('#happened').innerText")
            )
            tab.picture(pictures / "live-390.png")
            assert under_way.wait() == 0
        tab.browser.wait(lambda: tab.ask("document.querySelector('#verdict').textContent") == "pass")
        assert tab.ask("document.querySelector('#compared tr').innerText").split("\t") == [
            "served",
            *["400 clients"] * 2,
        ]
        assert tab.ask("document.documentElement.scrollWidth") <= NARROW
        tab.browser.wait(lambda: tab.ask("!document.querySelector('#report').hidden"))
        report = tab.ask("document.querySelector('#report').href")
        time.sleep(0.3)  # the page is drawn just after the verdict
        tab.open(report)
        assert "epoll-500" in tab.ask("document.title")
        assert tab.console == []


@pytest.mark.engine
def test_the_live_view_gauges_the_sockets_of_a_windows_program_up_to_its_cliff(
    tab: Tab, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IOLAB_ENGINE", "docker")
    # Other services have gauges too, and which is first depends on what was sampled first.
    gauge = "[...document.querySelectorAll('#gauges .gauge')].find((one) => one.textContent.includes('TCP sockets'))"
    with served(tmp_path) as (address, _):
        tab.show(WIDE)
        tab.open(f"{address}/live")
        with subprocess.Popen([INV, "scenario", "windows-600", "--set", "size=1KiB"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as under_way:  # fmt: skip
            tab.browser.wait(lambda: " of 512 TCP sockets" in tab.ask(f"{gauge}?.textContent ?? ''"))
            tab.browser.wait(lambda: tab.ask(f"{gauge}.querySelector('meter').value") > 256)
            tab.picture(pictures / "live-windows.png")
            assert under_way.wait() == 0
        assert tab.ask(f"{gauge}.querySelector('meter').max") == 512
        assert "select takes no more sockets" in tab.ask("document.querySelector('#cliffs').textContent")
        assert tab.console == []


@pytest.mark.parametrize("path", ["/", "/runs/", "/live", "/course", "/course/010"])
def test_every_page_that_is_served_fits_a_phone_and_says_nothing_on_the_console(
    tab: Tab, pictures: Path, tmp_path: Path, path: str
) -> None:
    run("greenlet-switch")
    with served(tmp_path) as (address, _):
        for dark in (True, False):
            tab.show(NARROW, dark=dark)
            tab.open(address + path)
            assert tab.ask("document.documentElement.scrollWidth") <= NARROW
        tab.picture(pictures / f"serve{path.replace('/', '-')}.png")
        assert tab.console == []
        assert all(one.startswith((address, "data:")) for one in tab.requested), json.dumps(tab.requested)
