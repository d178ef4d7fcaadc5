"""The pages and what each address answers: the board, a run's report and logs, the live view, and what others add."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from scenarios import rundirs
from scenarios.errors import LabError
from scenarios.events import STREAMS
from scenarios.evidence import LOGS, log_file
from scenarios.report import board
from scenarios.report import page as report_page
from scenarios.report.page import PAGE_FILE
from scenarios.serving import live

HERE = Path(__file__).parent
PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
# What every page leads to.
WAYS = (("/", "Newest"), ("/runs/", "All runs"), ("/live", "Live"), ("/course", "Course"))
NEWEST = 30


def page(template: str, **values: Any) -> HTMLResponse:
    """A page of ours, filled in."""
    return HTMLResponse(PAGES.get_template(template).render(ways=WAYS, **values))


def application(further: Sequence[BaseRoute], stop: asyncio.Event) -> Starlette:
    """All routes; `stop` ends the streams that are open."""
    onlookers = live.Onlookers()

    async def events(request: Request) -> Response:
        run = request.query_params.get("run")
        directory = _run(run) if run else None
        if onlookers.full:
            raise HTTPException(503, "too many follow a run already; close a page that does")
        find = (lambda: directory) if directory else live.newest
        headers = {"cache-control": "no-store"}
        stream = onlookers.follow(live.messages(find, stop))
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    routes = [
        Route("/", _home),
        Route("/runs/", _board),
        Route("/live", _live),
        Route("/events", events),
        Route("/runs/{scenario}/{run}/report.html", _report),
        Route("/runs/{scenario}/{run}/logs/{name}", _log),
        Mount("/static", StaticFiles(directory=HERE / "static")),
        *further,
    ]
    handlers: Mapping[Any, Any] = {HTTPException: _refused, LabError: _failed}
    return Starlette(routes=routes, exception_handlers=handlers)


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return PlainTextResponse(f"{error.detail}\n", error.status_code)


def _failed(_: Request, error: Exception) -> Response:
    """What cannot be told, such as of a run that is just beginning."""
    return PlainTextResponse(f"{error}\n", 503)


def _run(name: str) -> Path:
    """A run directory by its own name; nothing that is asked for becomes a path."""
    found = next((path for path in rundirs.everything() if name in (path.name, rundirs.run_of(path))), None)
    if found is None:
        raise HTTPException(404, "there is no such run")
    return found


def _home(_: Request) -> Response:
    newest = [board.about(path, rundirs.RUNS) for path in rundirs.newest(NEWEST)]
    return page("home.html", runs=newest)


def _board(_: Request) -> Response:
    """Its links lead on from here, as those of the file do from its folder."""
    return HTMLResponse(board.text(rundirs.everything(), rundirs.RUNS))


def _live(request: Request) -> Response:
    return page("live.html", run=request.query_params.get("run", ""))


def _report(request: Request) -> Response:
    """As it was drawn, or drawn now, without writing it."""
    directory = _run(request.path_params["run"])
    report = directory / PAGE_FILE
    return (
        FileResponse(report)
        if report.is_file() and not report.is_symlink()
        else HTMLResponse(report_page.text(directory))
    )


def _log(request: Request) -> Response:
    """A stream as plain text, whatever is in it."""
    directory = _run(request.path_params["run"])
    service, _, stream = request.path_params["name"].rpartition(".")
    there = {(path.stem, one) for one in STREAMS for path in (directory / LOGS).glob(f"*.{one}")}
    # A link may lead anywhere on this machine, and everybody on it can ask here.
    if (service, stream) not in there or log_file(directory, service, stream).is_symlink():
        raise HTTPException(404, "there is no such log")
    return FileResponse(log_file(directory, service, stream), media_type="text/plain; charset=utf-8")
