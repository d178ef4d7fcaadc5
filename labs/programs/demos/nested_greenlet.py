"""A greenlet switches from inside nested calls: the calls between need no change.

python -m labs.programs.demos.nested_greenlet --depth 3 --steps 2
"""

from greenlet import getcurrent, greenlet

from labs.programs.demos.nesting import called, parse


def call(level: int, depth: int, steps: int) -> None:
    called(level)
    if level < depth:
        call(level + 1, depth, steps)
        return
    outer = getcurrent().parent
    assert outer is not None
    for step in range(1, steps + 1):
        print(f"step {step}", flush=True)
        outer.switch(step)


def main() -> None:
    options = parse(__doc__)
    walker = greenlet(call)
    step = walker.switch(1, options.depth, options.steps)
    while not walker.dead:
        print(f"main {step}", flush=True)
        step = walker.switch()
    print("main: over", flush=True)


if __name__ == "__main__":
    main()
