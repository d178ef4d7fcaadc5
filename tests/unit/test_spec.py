"""Catalog files: what is right becomes a Scenario, anything else one message with its file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import spec
from scenarios.errors import SpecError, UsageError
from scenarios.scenario import Address

GOOD = """\
summary: One server.
parameters:
  clients: 5
  size: 64KiB
  selector: epoll
services:
  server:
    image: linux
    program: servers.transfer
    args: [--size, "{size}"]
    ulimits: {nofile: "{clients + 64}"}
  client: {image: linux, program: clients.transfer, depends_on: {server: ready}}
family: transfers
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], str]:
    """Writes a catalog file and returns its path."""

    def write(text: str) -> str:
        path = tmp_path / "one.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def problem(path: str) -> SpecError:
    """The error that loading the file raises."""
    with pytest.raises(SpecError) as raised:
        spec.load(path)
    return raised.value


def test_every_file_of_the_catalog_is_right_and_says_what_it_teaches() -> None:
    assert spec.names()
    assert all(spec.load(name).teaches for name in spec.names())


def test_placeholders_take_the_parameters_values(written: Callable[[str], str]) -> None:
    server = spec.load(written(GOOD), {"clients": "100", "size": "1MiB"}).services["server"]
    assert server.args == ("--size", "1MiB")
    assert server.nofile == 164


IMAGE = "    image: linux\n"
WRONG = [
    (IMAGE, "    image: lunix\n", 8, "no image 'lunix'"),
    ("servers.transfer", "servers.nothing", 9, "no program 'servers.nothing'"),
    ("servers.transfer", "../spec", 9, "services.server.program"),
    ("servers.transfer", "/", 9, "services.server.program"),
    ("servers.transfer", "servers/transfer", 9, "services.server.program"),
    ("servers.transfer", "servers", 9, "services.server.program"),
    ('"{size}"', '"{nobody.host}"', 10, "no service 'nobody'"),
    ('"{size}"', '"{sice}"', 10, "no parameter 'sice'"),
    ('"{size}"', '"{size + 1}"', 10, "not a whole number"),
    ("clients: 5", "clients: 0", 3, "clients is 0"),
    ("clients: 5", "clients: many", 3, "clients is 'many'"),
    ("clients: 5", "clients: [5]", 3, "clients"),
    ("clients: 5", "clients: yes", 3, "clients"),
    ("  selector: epoll\n", "", 2, "needs the parameters 'selector'"),
    ("family: transfers", "family: fetches", 2, "needs the parameters 'urls', 'latency', 'pool'"),
    ("  client: {", "  guest: {", 6, "needs the services 'client'"),
    (IMAGE, IMAGE + "    imaeg: x\n", 9, "unknown key 'services.server.imaeg'; did you mean 'image'?"),
    ("summary: One server.", "summary: One server.\nsumary: x", 2, "did you mean 'summary'?"),
    ("summary: One server.", "summary: [One]", 1, "'summary'"),
    ("summary: One server.", "timeout: .inf\nsummary: x", 1, "timeout"),
    ("summary: One server.", "timeout: 0\nsummary: x", 1, "timeout"),
    ("family: transfers", "family: nothing", 13, "no family 'nothing'; there are: "),
    ("family: transfers", "family: __init__", 13, "no family"),
    ("family: transfers\n", "", 1, "'family' is missing"),
    (IMAGE, "    depends_on: {other: ready}\n" + IMAGE, 8, "no service 'other'"),
    (IMAGE, "    depends_on: {server: ready}\n" + IMAGE, 8, "circle: server -> server"),
    (IMAGE, "    depends_on: {server: soon}\n" + IMAGE, 8, "depends_on"),
    (IMAGE, "    depends_on: server\n" + IMAGE, 8, "depends_on"),
    (IMAGE, "    mem_limit: much\n" + IMAGE, 8, "not a size"),
    (IMAGE, "    pids_limit: -1\n" + IMAGE, 8, "pids_limit is -1"),
    (IMAGE, "\timage: linux\n", 8, "tabs"),
    ("  clients: 5", "  clients: 5\n  clients: 6", 4, "twice"),
    ("nofile: ", "nofiles: ", 11, "nofiles"),
    ('"{clients + 64}"', "0", 11, "ulimits.nofile is 0"),
    ('"{clients + 64}"', '"٥"', 11, "ulimits.nofile is '٥'"),
    ('"{clients + 64}"', "9999999999999", 11, "not a whole number"),
    ("  server:\n", "  Server:\n", 7, "Server"),
    ("family: ", "sweep: {clients: 5..1}\nfamily: ", 13, "clients is '5..1': a range rises"),
    ("family: ", "sweep:\n  size: many\nfamily: ", 14, "size is 'many'"),
    ("family: ", "sweep: {nobody: 1..5}\nfamily: ", 13, "no parameter 'nobody'"),
    ("family: ", "sweep: {clients: [1, 5]}\nfamily: ", 13, "sweep.clients"),
    ("services:", "services: {}\nother:", 7, "unknown key 'other'"),
]


