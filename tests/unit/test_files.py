"""Files that are there whole or not at all, on a disk that fills up in the middle."""

import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.errors import EvidenceError
from scenarios.results import evidence as evidences
from scenarios.system.files import write_whole
from tests.unit.builders import evidence, saved, service


@pytest.fixture
def full() -> Iterator[None]:
    """A real limit, at which the kernel stops a file that grows: some bytes are written, and then no more."""
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


@pytest.mark.usefixtures("full")
def test_a_file_that_does_not_fit_is_not_there_at_all(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="File too large"):
        write_whole(tmp_path / "record", "x" * 10_000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("full")
def test_a_file_that_does_not_fit_leaves_the_one_before(tmp_path: Path) -> None:
    write_whole(tmp_path / "record", "before")
    with pytest.raises(OSError, match="File too large"):
        write_whole(tmp_path / "record", "x" * 10_000)
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["before"]


@pytest.mark.usefixtures("full")
def test_evidence_that_does_not_fit_is_an_error_and_no_half_of_it_is_found(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="the evidence cannot be saved"):
        saved(evidence(service("server")), tmp_path)
    assert not (tmp_path / evidences.EVIDENCE_FILE).exists()
