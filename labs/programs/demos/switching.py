"""What the programs that hand control to and fro share: their options, the rounds and the report.

They differ only in what control is handed over to.
"""

import time
from collections.abc import Callable, Sequence

from labs.programs.arguments import at_least, options_of
from labs.programs.demos.standing import stand
from labs.programs.events import emit


def run(
    take_turns: Callable[[int], int], description: str | None, arguments: Sequence[str] | None, other: int | None = None
) -> None:
    """Hands over `turns` times in each round, and gets back each time; `other` is the other process, if there is one.

    `take_turns` returns how often the other one had its turn. Reports the seconds of each round, and stays.
    """
    parser = options_of(description)
    parser.add_argument("--turns", type=at_least(1), default=1500, help="turns of the other one in a round")
    parser.add_argument("--rounds", type=at_least(1), default=5, help="how often to measure")
    options = parser.parse_args(arguments)
    seconds, had = [], 0
    for _ in range(options.rounds):
        begun = time.perf_counter()
        had += take_turns(options.turns)
        seconds.append(time.perf_counter() - begun)
    emit("switched", seconds=seconds, turns=had, other=other)
    stand()
