"""The commands of iolab, as invoke tasks: parse, call, print."""

from invoke import Collection, Context

from scenarios.commands import program
from scenarios.commands.command import command

program.hand_over()

EXPERIMENTS, COURSE, MACHINE, PROJECT = "Experiments", "The course", "This machine", "The project itself"
NAME = "NAME  a scenario of `./inv scenarios`, or the path of a YAML file"
ENGINE = "NAME  docker, local, or auto (default): Docker if this machine has it, otherwise local"
YES = "agree, once for all, that the local engine runs your programs on this machine without isolation"
RUN = "RUN  a run's id, its directory, or a scenario for its latest run"
LATEST = f"{RUN}; default: the latest run of all"
JSON = "print JSON on stdout and nothing else"


@command(
    EXPERIMENTS,
    positional=["name"],
    iterable=["set_"],
    help={
        "name": NAME,
        "clients": "N  clients that connect at the same time",
        "nofile": "N  the server's limit of open descriptors, soft and hard",
        "set": "NAME=VALUE  any parameter, such as --set clients=100; repeat it for several",
        "engine": ENGINE,
        "keep": "leave the containers running for `./inv shell`; `./inv down` removes them",
        "json": "print one JSON object on stdout and nothing else",
        "repeat": "N  run it N times; --json prints the worst run",
        "dry-run": "predict only; start nothing",
        "timeout": "SECONDS  after this time a run counts as hung",
        "verbose": "show all values, checks and pictures, not only what differs and the lesson's picture",
        "all": "run the whole catalog: in parallel, but scenarios that measure costs one by one",
        "topic": "TOPIC  with --all, only coroutines, waiting, servers or events",
        "resume": "with --all, continue an interrupted run with what is left",
    },
)
def scenario(
    _: Context,
    name: str,
    clients: str | None = None,
    nofile: str | None = None,
    set_: list[str] | None = None,
    engine: str | None = None,
    keep: bool = False,
    json: bool = False,
    repeat: str | None = None,
    dry_run: bool = False,
    timeout: str | None = None,
    verbose: bool = False,
    all: bool = False,
    topic: str | None = None,
    resume: bool = False,
) -> int:
    """Run one scenario, or all of them: predict, measure and compare.

    Example: ./inv scenario select-1100 --nofile 4096
    Example: ./inv scenario --all --topic waiting
    """
    from scenarios.commands import scenario

    given = scenario.parameters(clients, nofile, set_ or [])
    options = scenario.Options(engine, keep, json, repeat, dry_run, timeout, verbose)
    if all or not name:
        from scenarios.commands import batch

        return batch.run_all(batch.Selection(topic, resume), given, options)
    return scenario.scenario(name, given, options)


@command(
    EXPERIMENTS,
    positional=["name"],
    iterable=["set_"],
    help={
        "name": NAME,
        "clients": "A..B  clients that connect at the same time, such as 100..5000",
        "nofile": "A..B  the server's limit of open descriptors",
        "set": "NAME=VALUES  a parameter's range A..B, its values a,b,c or one value; repeat it for several",
        "points": "N  values in a range, its ends included; default: 6",
        "measure": "NAME  what is drawn, such as cpu-seconds; default: the cost that the scenario measures",
        "engine": ENGINE,
        "json": "print one JSON object on stdout and nothing else",
        "timeout": "SECONDS  after this time a run counts as hung",
        "resume": "continue the same sweep where it was interrupted",
    },
)
def sweep(
    _: Context,
    name: str,
    clients: str | None = None,
    nofile: str | None = None,
    set_: list[str] | None = None,
    points: str | None = None,
    measure: str | None = None,
    engine: str | None = None,
    json: bool = False,
    timeout: str | None = None,
    resume: bool = False,
) -> int:
    """Run a scenario for many values: how costs grow, where it breaks.

    Example: ./inv sweep readiness-cost
    Example: ./inv sweep epoll-500 --clients 100..5000 --nofile 6000 --set selector=poll,epoll
    """
    from scenarios.commands import scenario, sweep

    given = scenario.parameters(clients, nofile, set_ or [])
    request = sweep.SweepRequest(name, given, points, measure, resume)
    return sweep.sweep(request, scenario.Options(engine, as_json=json, timeout=timeout))


