"""The templates of pages: what is filled in is text and stays text, but for the style and the script beside them."""

import base64
import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from scenarios import places

TEMPLATES = Path(__file__).with_name("templates")


def rendered(template: str, **values: Any) -> str:
    """A page; raises jinja2's errors for a name that it lacks."""
    return _environment().get_template(template).render(values)


def load() -> None:
    """Reads the templates before they are needed."""
    for name in ("run.html.j2", "chart.html.j2"):
        _environment().get_template(name)


class Compiled(FileSystemBytecodeCache):
    """Templates that are compiled already, where they can be kept: the checkout may be another's, the disk full."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps one, or leaves it to the next command."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


@cache
def _environment() -> Environment:
    """Templates are compiled once for a checkout, not in each command: that takes longer than to fill them in."""
    compiled = None
    with suppress(OSError):  # of a checkout that cannot be written to
        places.COMPILED.mkdir(exist_ok=True)
        compiled = Compiled(str(places.COMPILED))
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=compiled,
    )
    script = _own("search.js")
    made.globals.update(style=_own("style.css"), script=script, script_hash=_hash(script))
    made.filters.update(pixel=lambda value: f"{value:.1f}".removesuffix(".0"), sentence=_sentence)
    return made


def _own(name: str) -> Markup:
    """A file of our own, which needs no escaping; nothing else does without."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def _hash(script: str) -> str:
    """By which a page allows this script, and no other that a log might smuggle in."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def script_source() -> str:
    """By which a policy allows the one script that stands in pages."""
    return f"'sha256-{_hash(_own('search.js'))}'"


def _sentence(text: str) -> str:
    """With a capital letter."""
    return text[:1].upper() + text[1:]
