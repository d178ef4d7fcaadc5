"""A scheduler: every task switches back to the main program, which resumes the next one in its queue."""

from collections import deque
from string import ascii_uppercase

from greenlet import getcurrent, greenlet

from labs.programs.arguments import at_least, options_of
from labs.programs.events import checkpoint, emit


def work(letter: str, steps: int, look: bool) -> None:
    for step in range(1, steps + 1):
        print(f"{letter}{step}", flush=True)
        if look and step == 1:
            checkpoint("between", moment="between switches")
        getcurrent().parent.switch()
    print(f"greenlet {letter} ends", flush=True)


parser = options_of(__doc__)
parser.add_argument("--greenlets", type=at_least(2))
parser.add_argument("--steps", type=at_least(1))
options = parser.parse_args()
emit("ready")
letters = ascii_uppercase[: options.greenlets]
tasks = {letter: greenlet(work) for letter in letters}
waiting = deque(letters)
for turn in range(options.greenlets * options.steps):
    letter = waiting.popleft()
    if turn < options.greenlets:
        tasks[letter].switch(letter, options.steps, letter == letters[-1])
    else:
        tasks[letter].switch()
    waiting.append(letter)
tasks[letters[-1]].switch()
emit("over", suspended=[f"greenlet {letter}" for letter, one in tasks.items() if not one.dead])
