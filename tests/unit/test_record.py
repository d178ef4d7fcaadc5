"""The record of a run: what --json prints, what run.json holds, and the schema that promises both."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scenarios.errors import EXIT_ERROR, EXIT_FAIL, EXIT_PASS, EvidenceError
from scenarios.report import schema
from scenarios.results import record as records
from scenarios.results import run_directories
from scenarios.results.kept import adapter
from scenarios.results.record import Record
from tests.unit import builders

RECORDS = [
    builders.record(builders.foreseen(), builders.ended()),
    builders.record(builders.foreseen(client=None), None, verdict="error", problem="the engine is gone", checks=()),
    builders.record(None, None, verdict="skip", run=None),
    builders.record(builders.FORESEEN, builders.FETCHED),
]


def as_user_sees_it(record: Record) -> Any:
    """The object that --json prints."""
    return json.loads(records.to_json(record))


def promised() -> Any:
    """The schema in the checkout."""
    return json.loads(schema.FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("record", RECORDS)
def test_a_record_is_what_its_schema_says_and_comes_back_from_its_directory(record: Record, tmp_path: Path) -> None:
    jsonschema.validate(as_user_sees_it(record), promised(), cls=jsonschema.Draft202012Validator)
    records.save(record, tmp_path)
    assert records.load(tmp_path) == record


@pytest.mark.parametrize("record", [*RECORDS, replace(RECORDS[0], measured={"rate": math.inf, "each": {1: math.nan}})])
def test_a_record_is_written_as_the_model_that_reads_it_would_write_it(record: Record) -> None:
    assert records.to_json(record) == adapter(Record).dump_json(record, indent=1).decode()


def test_the_schema_in_the_checkout_is_current() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.generate(), "python -m scenarios.report.schema"


def test_the_schema_is_one_and_says_what_each_field_is() -> None:
    jsonschema.Draft202012Validator.check_schema(promised())
    assert all(field["description"] for field in promised()["properties"].values())


@pytest.mark.parametrize(
    ("field", "value"),
    [("verdict", "maybe"), ("measured", 5), ("seconds", {"total": "long"}), ("extra", 1), ("checks", [{"name": "x"}])],
)
def test_the_schema_refuses_what_no_record_is(field: str, value: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_user_sees_it(RECORDS[0]) | {field: value}, promised())


@pytest.mark.parametrize(
    "field",
    ["scenario", "engine", "run", "parameters", "predicted", "measured", "verdict", "checks", "seconds"],
)
def test_a_record_has_every_promised_field(field: str) -> None:
    for record in RECORDS:
        assert field in as_user_sees_it(record)
    less = {key: value for key, value in as_user_sees_it(RECORDS[0]).items() if key != field}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(less, promised())


def test_what_was_predicted_and_measured_has_the_keys_of_its_family_alone() -> None:
    transfers, fetches = as_user_sees_it(RECORDS[0]), as_user_sees_it(RECORDS[3])
    assert set(transfers["predicted"]) == set(transfers["measured"]) == {"served", "error"}
    assert set(fetches["predicted"]) == set(fetches["measured"]) == {"seconds", "bytes", "error"}
    assert set(transfers["measured"]["error"]) == {"service", "type", "message", "at_client"}
    assert fetches["predicted"]["seconds"] == {"serial": [1.0, 2.0]}
    assert fetches["measured"]["seconds"] == {"serial": 1.8}


@pytest.mark.parametrize(
    ("verdict", "status"), [("pass", EXIT_PASS), ("fail", EXIT_FAIL), ("error", EXIT_ERROR), ("skip", EXIT_PASS)]
)
def test_a_verdict_is_an_exit_status(verdict: str, status: int) -> None:
    assert builders.record(verdict=verdict).exit_status == status


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"scenario": 3}'])
def test_a_damaged_record_is_one_clear_error(tmp_path: Path, damage: str) -> None:
    (tmp_path / run_directories.RECORD).write_text(damage, encoding="utf-8")
    with pytest.raises(EvidenceError, match="damaged"):
        records.load(tmp_path)


def test_a_run_without_a_record_says_so(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="has no record"):
        records.load(tmp_path)


def test_a_record_that_cannot_be_saved_is_the_labs_own_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="cannot be saved"):
        records.save(RECORDS[0], tmp_path / "gone")
