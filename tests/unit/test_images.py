"""Which images are built, when, from what, and what is removed; with a store that only keeps notes."""

import fcntl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import IO

import pytest

from images import build, debian, inputs, wheels
from images.store import ContextFile, StoredImage
from scenarios.commands import images
from scenarios.definition import catalog
from scenarios.engines import choose
from scenarios.errors import EXIT_ERROR, EXIT_PASS, ImageError, Unavailable, UsageError
from scenarios.pipeline.experiment import Experiment, Setup, run_experiment
from tests.unit.scripted import Quiet, ScriptedEngine


class Notes:
    """An image store that keeps what it was asked for."""

    def __init__(self, registry: bool = False, architecture: str = "amd64") -> None:
        """`registry` answers or not."""
        self.architecture = architecture
        self.in_use: set[str] = set()
        self.made_from_ours = {"leftover", "theirs"}
        self.parents: list[str] = []
        self.stored: list[StoredImage] = []
        self.asked: list[str] = []
        self.registry = registry

    def ours(self, *, hidden: bool = False) -> list[StoredImage]:
        """What was built so far."""
        return list(self.stored)

    def steps(self, image: str) -> list[str]:
        """What was built here ends with its labels; what anybody made from it has a step more."""
        inputs = next(one.inputs for one in self.stored if one.id == image)
        built = [f'LABEL "iolab.inputs"="{inputs}"', "FROM base"]
        return ["RUN theirs", *built] if image in self.made_from_ours else built

    def pull(self, name: str) -> str | None:
        """As the registry."""
        return "pulled" if self.registry else None

    def _keep(self, how: str, tags: Iterable[str], labels: Mapping[str, str]) -> str:
        name = labels["iolab.image"]
        self.asked.append(f"{how} {name}")
        self.stored.append(
            StoredImage(f"id-{len(self.asked)}", name, labels["iolab.inputs"], tuple(tags), 1, len(self.asked))
        )
        return self.stored[-1].id

    def build(
        self,
        files: Iterable[ContextFile],
        tags: Iterable[str],
        labels: Mapping[str, str],
        arguments: Mapping[str, str],
        on_line: Callable[[str], None],
    ) -> str:
        """Keeps an image."""
        on_line("Step 1/2 : FROM base")
        self.parents.append(arguments["BASE"])
        return self._keep("build", tags, labels)

    def import_tar(
        self, tar: IO[bytes], tags: Iterable[str], labels: Mapping[str, str], settings: Iterable[str]
    ) -> str:
        """Keeps an image."""
        assert tar.read() == b"root file system"
        return self._keep("import", tags, labels)

    def tag(self, image: str, tags: Iterable[str]) -> None:
        """Moves a name to this image."""
        self.asked.append(f"tag {image} {' '.join(tags)}")
        self.stored = [
            replace(one, tags=tuple({*one.tags, *tags} if one.id == image else {*one.tags} - {*tags}))
            for one in self.stored
        ]

    def remove(self, image: str) -> None:
        """Forgets the image."""
        if image in self.in_use:
            raise ImageError(f"removing the image {image}: the engine said: it is in use")
        self.asked.append(f"remove {image}")
        self.stored = [one for one in self.stored if one.id != image]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    @contextmanager
    def root_file_system(*_: object) -> Iterator[Path]:
        path = tmp_path / "base.tar"
        path.write_bytes(b"root file system")
        yield path

    monkeypatch.setattr(debian, "root_file_system", root_file_system)
    monkeypatch.setattr(wheels, "wheels", lambda *_: [])
    monkeypatch.setattr(debian, "CACHE", tmp_path)
    inputs.inputs_hash.cache_clear()


def test_only_what_is_asked_for_is_built_and_its_base_before_it() -> None:
    store = Notes()
    build.ensure(["linux"], store, Quiet())
    assert store.asked == ["import base", "build linux"]


def test_a_registry_that_answers_gives_the_base() -> None:
    store = Notes(registry=True)
    build.ensure(["base"], store, Quiet())
    assert store.asked == ["build base"]


def test_what_is_current_is_not_built_again() -> None:
    store = Notes()
    first = build.ensure(["linux", "windows"], store, Quiet())
    asked = len(store.asked)
    assert build.ensure(["linux", "windows"], store, Quiet()) == first
    assert len(store.asked) == asked


def test_what_another_process_built_while_this_one_waited_is_not_built_again() -> None:
    store = Notes()
    build.ensure(["linux"], store, Quiet())
    both, store.asked = store.ours(), []
    answers = iter([[], both])
    store.ours = lambda **_: next(answers)  # type: ignore[method-assign]
    assert build.ensure(["linux"], store, Quiet()) == {"linux": both[1].id}
    assert store.asked == []


