"""Opens pages in the user's browser."""

import webbrowser
from pathlib import Path

from scenarios.errors import LabFailure


def show(page: Path) -> None:
    """Opens the page; raises LabFailure if this machine has no browser."""
    if not webbrowser.open(page.as_uri()):
        raise LabFailure(f"no browser was found on this machine; open the page yourself: {page}")