@command(EXPERIMENTS, help={"name": "NAME  the scenario to describe, or the path of a YAML file", "json": JSON})
def scenarios(_: Context, name: str = "", json: bool = False) -> int:
    """List the scenarios by topic, or describe one of them.

    Example: ./inv scenarios
    Example: ./inv scenarios select-1100
    """
    from scenarios.commands import catalog

    return catalog.show_one(name, json) if name else catalog.show_catalog(json)


@command(EXPERIMENTS, name="list", default=True, help={"all": "all runs, not only the newest 20", "json": JSON})
def list_runs(_: Context, all: bool = False, json: bool = False) -> int:
    """List the recorded runs and their verdicts, the newest first.

    Example: ./inv runs --all
    """
    from scenarios.commands import runs

    return runs.show_runs(all, json)


@command(EXPERIMENTS, name="clean", help={"keep": "N  keep the newest N; default: 20"})
def clean_runs(_: Context, keep: str = "20") -> int:
    """Remove the records of old runs.

    Example: ./inv runs.clean --keep 5
    """
    from scenarios.commands import runs

    return runs.clean(keep)


@command(
    EXPERIMENTS,
    help={
        "run": LATEST,
        "service": "NAME  only this service",
    },
)
def logs(_: Context, run: str | None = None, service: str | None = None) -> int:
    """Print the output of a run's services.

    Example: ./inv logs epoll-500 server
    """
    from scenarios.commands import runs

    return runs.show_logs(run, service)


@command(
    EXPERIMENTS,
    positional=["first", "second"],
    help={"first": RUN, "second": RUN, "json": JSON, "open": "open their page in the browser"},
)
def compare(_: Context, first: str, second: str, json: bool = False, open: bool = False) -> int:
    """Compare two runs: parameters, results, checks and resources.

    Example: ./inv compare epoll-500 poll-500
    """
    from scenarios.commands import compare

    return compare.compare(first, second, json, open)


@command(
    EXPERIMENTS,
    help={
        "run": LATEST,
        "open": "open it in the browser",
    },
)
def report(_: Context, run: str | None = None, open: bool = False) -> int:
    """Draw a run's page, report.html, again, and print its path.

    Example: ./inv report windows-600 --open
    """
    from scenarios.commands import report

    return report.draw(run, open)


@command(EXPERIMENTS, help={"open": "open it in the browser"})
def board(_: Context, open: bool = False) -> int:
    """Draw one page of all runs, with verdicts, trends and links.

    Example: ./inv board --open
    """
    from scenarios.commands import report

    return report.draw_board(open)


@command(
    EXPERIMENTS,
    positional=["service"],
    help={"service": "NAME  the service", "run": "ID  the kept run's id; default: the latest", "engine": ENGINE},
)
def shell(_: Context, service: str, run: str | None = None, engine: str | None = None) -> int:
    """Open a shell in a service of a run that was made with --keep.

    Example: ./inv shell server
    """
    from scenarios.commands import runs

    return runs.open_shell(service, run, engine)


@command(
    EXPERIMENTS,
    help={"engine": ENGINE, "run": "ID  only this run, even if the process that began it is still alive"},
)
def down(_: Context, engine: str | None = None, run: str | None = None) -> int:
    """Remove this project's containers and networks, also kept ones.

    Example: ./inv down
    """
    from scenarios.commands import runs

    return runs.take_down(engine, run)


@command(EXPERIMENTS, help={"port": "N  the port on 127.0.0.1; default: 8100"})
def serve(_: Context, port: str | None = None) -> int:
    """Serve runs, a live view and the course as pages on 127.0.0.1.

    Example: ./inv serve
    """
    from labs import pages
    from scenarios.commands import serve

    return serve.serve(port, pages.routes())


EXERCISE = "NAME  an exercise or its number; default: the last one that you started or checked"


@command(COURSE, name="map", default=True)
def lab_map(_: Context) -> int:
    """List the exercises, those that are done, and the next command.

    Example: ./inv lab
    """
    from labs.commands import overview

    return overview.show_map()