@pytest.mark.parametrize(("old", "new", "line", "text"), WRONG)
def test_a_wrong_file_is_one_message_with_file_and_line(
    written: Callable[[str], str], old: str, new: str, line: int, text: str
) -> None:
    path = written(GOOD.replace(old, new, 1))
    error = problem(path)
    assert text in str(error)
    assert str(error).startswith(f"{path}:{line}:")
    assert "\n" not in str(error)


def test_a_circle_through_several_services_is_shown_whole(written: Callable[[str], str]) -> None:
    service = "{{image: linux, program: demos.hangs, depends_on: {{{}: ready}}}}"
    services = "\n".join(f"  {name}: {service.format(other)}" for name, other in (("a", "b"), ("b", "c"), ("c", "a")))
    error = problem(written(f"summary: x\nservices:\n{services}\nfamily: transfers\n"))
    assert "a -> b -> c -> a" in str(error)


@pytest.mark.parametrize("name", ["latest", ".hidden", "with space", "a" * 62, "ünïcode"])
def test_a_files_name_must_be_fit_for_directories_and_machines(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert "the file's name" in str(problem(str(path)))


def test_a_file_may_stand_anywhere_and_gives_the_scenario_its_name(written: Callable[[str], str]) -> None:
    assert spec.load(written(GOOD)).name == "one"


def test_a_scenario_needs_no_server(written: Callable[[str], str]) -> None:
    assert spec.load(written(GOOD.replace("depends_on: {server: ready}", "depends_on: {}"))).awaited("ready") == set()


def test_an_argument_that_is_a_services_name_is_no_address(written: Callable[[str], str]) -> None:
    client = "client: {image: linux, program: clients.transfer"
    text = GOOD.replace(client, client + ", args: [server, '{server.host}', '{ server.port }']")
    service = spec.load(written(text)).services["client"]
    addresses = {"server": Address("10.0.0.1", 7), "client": Address("10.0.0.2")}
    assert service.arguments(addresses) == ("server", "10.0.0.1", "7")


def test_a_service_knows_which_parameters_size_its_limit(written: Callable[[str], str]) -> None:
    services = spec.load(written(GOOD)).services
    assert (services["server"].limited_by, services["client"].limited_by) == (("clients",), ())


def test_a_scenario_knows_what_of_it_the_user_set(written: Callable[[str], str]) -> None:
    assert spec.load(written(GOOD), {"clients": "7"}).given == ("clients",)
    assert spec.load(written(GOOD)).given == ()


def test_the_services_that_others_await_are_told_by_what_is_awaited() -> None:
    fetch = spec.load("fetch")
    assert fetch.awaited("ready") == {"origin"}
    assert fetch.awaited("completed") == {"serial", "threads", "gevent", "asyncio"}


@given(st.text(max_size=200))
def test_any_text_is_a_scenario_or_a_spec_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any-spec.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(SpecError):
        spec.load(str(path))


@given(st.data())
def test_a_good_file_with_one_line_changed_is_a_scenario_or_a_spec_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines = GOOD.splitlines()
    lines[data.draw(st.integers(0, len(lines) - 1))] = data.draw(st.text(st.characters(codec="utf-8"), max_size=40))
    path = tmp_path_factory.getbasetemp() / "changed.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        assert spec.load(str(path)).services
    except SpecError as error:
        assert str(path) in str(error)


def test_an_unknown_scenario_suggests_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'epoll-500'"):
        spec.load("epol-500")


def test_an_unknown_parameter_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no parameter 'nofile'; it has: clients"):
        spec.load("windows-600", {"nofile": "128"})
