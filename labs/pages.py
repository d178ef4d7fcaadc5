"""The course as pages: the map, each exercise's text, and how far the learner is."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from labs import course, progress
from scenarios.errors import UsageError
from scenarios.serving.app import page

# Texts of ours, and yet no HTML in them is taken for more than text.
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def routes() -> Sequence[BaseRoute]:
    """What the server adds for the course."""
    return [Route("/course", _map), Route("/course/{name}", _exercise)]


def _map(_: Request) -> Response:
    noted = progress.load()
    rows = [(one, noted.of(one.name)) for one in course.everything()]
    done = sum(kept.state == "done" for _, kept in rows)
    return page("course.html", rows=rows, done=done, current=noted.current)


def _exercise(request: Request) -> Response:
    try:
        exercise = course.find(request.path_params["name"])
    except UsageError as error:
        raise HTTPException(404, str(error)) from error
    text = (exercise.folder / "README.md").read_text(encoding="utf-8")
    kept = progress.load().of(exercise.name)
    given = [exercise.stated.hints[number].say for number in kept.hints if number < len(exercise.stated.hints)]
    # MARKDOWN escapes whatever is HTML in the text.
    return page("exercise.html", exercise=exercise, text=Markup(MARKDOWN.render(text)), kept=kept, hints=given)