@command(
    COURSE,
    name="start",
    help={
        "name": "NAME  an exercise or its number; default: the first that is not done",
        "engine": ENGINE,
        "yes": YES,
        "without-demo": "do not run the earlier program to show why it breaks",
    },
)
def start_exercise(
    _: Context,
    name: str = "",
    engine: str | None = None,
    yes: bool = False,
    without_demo: bool = False,
    without_ceiling: bool = False,
) -> int:
    """Start an exercise: why the last program breaks, and your files.

    Example: ./inv lab.start 010
    """
    from labs.commands import start

    return start.start(name, engine, yes, without_demo or without_ceiling)


@command(
    COURSE,
    name="check",
    iterable=["predict"],
    help={
        "name": EXERCISE,
        "engine": ENGINE,
        "yes": YES,
        "predict": "NAME=VALUE  your prediction, if the exercise asks for one, such as --predict served=1020",
        "json": JSON,
    },
)
def check_exercise(
    _: Context,
    name: str = "",
    engine: str | None = None,
    yes: bool = False,
    predict: list[str] | None = None,
    json: bool = False,
) -> int:
    """Run your program in its scenario; show what is not right yet.

    Example: ./inv lab.check 090 --predict served=1020
    """
    from labs.commands import check

    return check.check(name, check.CheckOptions(engine, yes, tuple(predict or ()), json))


@command(COURSE, name="watch", help={"name": EXERCISE, "engine": ENGINE, "yes": YES})
def watch_exercise(_: Context, name: str = "", engine: str | None = None, yes: bool = False) -> int:
    """Check on every save, until you press q.

    Example: ./inv lab.watch
    """
    from labs.commands import watch

    return watch.watch(name, engine, yes)


@command(COURSE, name="hint", help={"name": EXERCISE})
def hint_exercise(_: Context, name: str = "") -> int:
    """Show the next hint, chosen by the result of your last check.

    Example: ./inv lab.hint
    """
    from labs.commands import hint

    return hint.hint(name)


@command(COURSE, name="solution", help={"name": EXERCISE, "show": "also before your program has passed; recorded"})
def solve_exercise(_: Context, name: str = "", show: bool = False) -> int:
    """Compare your program with a solution.

    Example: ./inv lab.solution 010
    """
    from labs.commands import solution

    return solution.solution(name, show)


@command(COURSE, name="reset", help={"name": EXERCISE})
def reset_exercise(_: Context, name: str = "") -> int:
    """Start an exercise over; your old files are kept.

    Example: ./inv lab.reset 010
    """
    from labs.commands import reset

    return reset.reset(name)


@command(COURSE, name="status", help={"json": JSON})
def course_status(_: Context, json: bool = False) -> int:
    """Show attempts, hints, times and predictions of every exercise.

    Example: ./inv lab.status --json
    """
    from labs.commands import overview

    return overview.report("", json)


@command(
    COURSE,
    name="report",
    help={
        "folder": "FOLDER  a folder with the workspaces of many learners; default: yours",
        "json": JSON,
        "csv": "print a line for each learner and exercise, for a spreadsheet",
    },
)
def course_report(_: Context, folder: str = "", json: bool = False, csv: bool = False) -> int:
    """Show the progress of one learner, or of many in a folder.

    Example: ./inv lab.report --folder class/
    """
    from labs.commands import overview

    return overview.report(folder, json, csv)


@command(
    COURSE, name="verify", help={"name": "NAME  an exercise or its number; default: all", "engine": ENGINE, "yes": YES}
)
def verify_exercise(_: Context, name: str = "", engine: str | None = None, yes: bool = False) -> int:
    """Try all programs of an exercise: for its author.

    Example: ./inv lab.verify 010
    """
    from labs.commands import verify

    return verify.verify(name, engine, yes)


@command(MACHINE, help={"engine": ENGINE})
def doctor(_: Context, engine: str | None = None) -> int:
    """Check this machine's engine, versions and limits.

    Example: ./inv doctor
    """
    from scenarios.commands import doctor

    return doctor.report(engine)


@command(MACHINE, name="list", default=True)
def list_images(_: Context) -> int:
    """List this project's images and whether they are current.

    Example: ./inv images
    """
    from scenarios.commands import images

    return images.list_images()


