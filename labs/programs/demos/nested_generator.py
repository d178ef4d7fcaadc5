"""A generator that calls another plainly: the call makes a generator, and runs nothing of it.

python -m labs.programs.demos.nested_generator --depth 3 --steps 2
"""

from collections.abc import Iterator, Sequence

from labs.programs.demos.nesting import called, parse


def call(level: int, depth: int, steps: int) -> Iterator[int]:
    """Means to go down to the innermost call, which would yield at each step."""
    called(level)
    if level < depth:
        call(level + 1, depth, steps)
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
