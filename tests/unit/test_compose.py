"""compose.yaml: the generator, and the file in the checkout."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from labs.programs.events import emit
from scenarios import places
from scenarios.commands import compose
from scenarios.definition import catalog
from scenarios.definition.scenario import Scenario
from scenarios.engines.docker.machines import ISOLATED, NO_ADDRESS
from scenarios.errors import SpecError


@cache
def document(folder: Path) -> Any:
    """The generated file with its merge keys resolved. It is read once for all tests."""
    assert folder == places.CATALOG
    return yaml.safe_load(compose.generate())


def services_of(scenario: Scenario) -> dict[str, Any]:
    """The services that one profile of the generated file starts."""
    services = document(places.CATALOG)["services"]
    return {name: service for name, service in services.items() if service["profiles"] == [scenario.name]}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of this test's own compose.yaml. The file does not exist yet."""
    path = tmp_path / "compose.yaml"
    monkeypatch.setattr(compose, "FILE", path)
    return path


def written(directory: Path, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str]) -> None:
    """Makes a catalog of one scenario: fetch with one text replaced."""
    text = places.catalog_files()["fetch"].read_text(encoding="utf-8").replace(*change)
    folder = directory / "catalog"
    folder.mkdir()
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(places, "CATALOG", folder)


def test_the_file_in_the_checkout_is_what_the_catalog_gives() -> None:
    assert not compose.is_stale(), "run ./inv compose"


def test_a_missing_or_edited_file_is_stale_until_it_is_written_anew(file: Path) -> None:
    assert compose.is_stale()
    compose.write()
    assert not compose.is_stale()
    file.write_text(file.read_text(encoding="utf-8").replace("soft: 1024", "soft: 1025"), encoding="utf-8")
    assert compose.is_stale()


def test_asking_whether_it_is_current_writes_nothing(file: Path) -> None:
    assert compose.update(check=True) == 1
    assert not file.exists()
    assert compose.update(check=False) == 0
    assert compose.update(check=True) == 0


def test_a_wrong_catalog_leaves_the_file_as_it_was(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("as it was\n", encoding="utf-8")
    written(tmp_path, monkeypatch, ("family: fetch", "family: nonsense"))
    with pytest.raises(SpecError, match="nonsense"):
        compose.write()
    assert file.read_text(encoding="utf-8") == "as it was\n"


def test_the_file_states_once_what_all_services_share() -> None:
    text = compose.generate()
    assert text.count("\n") <= 1500
    assert [text.count(shared) for shared in ("read_only", "cap_drop", "security_opt", "retries")] == [1, 1, 1, 1]
    assert set(re.findall(r"&\S+", text)) == {"&service", "&with-healthcheck"}


def test_no_service_has_two_merge_keys_since_compose_2_rejects_them() -> None:
    services = re.split(r"^  (?=\S)", compose.generate().partition("\nservices:\n")[2], flags=re.MULTILINE)
    merged = [
        len(re.findall(r"^    <<: \*", service, flags=re.MULTILINE)) for service in services if "profiles:" in service
    ]
    assert merged == [1] * len(document(places.CATALOG)["services"])


@pytest.mark.parametrize("name", catalog.names())
def test_each_scenario_is_a_profile_of_its_services_on_a_network_without_a_way_out(name: str) -> None:
    scenario = catalog.load(name)
    found = services_of(scenario)
    assert list(found) == [f"{name}-{service}" for service in scenario.services]
    assert [made["networks"] for made in found.values()] == [[compose.NETWORK]] * len(found)
    assert document(places.CATALOG)["networks"] == {
        compose.NETWORK: {"internal": True, "driver_opts": NO_ADDRESS | ISOLATED}
    }


@pytest.mark.parametrize("name", catalog.names())
def test_every_service_has_the_limits_and_the_confinement_of_the_docker_engine(name: str) -> None:
    scenario = catalog.load(name)
    for service, made in zip(scenario.services.values(), services_of(scenario).values(), strict=True):
        assert made["ulimits"]["nofile"] == {"soft": service.nofile, "hard": service.most_nofile}
        assert (made["mem_limit"], made["memswap_limit"]) == (service.mem_limit, service.mem_limit)
        assert made["pids_limit"] == service.pids_limit
        assert (made["read_only"], made["init"], made["cap_drop"]) == (True, True, ["ALL"])
        assert made["security_opt"] == ["no-new-privileges:true"]
        assert [mount.partition(":")[0] for mount in made["tmpfs"]] == ["/tmp"]
        assert not {"ports", "privileged", "user", "volumes"} & made.keys()


@pytest.mark.parametrize("name", catalog.names())
def test_a_service_waits_for_a_ready_one_by_its_health_and_for_an_ended_one_by_its_success(name: str) -> None:
    scenario, found = catalog.load(name), services_of(catalog.load(name))
    conditions = {"ready": "service_healthy", "completed": "service_completed_successfully"}
    for service in scenario.services.values():
        awaited = found[f"{name}-{service.name}"].get("depends_on", {})
        assert awaited == {
            f"{name}-{other}": {"condition": conditions[what]} for other, what in service.depends_on.items()
        }
    looked_at = {service for service, made in found.items() if "healthcheck" in made}
    assert looked_at == {f"{name}-{service}" for service in scenario.awaited("ready")}


def test_there_are_services_that_are_waited_for_by_their_health() -> None:
    assert any("healthcheck" in made for name in catalog.names() for made in services_of(catalog.load(name)).values())


def test_a_healthcheck_only_looks_for_a_file_since_a_connection_would_count_as_a_client() -> None:
    checks = {tuple(made["healthcheck"]["test"]) for made in services_of(catalog.load("epoll-500")).values()
              if "healthcheck" in made}  # fmt: skip
    assert checks == {("CMD", "test", "-e", compose.READY)}


def test_a_program_that_is_ready_leaves_the_file_that_its_healthcheck_looks_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IOLAB_READY", str(tmp_path / "ready"))
    emit("connected", clients=3)
    assert not (tmp_path / "ready").exists()
    emit("ready")
    assert (tmp_path / "ready").exists()


def test_a_dollar_sign_in_an_argument_reaches_the_program(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, monkeypatch, ("--urls,", "--urls, $5,"))
    assert services_of(catalog.load("mine"))["mine-serial"]["command"][8:10] == ["--urls", "$$5"]


def test_the_commands_in_the_header_name_profiles_and_services_that_there_are() -> None:
    services = document(places.CATALOG)["services"]
    commands = re.findall(r"--profile (\S+)(?: run --rm (\S+))?", compose.HEADER)
    assert commands
    for profile, service in commands:
        assert profile in catalog.names()
        assert not service or services[service]["profiles"] == [profile]


def test_the_service_that_the_header_runs_is_the_one_that_ends_last() -> None:
    [(profile, last)] = re.findall(r"--profile (\S+) run --rm (\S+)", compose.HEADER)
    found = services_of(catalog.load(profile))
    before = {other for made in found.values() for other in made.get("depends_on", {})}
    assert set(found) - before == {last}