@command(
    MACHINE,
    name="build",
    iterable=["image"],
    help={"image": "NAME  only base, linux or windows; repeat it for several"},
)
def build_images(_: Context, image: list[str] | None = None) -> int:
    """Build the images that are missing or out of date.

    Example: ./inv images.build --image windows
    """
    from scenarios.commands import images

    return images.build_images(image or [])


@command(MACHINE, name="clean")
def clean_images(_: Context) -> int:
    """Remove this project's images.

    Example: ./inv images.clean
    """
    from scenarios.commands import images

    return images.clean_images()


@command(PROJECT, help={"name": "NAME  the family to describe"})
def families(_: Context, name: str = "") -> int:
    """List the families of scenarios, or describe one of them.

    Example: ./inv families
    Example: ./inv families transfers
    """
    from scenarios.commands import families

    return families.show_family(name) if name else families.show_families()


@command(
    PROJECT,
    name="scenario",
    positional=["family", "name"],
    help={"family": "FAMILY  one of `./inv families`", "name": "NAME  lower-case letters, digits and hyphens"},
)
def new_scenario(_: Context, family: str, name: str) -> int:
    """Write a new scenario of a family, to be edited.

    Example: ./inv new.scenario transfers poll-2000
    """
    from scenarios.commands import new

    return new.new_scenario(family, name)


@command(
    PROJECT,
    name="family",
    positional=["name"],
    help={"name": "NAME  lower-case letters, digits and underscores"},
)
def new_family(_: Context, name: str) -> int:
    """Write a new family with its program, checks and tests.

    Example: ./inv new.family half_close
    """
    from scenarios.commands import new

    return new.new_family(name)


@command(
    PROJECT,
    name="exercise",
    positional=["scenario", "name"],
    help={
        "scenario": NAME,
        "name": "NAME  lower-case letters, digits and hyphens; begins with its number, or gets the next one",
    },
)
def new_exercise(_: Context, scenario: str, name: str) -> int:
    """Write a new exercise about a scenario, to be edited.

    Example: ./inv new.exercise echo-poll serve-with-poll
    """
    from labs.commands import new

    return new.new_exercise(scenario, name)


@command(PROJECT, help={"check": "only check whether compose.yaml is current"})
def compose(_: Context, check: bool = False) -> int:
    """Write compose.yaml from the catalog.

    Example: ./inv compose
    """
    from scenarios.commands import compose

    return compose.update(check)


@command(
    PROJECT,
    help={"only": "EXPRESSION  as pytest's -k, such as --only theory", "fast": "only tests that need no engine"},
)
def test(_: Context, only: str | None = None, fast: bool = False) -> int:
    """Run all tests: the fast ones, then those on real engines.

    Example: ./inv test --fast
    """
    from tests import commands

    return commands.test(only, fast)


@command(PROJECT, help={"fix": "also fix what ruff can fix"})
def lint(_: Context, fix: bool = False) -> int:
    """Run ruff and mypy --strict over everything.

    Example: ./inv lint test
    """
    from tests import commands

    return commands.lint(fix)


@command(PROJECT, help={"rounds": "N  how often each is timed; default: 9"})
def bench(_: Context, rounds: str = "9") -> int:
    """Time epoll-500 against docker-compose and a plain SDK script.

    Example: ./inv bench --rounds 9
    """
    from tests.bench import bench

    return bench.run(rounds)


namespace = Collection(scenario, sweep, scenarios, compare, logs, report, board, serve)
for one in (shell, down, doctor, families, compose, test, lint, bench):
    namespace.add_task(one)
namespace.add_collection(Collection("runs", list_runs, clean_runs))
namespace.add_collection(Collection("new", new_scenario, new_family, new_exercise))
namespace.add_collection(Collection("images", list_images, build_images, clean_images))
namespace.add_collection(
    Collection(
        "lab",
        lab_map,
        start_exercise,
        check_exercise,
        watch_exercise,
        hint_exercise,
        solve_exercise,
        reset_exercise,
        course_status,
        course_report,
        verify_exercise,
    )
)
