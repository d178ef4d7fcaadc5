"""Evidence: events among free text, and a run directory from which everything comes back."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.definition import catalog
from scenarios.errors import EvidenceError, Unavailable
from scenarios.results import evidence as evidences
from scenarios.results.events import event_in, events_in, last_lines
from scenarios.results.evidence import Evidence, ServiceEvidence
from scenarios.results.kept import adapter
from scenarios.results.sample import Sample
from tests.unit.builders import evidence, saved, service
from tests.unit.scripted import event

WRITABLE = st.characters(codec="utf-8")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.just("event"), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.one_of(st.text(), JSON.map(json.dumps), st.text().map(lambda text: '{"event": ' + text)))
def test_any_text_is_events_and_free_text(text: str) -> None:
    for one in events_in(text):
        assert isinstance(one["event"], str)


@given(JSON)
def test_an_event_is_an_object_with_a_name_and_nothing_else_is(value: object) -> None:
    is_event = isinstance(value, dict) and isinstance(value.get("event"), str)
    found = event_in(json.dumps(value))
    assert (found is not None) == is_event
    assert found is None or json.dumps(found) == json.dumps(value)


@pytest.mark.parametrize("line", ['{"event": "x", "deep": ' + "[" * 100_000, '{"event": ' + "9" * 5000 + "}", "{"])
def test_a_line_that_no_parser_takes_is_free_text(line: str) -> None:
    assert event_in(line) is None


def test_events_keep_their_order_and_the_last_of_a_name_counts() -> None:
    said = service("client", event("a", k=1) + "free text\n" + event("b") + "  " + event("indented") + event("a", k=2))
    assert [one["event"] for one in said.events] == ["a", "b", "a"]
    assert said.last("a") == {"event": "a", "k": 2}
    assert said.last("c") is None


def test_what_was_never_said_fails_a_check_with_the_services_name() -> None:
    with pytest.raises(AssertionError, match="client never printed the event 'finished'"):
        service("client").said("finished")


@given(st.lists(st.text(st.characters(codec="ascii", categories=["L"])), max_size=20), st.integers(1, 12))
def test_the_last_lines_are_those_that_are_not_blank(lines: list[str], count: int) -> None:
    assert last_lines("\n".join(lines), count) == tuple([line for line in lines if line][-count:])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # each example writes the same files anew
@given(
    st.text(WRITABLE), st.text(WRITABLE), st.none() | st.integers(0, 255), st.none() | st.text(WRITABLE, max_size=20)
)
def test_evidence_comes_back_from_its_directory_as_it_went(
    tmp_path: Path, stdout: str, stderr: str, status: int | None, problem: str | None
) -> None:
    kept = evidence(service("server", stdout, stderr, exit_status=status), service("client"), problem=problem)
    saved(kept, tmp_path)
    assert evidences.load(tmp_path) == kept


@pytest.mark.parametrize("name", catalog.names())
def test_every_scenario_of_the_catalog_comes_back_with_its_evidence(name: str, tmp_path: Path) -> None:
    sample = Sample(
        moment="ready", descriptors=5, watched=None, nofile_soft=64, nofile_hard=64, resident=4096, cpu_seconds=0.01
    )
    scenario = catalog.load(name)
    left = {key: ServiceEvidence(
        name=key, image=one.image, platform=one.platform, command=("python",), started=True, samples=(sample,)
    ) for key, one in scenario.services.items()}  # fmt: skip
    kept = Evidence(scenario=scenario, engine="e", engine_version="1", run="r", services=left, seconds={"run": 0.25})
    saved(kept, tmp_path)
    assert evidences.load(tmp_path) == kept


def test_a_sample_is_found_by_its_moment() -> None:
    one = Sample(
        moment="ready", descriptors=5, watched=1, nofile_soft=64, nofile_hard=64, resident=4096, cpu_seconds=0.01
    )
    assert service("server", samples=(one,)).sample("ready") is one
    assert service("server", samples=(one,)).sample("ended") is None


def test_what_was_spent_between_two_looks_is_known_where_there_are_clocks_for_it() -> None:
    def look(moment: str, spent: float, *, exact: bool) -> Sample:
        return Sample(moment=moment, descriptors=5, watched=1, nofile_soft=64, nofile_hard=64, resident=4096,
                      cpu_seconds=0.0, all_cpu_seconds=spent, exact=exact)  # fmt: skip

    seen = service("server", samples=(look("a", 1.0, exact=True), look("b", 1.25, exact=True)))
    assert (seen.spent("a", "b"), seen.spent("a", "c")) == (0.25, None)
    seen = service("server", samples=(look("a", 1.0, exact=False), look("b", 1.25, exact=True)))
    with pytest.raises(Unavailable, match="no exact clock for the CPU time of server"):
        seen.spent("a", "b")


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", "3", '{"services": {}}', '{"services": []}', '{"services": {"a": {}}}', '{"services": 3}']
)
def test_damaged_evidence_is_one_clear_error(tmp_path: Path, damage: str) -> None:
    (tmp_path / evidences.EVIDENCE_FILE).write_text(damage, encoding="utf-8")
    with pytest.raises(EvidenceError, match="evidence"):
        evidences.load(tmp_path)


def test_a_log_that_is_gone_is_named(tmp_path: Path) -> None:
    saved(evidence(service("server")), tmp_path)
    (tmp_path / "logs" / "server.stdout").unlink()
    with pytest.raises(EvidenceError, match=r"server\.stdout: No such file"):
        evidences.load(tmp_path)


def test_evidence_that_cannot_be_saved_is_the_labs_own_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"cannot be saved: .*: No such file"):
        evidences.save(evidence(service("server")), tmp_path / "gone")


def test_evidence_is_written_as_the_model_that_reads_it_would_write_it(tmp_path: Path) -> None:
    kept = evidence(service("server"), service("client"))
    saved(kept, tmp_path)
    left_out = {"services": dict.fromkeys(kept.services, evidences.OF_STREAMS)}
    written = adapter(Evidence).dump_json(kept, indent=1, exclude=left_out).decode()
    assert (tmp_path / evidences.EVIDENCE_FILE).read_text(encoding="utf-8") == written + "\n"
