"""The templates of pages. Every value is escaped, except our own style and script."""

import base64
import hashlib
import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from scenarios import places
from scenarios.definition.scenario import address_of
from scenarios.report.excerpts import visible

# The scripts that pages contain.
SCRIPTS = ("search.js", "charts.js", "board.js")
# A part of a text that a page shows as code.
CODE = re.compile(r"`([^`]+)`")
TEMPLATES = Path(__file__).with_name("templates")
# The options of every environment of ours.
OPTIONS: dict[str, Any] = {"autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}


def render(template: str, **values: Any) -> str:
    """A page; raises jinja2's errors if a value is missing."""
    return _environment().get_template(template).render(values)


def load() -> None:
    """Loads the templates of a run's page ahead of time."""
    for name in ("run.html.j2", "chart.html.j2"):
        _environment().get_template(name)


class TemplateCache(FileSystemBytecodeCache):
    """Compiled templates. If they cannot be saved, as in a read-only checkout, each command compiles them again."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


@cache
def _environment() -> Environment:
    """With a cache for compiled templates, since compiling takes longer than rendering."""
    cached = None
    with suppress(OSError):  # a read-only checkout
        places.COMPILED.mkdir(exist_ok=True)
        cached = TemplateCache(str(places.COMPILED))
    environment = Environment(loader=FileSystemLoader(TEMPLATES), bytecode_cache=cached, **OPTIONS)
    environment.globals.update(style=_own("style.css") + _own("interactive.css"), script_source=script_source())
    environment.globals.update(script=_own("search.js"), charts=_own("charts.js"), board_script=_own("board.js"))
    environment.filters["pixel"] = lambda value: f"{value:.1f}".removesuffix(".0")
    environment.filters["visible"] = visible
    environment.filters["report_address"] = address_of
    environment.filters["code"] = code
    environment.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    return environment


def code(text: str) -> Markup:
    """A text whose parts between backticks are code."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))


def _own(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def script_source() -> Markup:
    """The sources in a page's policy that allow our scripts by their hashes, and none that a log might smuggle in."""
    digests = (hashlib.sha256(_own(name).encode()).digest() for name in SCRIPTS)
    return Markup(" ").join(Markup("'sha256-{}'").format(base64.b64encode(one).decode()) for one in digests)
