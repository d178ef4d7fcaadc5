"""YAML read safely, with the line of every value kept for error messages."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from scenarios.errors import SpecError

# libyaml's loader where PyYAML was built with it, ten times as fast as the one in Python; both are safe loaders.
Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlSource:
    """One YAML file: `data` is its content as plain dicts, lists and scalars, `line` finds where a value stands."""

    def __init__(self, path: Path, shown: str) -> None:
        """Reads `path`; errors name it as `shown`. Raises SpecError when it cannot be read as YAML."""
        self.shown = shown
        text = ""
        try:
            text = path.read_text(encoding="utf-8")
            loader = Loader(text)
            self._root: yaml.Node | None = loader.get_single_node()
            self._forbid_duplicates(self._root)
            self.data: Any = loader.construct_document(self._root) if self._root else None
        except yaml.MarkedYAMLError as error:
            raise SpecError(shown, *_where_and_what(error, text)) from error
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
        """A SpecError at the line of `path`."""
        return SpecError(self.shown, self.line(path), problem)

    def _forbid_duplicates(self, node: yaml.Node | None) -> None:
        """YAML forbids one key twice in a mapping; PyYAML keeps the last and says nothing."""
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if str(key.value) in seen:
                    raise SpecError(self.shown, key.start_mark.line + 1, f"key {key.value!r} stands here twice")
                seen.add(str(key.value))
                self._forbid_duplicates(value)
        elif isinstance(node, yaml.SequenceNode):
            for value in node.value:
                self._forbid_duplicates(value)


def _where_and_what(error: yaml.MarkedYAMLError, text: str) -> tuple[int | None, str]:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or error.context or "it cannot be parsed"
    lines = text.splitlines()
    wrong = lines[mark.line] if mark and mark.line < len(lines) else ""
    tab = " (YAML indents with spaces, not tabs)" if "\t" in wrong[: len(wrong) - len(wrong.lstrip())] else ""
    return (mark.line + 1 if mark else None), f"not YAML: {problem}{tab}"
