"""Catalog files: what is right becomes a Scenario, anything else one message with its file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios import places
from scenarios.definition import catalog
from scenarios.definition.scenario import Address
from scenarios.errors import SpecError, UsageError

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
        catalog.load(path)
    return raised.value


def test_every_file_of_the_catalog_is_right_and_says_what_it_teaches() -> None:
    assert catalog.names()
    assert all(catalog.load(name).teaches for name in catalog.names())


@pytest.mark.parametrize("name", ["servers." + "x" * 400, "x" * 400, "a." * 300 + "b"])
def test_a_program_whose_name_no_file_can_have_is_told_with_its_line(written: Callable[[str], str], name: str) -> None:
    wrong = problem(written(GOOD.replace("servers.transfer", name)))
    assert (wrong.line, "'services.server.program'" in str(wrong)) == (9, True)
    assert len(str(wrong).splitlines()) == 1


def test_placeholders_take_the_parameters_values(written: Callable[[str], str]) -> None:
    server = catalog.load(written(GOOD), {"clients": "100", "size": "1MiB"}).services["server"]
    assert server.args == ("--size", "1MiB")
    assert server.nofile == 164


IMAGE = "    image: linux\n"
LIMITS = "    ulimits: "
WRONG = [
    (IMAGE, "    image: lunix\n", 8, "no image 'lunix'"),
    ("servers.transfer", "servers.nothing", 9, "no program 'servers.nothing'"),
    ("servers.transfer", "servers.transfer\n    through: demos.nothing", 10, "no program 'demos.nothing'"),
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
    ("family: transfers", "family: fetch", 2, "needs the parameters 'urls', 'latency', 'pool'"),
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
    ('"{clients + 64}"', "15", 11, "ulimits.nofile is 15: Python does not start"),
    ('"{clients + 64}"', '"64:32"', 11, "ulimits.nofile is 64:32: the soft limit is above the hard one"),
    ('"{clients + 64}"', '"64:many"', 11, "ulimits.nofile is 'many'"),
    (LIMITS, "    sysctls: {kernel.msgmax: 1}\n" + LIMITS, 11, "allowed are net.core.somaxconn"),
    (
        "    ulimits: ",
        "    sysctls: {net.core.somaxconn: many}\n    ulimits: ",
        11,
        "somaxconn is 'many': it must be a whole",
    ),
    (
        "    ulimits: ",
        "    sysctls: {net.core.somaxconn: -1}\n    ulimits: ",
        11,
        "somaxconn is '-1': it must be a whole",
    ),
    (LIMITS, "    sysctls: {net.ipv4.ip_local_port_range: 9 8}\n" + LIMITS, 11, "lowest and the highest"),
    (LIMITS, "    sysctls: {net.ipv4.ip_local_port_range: 9}\n" + LIMITS, 11, "lowest and the highest"),
    (
        "    ulimits: ",
        '    sysctls: {net.ipv4.tcp_rmem: "1\\n2"}\n    ulimits: ',
        11,
        "tcp_rmem is '1\\n2': it must be",
    ),
    (LIMITS, '    sysctls: {net.ipv4.tcp_rmem: ""}\n' + LIMITS, 11, "tcp_rmem is '': it must be"),
    ('"{clients + 64}"', '"٥"', 11, "ulimits.nofile is '٥'"),
    ('"{clients + 64}"', "9999999999999", 11, "not a whole number"),
    ("  server:\n", "  Server:\n", 7, "Server"),
    ("family: ", "sweep: {clients: 5..1}\nfamily: ", 13, "clients is '5..1': a range rises"),
    ("family: ", "sweep:\n  size: many\nfamily: ", 14, "size is 'many'"),
    ("family: ", "sweep: {nobody: 1..5}\nfamily: ", 13, "no parameter 'nobody'"),
    ("family: ", "sweep: {clients: [1, 5]}\nfamily: ", 13, "sweep.clients"),
    ("services:", "services: {}\nother:", 7, "unknown key 'other'"),
    ("family: ", "reports: [somebody]\nfamily: ", 13, "it must be a public report"),
    ("family: ", "reports: ['../..#1']\nfamily: ", 13, "it must be a public report"),
    ("family: ", "reports: [a/..#1]\nfamily: ", 13, "it must be a public report"),
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
    service = "{{image: linux, program: clients.transfer, depends_on: {{{}: ready}}}}"
    services = "\n".join(f"  {name}: {service.format(other)}" for name, other in (("a", "b"), ("b", "c"), ("c", "a")))
    error = problem(written(f"summary: x\nservices:\n{services}\nfamily: transfers\n"))
    assert "a -> b -> c -> a" in str(error)


@pytest.mark.parametrize("name", ["latest", ".hidden", "with space", "a" * 62, "ünïcode"])
def test_a_files_name_must_be_fit_for_directories_and_machines(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert "the file's name" in str(problem(str(path)))


def test_a_file_may_stand_anywhere_and_gives_the_scenario_its_name(written: Callable[[str], str]) -> None:
    assert catalog.load(written(GOOD)).name == "one"


def test_a_scenario_needs_no_server(written: Callable[[str], str]) -> None:
    assert (
        catalog.load(written(GOOD.replace("depends_on: {server: ready}", "depends_on: {}"))).awaited("ready") == set()
    )


def test_an_argument_that_is_a_services_name_is_no_address(written: Callable[[str], str]) -> None:
    client = "client: {image: linux, program: clients.transfer"
    text = GOOD.replace(client, client + ", args: [server, '{server.host}', '{ server.port }']")
    service = catalog.load(written(text)).services["client"]
    addresses = {"server": Address("10.0.0.1", 7), "client": Address("10.0.0.2")}
    assert service.arguments(addresses) == ("server", "10.0.0.1", "7")


def test_a_service_knows_which_parameters_size_its_limit(written: Callable[[str], str]) -> None:
    services = catalog.load(written(GOOD)).services
    assert (services["server"].limited_by, services["client"].limited_by) == (("clients",), ())


def test_a_scenario_knows_what_of_it_the_user_set(written: Callable[[str], str]) -> None:
    assert catalog.load(written(GOOD), {"clients": "7"}).given == ("clients",)
    assert catalog.load(written(GOOD)).given == ()


def test_the_services_that_others_await_are_told_by_what_is_awaited() -> None:
    fetch = catalog.load("fetch")
    assert fetch.awaited("ready") == {"origin"}
    assert fetch.awaited("completed") == {"serial", "threads", "gevent", "asyncio"}


@given(st.text(max_size=200))
def test_any_text_is_a_scenario_or_a_spec_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any-spec.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(SpecError):
        catalog.load(str(path))


@given(st.data())
def test_a_good_file_with_one_line_changed_is_a_scenario_or_a_spec_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines = GOOD.splitlines()
    lines[data.draw(st.integers(0, len(lines) - 1))] = data.draw(st.text(st.characters(codec="utf-8"), max_size=40))
    path = tmp_path_factory.getbasetemp() / "changed.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        assert catalog.load(str(path)).services
    except SpecError as error:
        assert str(path) in str(error)


def test_an_unknown_scenario_suggests_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'epoll-500'"):
        catalog.load("epol-500")


def test_an_unknown_parameter_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no parameter 'nofile'; it has: clients"):
        catalog.load("windows-600", {"nofile": "128"})


def test_commands_to_try_can_be_typed_after_inv(written: Callable[[str], str]) -> None:
    tries = ["scenario epoll-500", "scenario ./mine.yaml --keep --nofile=64 --set idle=60,250 --repeat 3"]
    text = GOOD + "".join(["try:\n", *(f"  - {one}\n" for one in tries)])
    assert catalog.load(written(text)).next_commands == tuple(tries)


@pytest.mark.parametrize(
    "wrong",
    ["./inv scenario epoll-500", "epoll-500", "scenario", "sweep epoll-500", "scenario epoll-500 nofile=64",
     "scenario --all", "scenario  epoll-500"],
)  # fmt: skip
def test_any_other_form_of_a_command_to_try_is_one_message_with_its_line(
    written: Callable[[str], str], wrong: str
) -> None:
    error = problem(written(f"{GOOD}try:\n  - scenario epoll-500\n  - {wrong}\n"))
    assert error.line == len(GOOD.splitlines()) + 3
    assert "it must be `scenario NAME` with flags" in str(error)


@pytest.mark.parametrize("name", [one for one in catalog.names() if "model" in catalog.load(one).parameters])
def test_a_client_may_have_a_thread_for_each_connection_whatever_its_model_is(name: str) -> None:
    clients = catalog.load(name, {"clients": "300", "model": "threads"}).services["client"]
    assert clients.pids_limit > 300


@pytest.mark.parametrize("file", ["programs/server.py", "images/Dockerfile", "requirements/lock.txt"])
def test_a_verdict_depends_on_the_code_as_well_as_on_the_scenarios_file(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / file
    path.parent.mkdir()
    path.write_text("before")
    monkeypatch.setattr(places, "VERDICT_CODE", (tmp_path,))
    first, other = catalog.digest("epoll-500"), catalog.digest("poll-500")
    assert first != other
    path.write_text("after")
    catalog._code_digest.cache_clear()
    assert catalog.digest("epoll-500") != first
    path.write_text("before")
    (tmp_path / "catalog.yaml").write_text("another scenario")
    catalog._code_digest.cache_clear()
    assert catalog.digest("epoll-500") == first


def test_the_code_of_programs_families_checks_and_images_is_code_that_a_verdict_depends_on() -> None:
    for path in (places.PROGRAMS, places.FAMILIES, places.CHECKS, places.ROOT / "images" / "linux"):
        assert any(path == folder or folder in path.parents for folder in places.VERDICT_CODE), path
