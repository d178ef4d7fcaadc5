"""Each task is an object of a class of greenlets, which knows its letter and the task that follows it."""

import argparse
from string import ascii_uppercase

import greenlet

from labs.programs.events import checkpoint, emit


class Task(greenlet.greenlet):
    following: "Task"

    def __init__(self, letter: str, steps: int) -> None:
        super().__init__()
        self.letter, self.steps, self.last = letter, steps, False

    def run(self) -> None:
        for step in range(self.steps):
            print(self.letter, step + 1, sep="", flush=True)
            if self.last and not step:
                checkpoint("between", moment="between switches")
            if self.last and step == self.steps - 1:
                break
            self.following.switch()
        print("greenlet", self.letter, "ends", flush=True)


parser = argparse.ArgumentParser()
parser.add_argument("--greenlets", type=int)
parser.add_argument("--steps", type=int)
options = parser.parse_args()
emit("ready")
tasks = [Task(letter, options.steps) for letter in ascii_uppercase[: options.greenlets]]
for one, following in zip(tasks, [*tasks[1:], tasks[0]], strict=True):
    one.following = following
tasks[-1].last = True
tasks[0].switch()
emit("over", suspended=[f"greenlet {one.letter}" for one in tasks if not one.dead])
