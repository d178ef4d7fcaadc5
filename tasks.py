"""The commands of iolab, as invoke tasks: parse, call, print."""

from invoke import Collection, Context

from scenarios.commands import program
from scenarios.commands.command import command

program.hand_over()

EXPERIMENTS, COURSE, MACHINE, PROJECT = "Experiments", "The course", "This machine", "The project itself"
NAME = "a scenario of `./inv scenarios`, or a path to a YAML file"
ENGINE = "what runs it: docker, local, or auto: Docker if it answers, otherwise local"
YES = "agree, once for all, that your programs run as processes of this machine, on the local engine"
RUN = "its id, its directory, or a scenario for its latest run"
JSON = "print JSON on stdout and nothing else"


@command(
    EXPERIMENTS,
    positional=["name"],
    iterable=["set_"],
    help={
        "name": NAME,
        "clients": "how many clients connect at the same time",
        "nofile": "the server's limit of open descriptors, soft and hard",
        "set": "any parameter, such as --set clients=100; may be given several times",
        "engine": ENGINE,
        "keep": "leave the machines standing, for `./inv shell`; `./inv down` removes them",
        "json": "print one JSON object on stdout and nothing else",
        "repeat": "run it that many times; with --json the worst run is printed",
        "dry-run": "predict only, start nothing",
        "timeout": "seconds after which a run counts as hung",
        "all": "the whole catalog instead of one scenario: side by side, those that measure costs alone",
        "topic": "with --all, one topic: coroutines, waiting, servers or events",
        "resume": "with --all, go on with what an interrupted one left",
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
    all: bool = False,
    topic: str | None = None,
    resume: bool = False,
) -> int:
    """Predict, run, measure and judge one scenario, or all of them.

    Example: ./inv scenario select-1100 --nofile 4096
    Example: ./inv scenario --all --topic waiting
    """
    from scenarios.commands import scenario

    given = scenario.parameters(clients, nofile, set_ or [])
    options = scenario.Options(engine, keep, json, repeat, dry_run, timeout)
    if all or not name:
        from scenarios.commands import everything

        return everything.run_all(everything.Choice(topic, resume), given, options)
    return scenario.scenario(name, given, options)


@command(
    EXPERIMENTS,
    positional=["name"],
    iterable=["set_"],
    help={
        "name": NAME,
        "clients": "how many clients connect at the same time, such as 100..5000",
        "nofile": "the server's limit of open descriptors",
        "set": "a parameter's range A..B, its values a,b,c or one value for all runs; may be given several times",
        "points": "how many values a range has, its ends included; default: 6",
        "measure": "what is drawn, such as cpu-seconds; default: what the scenario costs",
        "engine": ENGINE,
        "json": "print one JSON object on stdout and nothing else",
        "timeout": "seconds after which a run counts as hung",
        "resume": "go on with what an interrupted sweep of the same left",
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
    """Run one scenario over several values: what it costs against them, how that grows, and where it breaks.

    Example: ./inv sweep readiness-cost
    Example: ./inv sweep epoll-500 --clients 100..5000 --nofile 6000 --set selector=poll,epoll
    """
    from scenarios.commands import scenario, sweep

    given = scenario.parameters(clients, nofile, set_ or [])
    return sweep.sweep(
        sweep.Asked(name, given, points, measure, resume), scenario.Options(engine, as_json=json, timeout=timeout)
    )


@command(EXPERIMENTS, help={"json": JSON})
def scenarios(_: Context, json: bool = False) -> int:
    """List the scenarios and what each teaches.

    Example: ./inv scenarios
    """
    from scenarios.commands import catalog

    return catalog.show_catalog(json)


@command(EXPERIMENTS, name="list", default=True, help={"all": "not only the newest 20", "json": JSON})
def list_runs(_: Context, all: bool = False, json: bool = False) -> int:
    """List the runs that were kept, the newest first, with their verdicts.

    Example: ./inv runs --all
    """
    from scenarios.commands import runs

    return runs.show_runs(all, json)


@command(EXPERIMENTS, name="clean", help={"keep": "how many to keep, the newest"})
def clean_runs(_: Context, keep: str = "20") -> int:
    """Remove the records of old runs.

    Example: ./inv runs.clean --keep 5
    """
    from scenarios.commands import runs

    return runs.clean(keep)


@command(
    EXPERIMENTS,
    help={
        "run": "its id, its directory, or a scenario for its latest run; default: the latest run of all",
        "service": "only this service",
    },
)
def logs(_: Context, run: str | None = None, service: str | None = None) -> int:
    """Print what a run's services wrote.

    Example: ./inv logs epoll-500 server
    """
    from scenarios.commands import runs

    return runs.show_logs(run, service)


@command(EXPERIMENTS, positional=["first", "second"], help={"first": RUN, "second": RUN, "json": JSON})
def compare(_: Context, first: str, second: str, json: bool = False) -> int:
    """Show two runs side by side: what differs, what was predicted and measured, what each took.

    Example: ./inv compare epoll-500 poll-500
    """
    from scenarios.commands import compare

    return compare.compare(first, second, json)


@command(
    EXPERIMENTS,
    help={
        "run": "its id, its directory, or a scenario for its latest run; default: the latest run of all",
        "open": "show it in the browser",
    },
)
def report(_: Context, run: str | None = None, open: bool = False) -> int:
    """Draw a run's page, report.html in its directory, and print where it is.

    Every run has drawn its own; this draws it again, also that of a run from before there were pages.

    Example: ./inv report windows-600 --open
    """
    from scenarios.commands import report

    return report.draw(run, open)


@command(EXPERIMENTS, help={"open": "show it in the browser"})
def board(_: Context, open: bool = False) -> int:
    """Draw one page over all runs: verdicts by scenario and machine, trends, and links to the runs' pages.

    Example: ./inv board --open
    """
    from scenarios.commands import report

    return report.draw_board(open)


@command(
    EXPERIMENTS,
    positional=["service"],
    help={"service": "the service to look into", "run": "the kept run's id; default: the latest", "engine": ENGINE},
)
def shell(_: Context, service: str, run: str | None = None, engine: str | None = None) -> int:
    """Open a shell in a service of a run made with --keep.

    Example: ./inv shell server
    """
    from scenarios.commands import runs

    return runs.open_shell(service, run, engine)


@command(
    EXPERIMENTS,
    help={"engine": ENGINE, "run": "only this run, by its id, even if the process that began it still lives"},
)
def down(_: Context, engine: str | None = None, run: str | None = None) -> int:
    """Remove what this project left on the engine, kept runs too; nothing else is touched.

    Example: ./inv down
    """
    from scenarios.commands import runs

    return runs.take_down(engine, run)


@command(EXPERIMENTS, help={"port": "where to listen on 127.0.0.1, by default 8100"})
def serve(_: Context, port: str | None = None) -> int:
    """Serve the runs, a live view and the course as pages, to this machine's browser alone.

    Example: ./inv serve
    """
    from scenarios.commands import serve

    return serve.serve(port)


EXERCISE = "an exercise, or its number; by default the one that was begun last"


@command(COURSE, name="map", default=True)
def lab_map(_: Context) -> int:
    """Show the course: done, begun, next.

    Example: ./inv lab
    """
    from labs.commands import overview

    return overview.show_map()


@command(
    COURSE,
    name="start",
    help={
        "name": "an exercise, or its number; by default the first that is not done",
        "engine": ENGINE,
        "yes": YES,
        "without-ceiling": "do not run the server that the exercise improves upon",
    },
)
def start_exercise(
    _: Context, name: str = "", engine: str | None = None, yes: bool = False, without_ceiling: bool = False
) -> int:
    """Begin an exercise: your files are laid out, and what it improves upon is shown.

    Example: ./inv lab.start 010
    """
    from labs.commands import start

    return start.start(name, engine, yes, without_ceiling)


@command(
    COURSE,
    name="check",
    iterable=["predict"],
    help={
        "name": EXERCISE,
        "engine": ENGINE,
        "yes": YES,
        "predict": "what you foresee, where an exercise asks for it, such as --predict served=1020",
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
    """Run your program in its scenario, and say what is not right yet.

    Example: ./inv lab.check 090 --predict served=1020
    """
    from labs.commands import check

    return check.check(name, check.Wanted(engine, yes, tuple(predict or ()), json))


@command(COURSE, name="watch", help={"name": EXERCISE, "engine": ENGINE, "yes": YES})
def watch_exercise(_: Context, name: str = "", engine: str | None = None, yes: bool = False) -> int:
    """Check on every save, and go on to the next exercise when one is done.

    Example: ./inv lab.watch
    """
    from labs.commands import watch

    return watch.watch(name, engine, yes)


@command(COURSE, name="hint", help={"name": EXERCISE})
def hint_exercise(_: Context, name: str = "") -> int:
    """Show the next hint, chosen by what your last check showed.

    Example: ./inv lab.hint
    """
    from labs.commands import helping

    return helping.hint(name)


@command(COURSE, name="solution", help={"name": EXERCISE, "show": "also before yours has passed; that is noted"})
def solve_exercise(_: Context, name: str = "", show: bool = False) -> int:
    """Compare your program with a solution.

    Example: ./inv lab.solution 010
    """
    from labs.commands import helping

    return helping.solution(name, show)


@command(COURSE, name="reset", help={"name": EXERCISE})
def reset_exercise(_: Context, name: str = "") -> int:
    """Begin an exercise anew; your files are kept aside.

    Example: ./inv lab.reset 010
    """
    from labs.commands import helping

    return helping.reset(name)


@command(COURSE, name="status", help={"json": JSON})
def course_status(_: Context, json: bool = False) -> int:
    """Show attempts, hints, times and predictions of every exercise.

    Example: ./inv lab.status --json
    """
    from labs.commands import overview

    return overview.status(json)


@command(
    COURSE, name="report", help={"folder": "a folder with the workspaces of many; by default your own", "json": JSON}
)
def course_report(_: Context, folder: str = "", json: bool = False) -> int:
    """Write what a teacher needs of a learner, or of a folder of many.

    Example: ./inv lab.report --folder class/
    """
    from labs.commands import overview

    return overview.report(folder, json)


@command(MACHINE, help={"engine": ENGINE})
def doctor(_: Context, engine: str | None = None) -> int:
    """Look at the engine, its versions and limits, and say what to do where something is missing.

    Example: ./inv doctor
    """
    from scenarios.commands import doctor

    return doctor.report(engine)


@command(MACHINE, name="list", default=True)
def list_images(_: Context) -> int:
    """List the images, and whether they are current.

    Example: ./inv images
    """
    from images import commands

    return commands.list_images()


@command(
    MACHINE,
    name="build",
    iterable=["image"],
    help={"image": "only this one: base, linux or windows; may be given several times"},
)
def build_images(_: Context, image: list[str] | None = None) -> int:
    """Build the images that are missing or stale.

    Example: ./inv images.build --image windows
    """
    from images import commands

    return commands.build_images(image or [])


@command(MACHINE, name="clean")
def clean_images(_: Context) -> int:
    """Remove this project's images.

    Example: ./inv images.clean
    """
    from images import commands

    return commands.clean_images()


@command(PROJECT, help={"check": "only say whether compose.yaml is current"})
def compose(_: Context, check: bool = False) -> int:
    """Write compose.yaml from the catalog.

    Example: ./inv compose
    """
    from scenarios.commands import compose

    return compose.update(check)


@command(
    PROJECT,
    help={"only": "pytest's -k expression, such as --only theory", "fast": "leave out what needs an engine"},
)
def test(_: Context, only: str | None = None, fast: bool = False) -> int:
    """Run all tests: the fast ones, then real scenarios on the engine.

    Example: ./inv test --fast
    """
    from tests import commands

    return commands.test(only, fast)


@command(PROJECT, help={"fix": "also mend what ruff can mend"})
def lint(_: Context, fix: bool = False) -> int:
    """Run ruff and mypy --strict over everything.

    Example: ./inv lint test
    """
    from tests import commands

    return commands.lint(fix)


@command(PROJECT, help={"rounds": "how often each is timed"})
def bench(_: Context, rounds: str = "9") -> int:
    """Time epoll-500 against docker-compose and a bare SDK script, in one run.

    Example: ./inv bench --rounds 9
    """
    from tests.bench import bench

    return bench.run(rounds)


namespace = Collection(scenario, sweep, scenarios, compare, logs, report, board, serve)
for one in (shell, down, doctor, compose, test, lint, bench):
    namespace.add_task(one)
namespace.add_collection(Collection("runs", list_runs, clean_runs))
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
    )
)
