"""Pages are looked at by a real browser: without one their tests fail where it is required, and else are skipped."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import REQUIRE
from tests.pages import browser
from tests.pages.browser import Browser, Tab

MISSING = "there is no Chromium (Debian, Ubuntu: apt install chromium)"
# Where pictures are kept that somebody wants to look at; otherwise they go with the test.
KEPT = "IOLAB_PICTURES"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a module."""
    if browser.program() is None:
        if os.environ.get(REQUIRE):
            pytest.fail(f"{REQUIRE} is set, and {MISSING}")
        pytest.skip(MISSING)
    with browser.browsing() as found:
        yield found


@pytest.fixture
def tab(chromium: Browser) -> Tab:
    """A page of its own."""
    return chromium.tab()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A directory for screenshots."""
    folder = Path(os.environ.get(KEPT, tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
