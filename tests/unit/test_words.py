"""The words of texts that users read: no headless "who" or "what" begins a sentence, and no private word is used."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from scenarios import places

PAGES = [
    *places.EXERCISES.glob("*/README.md"),
    *(path for path in (places.ROOT / folder / "README.md" for folder in ("", "labs", "scenarios", "images"))
      if path.is_file()),
    places.ROOT / ".github" / "CONTRIBUTING.md",
]  # fmt: skip
STATED = [*places.EXERCISES.glob("*/exercise.yaml"), *places.CATALOG.rglob("*.yaml")]
MODULES = [
    path for folder in ("scenarios", "labs", "images") for path in (places.ROOT / folder).rglob("*.py")
    if not {"wrong", "other"} & set(path.parts)
]  # fmt: skip
FORBIDDEN = re.compile(r"\b(?:whoever|dear|burnt|sheds|walls)\b", re.IGNORECASE)
HEADLESS = re.compile(r"(?:who|what)\b", re.IGNORECASE)
# A name in the text, and what is no prose in a page: headings, indented and fenced code.
CODE = re.compile(r"`[^`\n]+`")
NO_PROSE = re.compile(r"^(?:#| {4}|\t)[^\n]*$|^```.*?^```$", re.MULTILINE | re.DOTALL)
# The beginning of a paragraph, of an item in a list, or of a cell in a table.
BLOCK = re.compile(r"\n\s*\n|^\s*(?:[-*+]|\d+\.)\s|\|", re.MULTILINE)
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\sa-z])")


def faults(text: str) -> list[str]:
    """The forbidden words in a text, and its sentences that begin with a headless "who" or "what"."""
    if len(text.split()) < 2:  # a key or a value, not a text
        return []
    text = CODE.sub("...", text)
    blocks = (" ".join(block.split()) for block in BLOCK.split(text))
    sentences = (one.lstrip("\"'*_([>") for block in blocks for one in SENTENCE.split(block))
    headless = [one for one in sentences if HEADLESS.match(one) and not one.rstrip("\"'*_)]").endswith("?")]
    return FORBIDDEN.findall(text) + headless


def prose(page: str) -> str:
    """A Markdown page without its headings and its blocks of code."""
    return NO_PROSE.sub("", page)


def values(data: object) -> Iterator[str]:
    """Every string value of a YAML document."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list):
        for one in data.values() if isinstance(data, dict) else data:
            yield from values(one)


def literals(module: str) -> Iterator[str]:
    """Every string literal of a module; those of an f-string are one text, with an ellipsis for each value."""
    nodes = list(ast.walk(ast.parse(module)))
    joined = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    parts = {id(part) for one in joined for part in one.values}
    for one in joined:
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "..." for part in one.values)
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.value


def in_file(path: Path) -> list[str]:
    """The faults of all texts in a file."""
    text = path.read_text(encoding="utf-8")
    match path.suffix:
        case ".md":
            texts = iter([prose(text)])
        case ".yaml":
            texts = values(yaml.safe_load(text))
        case _:
            texts = literals(text)
    return [fault for one in texts for fault in faults(one)]


@pytest.mark.parametrize("path", [*PAGES, *STATED, *MODULES], ids=lambda path: str(path.relative_to(places.ROOT)))
def test_sentences_name_their_actor_in_words_of_the_field(path: Path) -> None:
    assert in_file(path) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Who polls is late.", ["Who polls is late."]),
        ("It waits. What it missed is lost. The end.", ["What it missed is lost."]),
        ("- What comes in one read\n- all of it", ["What comes in one read"]),
        ("| echo-fork | who waits for each |", ["who waits for each"]),
        ("First this.\n\n*What follows* is lost.", ["What follows* is lost."]),
        ("One socket sheds, and whoever comes is a Dear one", ["sheds", "whoever", "Dear"]),
        ("Who is back first?", []),
        ('"What is lost?" It shows the order.', ['What is lost?" It shows the order.']),
        ("A client who waits, and what it costs.", []),
        ("The lists, e.g. what select takes.", []),
        ("Whose lock is it? Whatever comes, firewalls and shedding stay.", []),
        ("burnt", []),
        ("", []),
    ],
)
def test_a_fault_is_found_where_one_is(text: str, found: list[str]) -> None:
    assert faults(text) == found


def test_code_and_headings_of_a_page_are_no_prose() -> None:
    page = "# What you need\n\n    $ ./inv walls\n\n```\nwho knows\n```\n\n`burnt` and `what` stay. Who waits, waits.\n"
    assert faults(prose(page)) == ["Who waits, waits."]


def test_string_values_of_yaml_and_literals_of_a_module_are_texts_and_keys_are_none() -> None:
    assert list(values({"who waits": ["a text", {"one": 1, "two": "another one"}]})) == ["a text", "another one"]
    module = '"""Its docstring."""\nWHY = f"what {1 + 1} costs", "a " "whole"\n'
    assert sorted(literals(module)) == ["Its docstring.", "a whole", "what ... costs"]
