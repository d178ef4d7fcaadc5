"""A program fits on two screens; what its lesson does not need stands in support modules."""

from pathlib import Path

import pytest

from labs import programs

ROOT = Path(programs.__file__).parent
MODULES = sorted(
    str(path.relative_to(ROOT)) for folder in ("servers", "clients", "demos") for path in (ROOT / folder).glob("*.py")
)


@pytest.mark.parametrize("module", MODULES)
def test_a_program_has_at_most_80_lines_and_a_support_module_120(module: str) -> None:
    text = (ROOT / module).read_text("utf-8")
    is_support = text.startswith('"""Support')
    assert not (is_support and "__main__" in text)
    assert len(text.splitlines()) <= (120 if is_support else 80)
