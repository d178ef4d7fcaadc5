"""The routes of the pages: the newest runs, the board, a run's report and logs, and the live view."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from scenarios.definition.scenario import STREAMS
from scenarios.errors import LabError
from scenarios.report import board, comparison_page, side_by_side, sweep_page
from scenarios.report import page as report_page
from scenarios.report.entries import entries
from scenarios.report.page import PAGE_FILE
from scenarios.report.templating import OPTIONS, script_source
from scenarios.results import run_directories, sweep_record
from scenarios.results.evidence import LOGS
from scenarios.serving import live
from scenarios.serving.navigation import NAVIGATION, with_navigation
from scenarios.system.files import is_plain, open_plain

HERE = Path(__file__).parent
PAGES = Environment(loader=FileSystemLoader(HERE / "templates"), **OPTIONS)
NEWEST = 30


def page(template: str, **values: Any) -> HTMLResponse:
    """A page from one of our templates."""
    return HTMLResponse(PAGES.get_template(template).render(navigation=NAVIGATION, **values))


def application(further: Sequence[BaseRoute], stop: asyncio.Event) -> Starlette:
    """All routes, with `further` ones; `stop` ends the open event streams."""
    feeds = live.Feeds(stop)

    async def events(request: Request) -> Response:
        run = request.query_params.get("run")
        directory = _run(run) if run else None
        if feeds.full:
            raise HTTPException(503, "too many live pages are open; close one of them")
        return StreamingResponse(
            feeds.follow(directory), media_type="text/event-stream", headers={"cache-control": "no-store"}
        )

    routes = [
        Route("/", _home),
        Route("/runs/", _board),
        Route("/live", _live),
        Route("/events", events),
        Route(f"/runs/{sweep_record.FOLDER}/{{sweep}}/{PAGE_FILE}", _sweep),
        Route(f"/runs/{comparison_page.FOLDER}/{{first}}-{{second}}/{PAGE_FILE}", _comparison),
        Route(f"/runs/{{scenario}}/{{run}}/{PAGE_FILE}", _report),
        Route("/runs/{scenario}/{run}/logs/{name}", _log),
        Mount("/static", StaticFiles(directory=HERE / "static")),
        *further,
    ]
    # The machine may give no further descriptor, thread or memory.
    failures = dict.fromkeys((LabError, OSError, RuntimeError, MemoryError), _failed)
    handlers: Mapping[Any, Any] = {HTTPException: _refused, **failures}
    return Starlette(routes=routes, exception_handlers=handlers)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return PlainTextResponse(f"{error.detail}\n", error.status_code)


async def _failed(_: Request, error: Exception) -> Response:
    return PlainTextResponse(f"{error or type(error).__name__}\n", 503)


def _run(name: str) -> Path:
    """The run directory with this name or id; a request's text never becomes a path."""
    for path in run_directories.everything():
        if name in (path.name, run_directories.run_of(path)):
            return path
    raise HTTPException(404, f"there is no run {name!r}")


def _home(_: Request) -> Response:
    newest = entries(run_directories.everything(), run_directories.RUNS, NEWEST)
    return page("home.html", entries=newest)


def _written(text: str) -> HTMLResponse:
    return HTMLResponse(with_navigation(text))


def _board(_: Request) -> Response:
    return _written(board.text(run_directories.everything(), run_directories.RUNS, "/live?run="))


def _sweep(request: Request) -> Response:
    known = {path.name: path for path in sweep_record.everything()}
    directory = known.get(request.path_params["sweep"])
    if directory is None:
        raise HTTPException(404, "there is no such sweep")
    return _written(sweep_page.text(directory))


def _comparison(request: Request) -> Response:
    return _written(comparison_page.text(*(_run(request.path_params[side]) for side in side_by_side.SIDES)))


def _live(request: Request) -> Response:
    return page("live.html", run=request.query_params.get("run", ""))


def _report(request: Request) -> Response:
    directory = _run(request.path_params["run"])
    return _written(_page_on_disk(directory) or report_page.text(directory))


def _page_on_disk(directory: Path) -> str | None:
    """The page as the run wrote it; None if there is none, or if an older iolab wrote it with other scripts."""
    with suppress(OSError, ValueError), open_plain(directory / PAGE_FILE) as file:
        text = file.read().decode()
        return text if script_source() in text else None
    return None


def _log(request: Request) -> Response:
    directory = _run(request.path_params["run"])
    service, _, stream = request.path_params["name"].rpartition(".")
    known = {(path.stem, one): path for one in STREAMS for path in (directory / LOGS).glob(f"*.{one}")}
    path = known.get((service, stream))
    # No links: one may point at any file, and any user of this machine may ask here.
    if path is None or not is_plain(path):
        raise HTTPException(404, "the run has no such log")
    return FileResponse(path, media_type="text/plain; charset=utf-8")
