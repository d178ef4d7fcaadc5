"""A greenlet switches from inside nested calls: none of them has to know.

python -m labs.programs.demos.nested_greenlet --depth 3 --steps 2
"""

from collections.abc import Sequence

from greenlet import getcurrent, greenlet

from labs.programs.demos.nesting import called, parse


def call(level: int, depth: int, steps: int) -> None:
    """Goes down to the innermost call, which hands over at each step."""
    called(level)
    if level < depth:
        call(level + 1, depth, steps)
        return
    outer = getcurrent().parent
    assert outer is not None
    for step in range(1, steps + 1):
        print(f"step {step}", flush=True)
        outer.switch(step)


def main(arguments: Sequence[str] | None = None) -> None:
    """Lets it run, and says something of its own each time that control comes back."""
    options = parse(__doc__, arguments)
    walker = greenlet(call)
    step = walker.switch(1, options.depth, options.steps)
    while not walker.dead:
        print(f"main {step}", flush=True)
        step = walker.switch()
    print("main: over", flush=True)


if __name__ == "__main__":
    main()
