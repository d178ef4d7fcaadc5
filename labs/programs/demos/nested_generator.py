"""A generator that plainly calls another: the call makes a generator and runs none of its code.

python -m labs.programs.demos.nested_generator --depth 3 --steps 2
"""

from collections.abc import Iterator

from labs.programs.demos.nesting import called, parse


def call(level: int, depth: int, steps: int) -> Iterator[int]:
    """Meant to go down to the innermost call, which would yield at each step."""
    called(level)
    if level < depth:
        call(level + 1, depth, steps)
        return
    for step in range(1, steps + 1):
        print(f"step {step}", flush=True)
        yield step


def main() -> None:
    options = parse(__doc__)
    for step in call(1, options.depth, options.steps):
        print(f"main {step}", flush=True)
    print("main: over", flush=True)


if __name__ == "__main__":
    main()
