"""YAML read safely, with the line of every value kept for error messages."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from scenarios.errors import SpecError

# libyaml's loader where PyYAML was built with it, ten times as fast as the one in Python; both are safe loaders.
Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Far more than a scenario needs, and far less than Python's own limit of recursion.
DEEPEST = 20
MERGE, TEXT = "tag:yaml.org,2002:merge", "tag:yaml.org,2002:str"


class YamlSource:
    """One YAML file: `data` is its content as plain dicts, lists and scalars, `text` is all of it."""

    def __init__(self, path: Path, shown: str) -> None:
        """Errors name the file as `shown`. Raises SpecError if it cannot be read as YAML."""
        self.path, self.shown, self.text = path, shown, ""
        try:
            text = self.text = path.read_text(encoding="utf-8")
            self._forbid_depth_and_aliases(text)
            loader = Loader(text)
            self._root: yaml.Node | None = loader.get_single_node()
            self._examine(loader, self._root)
            self.data: Any = loader.construct_document(self._root) if self._root else None
        except yaml.MarkedYAMLError as error:
            raise SpecError(shown, *_where_and_what(error, self.text)) from error
        except yaml.YAMLError as error:
            raise SpecError(shown, None, f"not YAML: {' '.join(str(error).split())}") from error
        except UnicodeDecodeError as error:
            raise SpecError(shown, None, f"not UTF-8 text: {error.reason} at byte {error.start}") from error
        except OSError as error:
            raise SpecError(shown, None, f"cannot be read: {error.strerror}") from error

    def line(self, path: Sequence[str | int]) -> int | None:
        """The line, from 1, of the value at `path`, or of the deepest part of the path that exists."""
        node, line = self._root, None
        for key in path:
            if isinstance(node, yaml.MappingNode):
                found = next(((k, v) for k, v in node.value if k.value == str(key)), None)
                if found is None:
                    break
                line, node = found[0].start_mark.line + 1, found[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
                node = node.value[key]
                line = node.start_mark.line + 1
        return line or (1 if self._root else None)

    def error(self, path: Sequence[str | int], problem: str) -> SpecError:
        return SpecError(self.shown, self.line(path), problem)

    def _forbid_depth_and_aliases(self, text: str) -> None:
        """Nesting overflows the stack of libyaml's composer; ten lines of aliases can stand for endless values."""
        depth = 0
        for event in yaml.parse(text, Loader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark else None
                raise SpecError(self.shown, line, f"*{event.anchor} stands here: write the value out, not an alias")
            if depth > DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark else None
                raise SpecError(self.shown, line, f"this is nested more than {DEEPEST} deep")

    def _examine(self, loader: Any, node: yaml.Node | None) -> None:
        """Finds what PyYAML accepts, or reports without a line: a key that stands twice, or a value that is none."""
        if isinstance(node, yaml.MappingNode):
            self._forbid_duplicates(node)
            for key, value in node.value:
                if key.tag != MERGE:
                    self._examine(loader, key)
                self._examine(loader, value)
        elif isinstance(node, yaml.SequenceNode):
            for value in node.value:
                self._examine(loader, value)
        elif node is not None and node.tag != TEXT:  # most values are texts, and any text is one
            self._forbid_nonsense(loader, node)

    def _forbid_duplicates(self, node: yaml.MappingNode) -> None:
        """PyYAML keeps the last of two equal keys, which YAML forbids."""
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise SpecError(self.shown, key.start_mark.line + 1, f"key {key.value!r} stands here twice")
            seen.add(str(key.value))

    def _forbid_nonsense(self, loader: Any, node: yaml.Node) -> None:
        """Such as a date in month 13, or a number of thousands of digits."""
        try:
            repr(loader.construct_object(node))
        except (ValueError, LookupError, AttributeError) as error:
            problem = f"{node.value[:40]!r} is not a value: {error}"
            raise SpecError(self.shown, node.start_mark.line + 1, problem) from error


def _where_and_what(error: yaml.MarkedYAMLError, text: str) -> tuple[int | None, str]:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or error.context or "it cannot be parsed"
    lines = text.splitlines()
    wrong = lines[mark.line] if mark and mark.line < len(lines) else ""
    tab = " (YAML indents with spaces, not tabs)" if "\t" in wrong[: len(wrong) - len(wrong.lstrip())] else ""
    return (mark.line + 1 if mark else None), f"not YAML: {problem}{tab}"
