"""The commands of iolab, as invoke tasks: parse, call, print."""

from invoke import Collection, Context

from scenarios import cli

cli.prepare()

NAME = "a scenario of `inv scenarios`, or a path to a YAML file"
ENGINE = "what runs it: docker, local, or auto: Docker if it answers, otherwise local"


@cli.command(
    positional=["name"],
    iterable=["set_"],
    help={
        "name": NAME,
        "clients": "how many clients connect at the same time",
        "nofile": "the server's limit of open descriptors, soft and hard",
        "set": "any parameter, such as --set selector=poll; may be given several times",
        "engine": ENGINE,
        "keep": "leave the machines standing, for `inv shell`; `inv down` removes them",
        "json": "print one JSON object on stdout and nothing else",
        "repeat": "run it that many times; with --json the worst run is printed",
        "dry-run": "predict only, start nothing",
        "timeout": "seconds after which a run counts as hung",
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
) -> int:
    """Predict, run, measure and judge one scenario, e.g. inv scenario select-1100 --nofile 4096."""
    from scenarios import commands

    given = commands.parameters(clients, nofile, set_ or [])
    return commands.scenario(
        name, given, engine=engine, keep=keep, as_json=json, repeat=repeat, dry_run=dry_run, timeout=timeout
    )


@cli.command()
def scenarios(_: Context) -> int:
    """List the scenarios and what each teaches."""
    from scenarios import runs

    return runs.show_catalog()


@cli.command()
def runs(_: Context) -> int:
    """List the runs that were kept, with their verdicts."""
    from scenarios import runs

    return runs.show_runs()


@cli.command(
    help={
        "run": "its id, or a scenario for its latest run; default: the latest run of all",
        "service": "only this service",
    }
)
def logs(_: Context, run: str | None = None, service: str | None = None) -> int:
    """Print what a run's services wrote, e.g. inv logs epoll-500 server."""
    from scenarios import runs

    return runs.show_logs(run, service)


@cli.command(
    positional=["service"],
    help={"service": "the service to look into", "run": "the kept run's id; default: the latest", "engine": ENGINE},
)
def shell(_: Context, service: str, run: str | None = None, engine: str | None = None) -> int:
    """Open a shell in a service of a run made with --keep, e.g. inv shell server."""
    from scenarios import runs

    return runs.open_shell(service, run, engine)


@cli.command(help={"engine": ENGINE})
def down(_: Context, engine: str | None = None) -> int:
    """Remove what this project left on the engine, kept runs too; nothing else is touched."""
    from scenarios import runs

    return runs.take_down(engine)


@cli.command(help={"engine": ENGINE})
def doctor(_: Context, engine: str | None = None) -> int:
    """Look at the engine, its versions and limits, and say what to do where something is missing."""
    from scenarios import doctor

    return doctor.report(engine)


@cli.command(help={"check": "only say whether compose.yaml is current"})
def compose(_: Context, check: bool = False) -> int:
    """Write compose.yaml from the catalog."""
    from scenarios import compose

    return compose.update(check)


@cli.command(
    optional=["only"],
    help={"only": "pytest's -k expression, such as --only theory", "fast": "leave out what needs an engine"},
)
def test(_: Context, only: str | None = None, fast: bool = False) -> int:
    """Run all tests: the fast ones, then real scenarios on the engine."""
    from tests import commands

    return commands.test(only, fast)


@cli.command(help={"fix": "also mend what ruff can mend"})
def lint(_: Context, fix: bool = False) -> int:
    """Run ruff and mypy --strict over everything."""
    from tests import commands

    return commands.lint(fix)


@cli.command(help={"rounds": "how often each is timed"})
def bench(_: Context, rounds: str = "5") -> int:
    """Time epoll-500 against docker-compose and a bare SDK script, in one run."""
    from tests.bench import bench

    return bench.run(rounds)


@cli.command(iterable=["image"], help={"image": "only this one: base, linux or windows; may be given several times"})
def build(_: Context, image: list[str] | None = None) -> int:
    """Build the images that are missing or stale, e.g. inv images.build --image windows."""
    from images import commands

    return commands.build_images(image or [])


@cli.command(name="list")
def list_images(_: Context) -> int:
    """List the images, and whether they are current."""
    from images import commands

    return commands.list_images()


@cli.command()
def clean(_: Context) -> int:
    """Remove this project's images."""
    from images import commands

    return commands.clean_images()


namespace = Collection(scenario, scenarios, runs, logs, shell, down, doctor, compose, test, lint, bench)
namespace.add_collection(Collection("images", build, list_images, clean))
