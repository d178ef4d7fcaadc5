"""YAML with the line of every value: what PyYAML would let pass, fail on or crash on is one message with its line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.definition.yaml_source import YamlSource
from scenarios.errors import SpecError

TEXT = """\
# A comment moves everything down.
first: 1
second:
  inner: [a, b,
    c]
  list:
    - x
    - {y: 1,
       z: 2}
"""
# Pieces of YAML, put together at random, meet more of its rules than any text does.
PIECES = st.sampled_from([
    "a", "'", '"', "#", "%", "@", "~", "[", "]", "{", "}", ",", "|", "<<", "&a ", "*a", "---", "...", "2026-13-45",
    "0x", "0b_", "1e999", ".nan", "\\", "é", "\0", ": ", "- ", "? ", "!!int ", "!!timestamp ", "!x ", "  ", "\n", "\t",
])  # fmt: skip


@pytest.fixture
def source(tmp_path: Path) -> Callable[[str], YamlSource]:
    """Reads a text as the file one.yaml."""

    def read(text: str) -> YamlSource:
        path = tmp_path / "one.yaml"
        path.write_bytes(text.encode(errors="surrogatepass"))
        return YamlSource(path, "one.yaml")

    return read


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (["first"], 2),
        (["second"], 3),
        (["second", "inner"], 4),
        (["second", "inner", 1], 4),
        (["second", "inner", 2], 5),
        (["second", "list", 0], 7),
        (["second", "list", 1, "z"], 9),
        (["second", "list", 1, "missing"], 8),
        (["second", "missing", "deeper"], 3),
        (["second", "inner", 9], 4),
        (["missing"], 1),
        ([], 1),
    ],
)
def test_the_line_of_a_value_is_found_or_that_of_what_it_would_stand_in(
    source: Callable[[str], YamlSource], path: list[str | int], line: int
) -> None:
    assert source(TEXT).line(path) == line


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\n\tb: 2\n", 2, "spaces, not tabs"),
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands here twice"),
        ("a:\n  - b: 1\n    b: 2\n", 3, "'b' stands here twice"),
        ("? {x: 1, x: 2}\n: 3\n", 1, "'x' stands here twice"),
        ("a: [1,\n", 2, "not YAML"),
        ("a: 1\nb: 2026-13-45\n", 2, "'2026-13-45' is not a value"),
        ("a: 1\nb: [1,\n 0x" + "f" * 5000 + "]\n", 3, "is not a value"),
        ("a: !!int ''\n", 1, "is not a value"),
        ("a: !!timestamp soon\n", 1, "is not a value"),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "constructor"),
        ("a: 1\nb: &b [*b]\n", 2, "not an alias"),
        ("a: &a {x: 1}\nb: {<<: *a, y: 2}\n", 2, "not an alias"),
        ("a: 1\nb: " + "[" * 200_000, 2, "nested more than"),
        ("- " * 100_000, 1, "nested more than"),
        ("a: 1\nb: *nothing\n", 2, "not an alias"),
        ("a: 1\n---\nb: 2\n", 2, "another document"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    source: Callable[[str], YamlSource], text: str, line: int, problem: str
) -> None:
    with pytest.raises(SpecError) as raised:
        source(text)
    assert problem in str(raised.value)
    assert raised.value.line == line
    assert "\n" not in str(raised.value)


def test_ten_lines_that_stand_for_more_values_than_memory_holds_are_refused_at_once(
    source: Callable[[str], YamlSource],
) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    with pytest.raises(SpecError, match=r"one\.yaml:2: \*a0 stands here: write the value out"):
        source("\n".join(lines))


def test_an_anchor_that_nothing_refers_to_is_plain_yaml(source: Callable[[str], YamlSource]) -> None:
    assert source("a: &a {x: 1}\n").data == {"a": {"x": 1}}


def test_an_empty_file_has_no_lines(source: Callable[[str], YamlSource]) -> None:
    assert (source("").data, source("").line(["a"])) == (None, None)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_bytes(b"a: \xff\n")
    with pytest.raises(SpecError, match=r"shown\.yaml: not UTF-8 text: .* at byte 3"):
        YamlSource(path, "shown.yaml")


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"shown\.yaml: cannot be read: "):
        YamlSource(tmp_path / "gone.yaml", "shown.yaml")


@given(st.one_of(st.text(max_size=100), st.lists(PIECES, max_size=25).map("".join)))
def test_any_text_is_read_or_a_spec_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(text.encode(errors="surrogatepass"))
    try:
        read = YamlSource(path, "any.yaml")
    except SpecError as error:
        assert str(error).startswith("any.yaml:")
        assert error.line is None or 1 <= error.line <= len(text.splitlines()) + 1
    else:
        assert read.line([]) in (1, None)
