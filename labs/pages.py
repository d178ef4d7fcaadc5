"""The course as web pages: the map, the text of each exercise, and the learner's progress."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from labs import course, progress
from scenarios.errors import UsageError
from scenarios.results import run_directories
from scenarios.serving.app import page

# HTML in a text is escaped.
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def routes() -> Sequence[BaseRoute]:
    """The routes of the course, for the server of runs."""
    return [Route("/course", _map), Route("/course/{name}", _exercise)]


def _map(_: Request) -> Response:
    saved = progress.load()
    rows = [(one, saved.entry(one.name)) for one in course.all_exercises()]
    done = sum(kept.state == "done" for _, kept in rows)
    return page("course.html", rows=rows, done=done, current=saved.current)


def _exercise(request: Request) -> Response:
    try:
        exercise = course.find(request.path_params["name"])
    except UsageError as error:
        raise HTTPException(404, str(error)) from error
    text = (exercise.folder / "README.md").read_text(encoding="utf-8")
    kept = progress.load().entry(exercise.name)
    every = course.all_exercises()
    following = every[[one.name for one in every].index(exercise.name) + 1 :][:1]
    known = {run_directories.run_of(path): path for path in run_directories.everything()}
    given = [exercise.spec.hints[number].say for number in kept.hints if number < len(exercise.spec.hints)]
    return page(
        "exercise.html",
        exercise=exercise,
        text=Markup(MARKDOWN.render(text)),
        kept=kept,
        hints=given,
        command=f"./inv lab.{'check' if kept.begun else 'start'} {exercise.number}",
        following=following[0] if following else None,
        runs=known,
    )