def test_one_process_waits_while_another_builds() -> None:
    class Watchful(Notes):
        def _keep(self, how: str, tags: Iterable[str], labels: Mapping[str, str]) -> str:
            with (debian.CACHE / "build.lock").open("w") as lock, pytest.raises(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return super()._keep(how, tags, labels)

    store = Watchful()
    build.ensure(["base"], store, Quiet())
    assert store.asked == ["import base"]
    with (debian.CACHE / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_leftover_with_its_parents_labels_but_no_name_is_not_taken_for_the_parent() -> None:
    store = Notes()
    base = build.ensure(["base"], store, Quiet())["base"]
    leftover = replace(store.stored[0], id="leftover", tags=(), created=99)
    for stored in ([leftover, store.stored[0]], [store.stored[0], leftover]):
        store.stored = stored
        assert build.ensure(["base"], store, Quiet()) == {"base": base}
        assert [one.stored and one.stored.id for one in build.listing(store)] == [base, None, None]


def test_an_image_that_is_current_again_becomes_latest_again() -> None:
    store = Notes()
    image = build.ensure(["base"], store, Quiet())["base"]
    store.stored = [replace(one, tags=one.tags[:1]) for one in store.stored]
    store.asked.clear()
    build.ensure(["base"], store, Quiet())
    assert store.asked == [f"tag {image} iolab/base:latest"]


@pytest.mark.parametrize(
    "changed", ["Dockerfile", "machine/hold", "machine/labs/programs/protocol.py", "wheels/linux-image.txt"]
)
def test_a_change_of_any_input_makes_the_image_stale(changed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Notes()
    build.ensure(["linux"], store, Quiet())
    real = inputs.files

    def one_changed(name: str) -> list[ContextFile]:
        files = real(name)
        assert name == "base" or changed in [file.path for file in files]
        return [ContextFile(f.path, f.content + b"#" * (name == "linux" and f.path == changed), f.mode) for f in files]

    monkeypatch.setattr(inputs, "files", one_changed)
    inputs.inputs_hash.cache_clear()
    assert {one.name: one.state for one in build.listing(store)} == {
        "base": "current",
        "linux": "stale",
        "windows": "missing",
    }
    build.ensure(["linux"], store, Quiet())
    assert store.asked == ["import base", "build linux", "build linux"]


def test_a_change_of_the_base_makes_its_children_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    before = inputs.inputs_hash("linux", "amd64")
    real = inputs.files
    monkeypatch.setattr(
        inputs, "files", lambda name: [*real(name), ContextFile("more", b"x")] if name == "base" else real(name)
    )
    inputs.inputs_hash.cache_clear()
    assert inputs.inputs_hash("linux", "amd64") != before


def test_a_change_of_the_bases_recipe_makes_all_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    before = [inputs.inputs_hash(name, "amd64") for name in inputs.NAMES]
    monkeypatch.setattr(debian, "OPTIONS", (*debian.OPTIONS, "--more"))
    inputs.inputs_hash.cache_clear()
    assert not set(before) & {inputs.inputs_hash(name, "amd64") for name in inputs.NAMES}


def test_the_context_holds_the_programs_and_nothing_else_of_the_checkout() -> None:
    paths = {file.path for file in inputs.files("linux")}
    assert paths >= {
        "Dockerfile",
        "machine/hold",
        "machine/labs/programs/servers/transfer.py",
        "wheels/linux-image.txt",
    }
    assert all(
        path == "Dockerfile" or path.startswith(("machine/hold", "machine/labs/", "wheels/")) for path in paths
    ), paths
    assert not any("__pycache__" in path for path in paths)


def test_an_unknown_image_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="no image 'lunix'"):
        build.ensure(["lunix"], Notes(), Quiet())


def test_clean_removes_children_before_their_base() -> None:
    store = Notes()
    ids = build.ensure(["base", "linux"], store, Quiet())
    store.asked.clear()
    build.clean(store)
    assert store.asked == [f"remove {ids['linux']}", f"remove {ids['base']}"]


def test_clean_also_removes_what_builds_left_without_a_name() -> None:
    store = Notes()
    build.ensure(["base"], store, Quiet())
    store.stored.append(replace(store.stored[0], id="leftover", tags=()))
    build.clean(store)
    assert store.stored == []


def test_clean_goes_on_past_an_image_in_use_and_says_why_it_stayed() -> None:
    store = Notes()
    ids = build.ensure(["base", "linux", "windows"], store, Quiet())
    store.in_use = {ids["linux"], ids["base"]}
    told = {one.image.name: one.problem for one in build.clean(store)}
    assert told["windows"] is None
    assert "it is in use" in str(told["linux"])
    assert [one.id for one in store.stored] == [ids["base"], ids["linux"]]


def test_a_users_own_image_and_own_name_are_left_alone() -> None:
    store = Notes()
    image = build.ensure(["base"], store, Quiet())["base"]
    named = replace(store.stored[0], tags=(*store.stored[0].tags, "mine:1"))
    store.stored, store.asked = [named, replace(named, id="theirs", tags=("theirs:1",))], []
    assert [one.image.id for one in build.clean(store)] == [image]
    assert store.asked == [f"remove {tag}" for tag in named.tags[:2]]


def test_an_image_made_from_ours_is_not_taken_for_ours() -> None:
    store = Notes()
    build.ensure(["base"], store, Quiet())
    store.stored = [replace(store.stored[0], id="theirs", tags=("theirs:1",))]
    assert build.listing(store)[0].state == "stale"


def test_what_a_failed_build_left_is_removed_after_one_that_succeeds_unless_a_build_may_be_at_it() -> None:
    store = Notes()
    now = int(time.time())
    unfinished = StoredImage("old", "", "", (), 1, now - build.ABANDONED - 1)
    used, young = replace(unfinished, id="used"), replace(unfinished, id="young", created=now)
    store.stored, store.in_use = [unfinished, used, young], {"used"}
    build.ensure(["base"], store, Quiet())
    assert {one.id for one in store.stored if not one.name} == {"used", "young"}


@pytest.mark.parametrize("left", [("iolab/base:latest",), (), ("theirs:1",)])
def test_a_parent_that_lost_its_names_gets_them_back_before_its_child_is_built_from_it(left: tuple[str, ...]) -> None:
    for made_from_ours, asked in ((False, "tag id-1"), (True, "import base")):
        if made_from_ours and left == ("iolab/base:latest",):
            continue  # a name of ours is believed
        store = Notes()
        build.ensure(["base"], store, Quiet())
        store.stored = [replace(one, tags=left) for one in store.stored]
        store.made_from_ours = {"id-1"} if made_from_ours else set()
        store.asked.clear()
        build.ensure(["linux"], store, Quiet())
        assert store.asked[0].startswith(asked)
        assert store.asked[1:] == ["build linux"]
        assert store.parents == [build.tags("base", "amd64")[0]]


def test_an_image_that_the_engines_machine_cannot_have_is_unavailable_and_nothing_is_built() -> None:
    store = Notes(architecture="arm64")
    with pytest.raises(Unavailable, match="windows is only for amd64, and the engine's machine is arm64"):
        build.ensure(["linux", "windows"], store, Quiet())
    assert store.asked == []
    assert [one.state for one in build.listing(store)] == ["missing", "missing", "only for amd64"]


@pytest.mark.usefixtures("runs")
def test_a_scenario_whose_image_the_engines_machine_cannot_have_is_skipped_with_the_reason() -> None:
    engine = ScriptedEngine({})
    engine.images = Notes(architecture="arm64")  # type: ignore[assignment]
    result = run_experiment(Experiment(catalog.load("windows-500", {}), Setup(engine, Quiet())))
    assert (result.verdict, result.exit_status) == ("skip", EXIT_PASS)
    assert result.problem == "the image windows is only for amd64, and the engine's machine is arm64"


def test_a_machine_without_wheels_has_the_base_alone() -> None:
    build.ensure(["base"], Notes(architecture="riscv64"), Quiet())
    with pytest.raises(Unavailable, match="linux is only for amd64 and arm64"):
        build.ensure(["linux"], Notes(architecture="riscv64"), Quiet())


def test_an_image_for_other_machines_is_stale() -> None:
    store = Notes(architecture="arm64")
    build.ensure(["linux"], store, Quiet())
    store.architecture = "amd64"
    assert [one.state for one in build.listing(store)] == ["stale", "stale", "missing"]


def use(store: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine's store for the commands."""
    monkeypatch.setattr(choose, "connect", lambda *_: SimpleNamespace(images=store, name="docker"))


def test_all_images_are_those_that_the_engine_can_have(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(store := Notes(architecture="arm64"), monkeypatch)
    assert images.build_images([]) == EXIT_PASS
    assert store.asked == ["import base", "build linux"]
    images.list_images()
    assert "only for amd64" in capsys.readouterr().out


def test_the_command_says_what_stayed_and_exits_with_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(store := Notes(), monkeypatch)
    ids = build.ensure(["linux"], store, Quiet())
    store.in_use = {ids["linux"]}
    assert images.clean_images() == EXIT_ERROR
    told = capsys.readouterr()
    assert told.out.startswith("removed iolab/base:")
    assert "not removed: iolab/linux" in told.err and "it is in use" in told.err
    store.in_use.clear()
    assert images.clean_images() == images.clean_images() == EXIT_PASS
    assert "there are no images to remove" in capsys.readouterr().out


def test_an_engine_without_images_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choose, "connect", lambda *_: SimpleNamespace(images=None, name="other"))
    with pytest.raises(UsageError, match="other has no images"):
        images.list_images()


@pytest.mark.parametrize("name", inputs.NAMES)
def test_no_image_is_built_in_stages_since_theirs_would_stay(name: str) -> None:
    [dockerfile] = [file.content.decode() for file in inputs.files(name) if file.path == "Dockerfile"]
    assert dockerfile.count("\nFROM ") == 1
