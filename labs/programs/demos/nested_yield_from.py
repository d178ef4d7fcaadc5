"""A generator whose every level passes on what the one below yields: all of them have to know.

python -m labs.programs.demos.nested_yield_from --depth 3 --steps 2
"""

from collections.abc import Iterator, Sequence

from labs.programs.demos.nesting import called, parse


def call(level: int, depth: int, steps: int) -> Iterator[int]:
    """Goes down to the innermost call, which yields at each step."""
    called(level)
    if level < depth:
        yield from call(level + 1, depth, steps)
        return
    for step in range(1, steps + 1):
        print(f"step {step}", flush=True)
        yield step


def main(arguments: Sequence[str] | None = None) -> None:
    """Lets it run, and says something of its own each time that control comes back."""
    options = parse(__doc__, arguments)
    for step in call(1, options.depth, options.steps):
        print(f"main {step}", flush=True)
    print("main: over", flush=True)


if __name__ == "__main__":
    main()
