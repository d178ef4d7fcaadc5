"""The same computation by coroutines, by threads and by processes, in several rounds.

python -m labs.programs.demos.parallel_cpu --workers 2 --seconds 0.1 --rounds 6   (end it with Ctrl-C)
"""

from labs.programs.arguments import at_least, options_of, seconds
from labs.programs.demos.parallel_cpu_workers import coroutines, processes, threads
from labs.programs.demos.stay_alive import stay_alive
from labs.programs.events import checkpoint, emit

KINDS = (coroutines, threads, processes)


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("--workers", type=at_least(1), default=2, help="workers that compute at the same time")
    parser.add_argument("--seconds", type=seconds, default=0.1, help="seconds that they compute in each round")
    parser.add_argument("--rounds", type=at_least(1), default=6, help="rounds, each with all three kinds in turn")
    options = parser.parse_args()
    checkpoint("begins")
    for number in range(options.rounds):
        for kind in KINDS:
            name = kind.__name__

            def look(first: bool = number == 0, name: str = name) -> None:
                if first:
                    checkpoint("gathered", moment=name)

            shares = kind(options.workers, options.seconds, look)
            emit("computed", kind=name, shares=[vars(share) for share in shares])
    stay_alive()


if __name__ == "__main__":
    main()
