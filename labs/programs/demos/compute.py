"""The same computing by coroutines, threads and processes in turn, several times.

python -m labs.programs.demos.compute --workers 2 --seconds 0.1 --rounds 6   (end it with Ctrl-C)
"""

from collections.abc import Sequence

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.demos.standing import stand
from labs.programs.demos.workers import coroutines, processes, threads
from labs.programs.events import checkpoint, emit

KINDS = (coroutines, threads, processes)


def main(arguments: Sequence[str] | None = None) -> None:
    """One kind after the other in each round, so that what disturbs one disturbs all; the lab looks in the first."""
    parser = options_of(__doc__)
    parser.add_argument("--workers", type=at_least(1), default=2, help="how many compute at the same time")
    parser.add_argument("--seconds", type=seconds, default=0.1, help="for how long, in each round")
    parser.add_argument("--rounds", type=at_least(1), default=6, help="how often each kind computes")
    options = parser.parse_args(arguments)
    checkpoint("begins")
    for number in range(options.rounds):
        for kind in KINDS:
            name = kind.__name__

            def look(first: bool = number == 0, name: str = name) -> None:
                if first:
                    checkpoint("gathered", moment=name)

            shares = kind(options.workers, options.seconds, look)
            emit("computed", kind=name, shares=[vars(share) for share in shares])
    stand()


if __name__ == "__main__":
    main()
