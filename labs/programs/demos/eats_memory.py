"""A server that takes memory until the kernel kills it: the lab must tell this from a crash of the program's own.

python -m labs.programs.demos.eats_memory   (in a machine with a memory limit, or not at all)
"""

from collections.abc import Sequence

from labs.programs.arguments import options_of
from labs.programs.events import emit


def main(arguments: Sequence[str] | None = None) -> None:
    """Says that it is ready, and takes all there is."""
    options_of(__doc__).parse_known_args(arguments)
    emit("ready")
    taken = []
    while True:
        taken.append(bytearray(16 * 1024 * 1024))


if __name__ == "__main__":
    main()
