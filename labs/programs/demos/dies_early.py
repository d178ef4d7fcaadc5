"""A server that dies before it is ready: the lab must notice at once, and show its last lines.

python -m labs.programs.demos.dies_early
"""

from collections.abc import Sequence

from labs.programs.arguments import options_of


def main(arguments: Sequence[str] | None = None) -> None:
    """Says something, and dies of an exception."""
    options_of(__doc__).parse_known_args(arguments)
    print("reading the configuration ...", flush=True)
    raise RuntimeError("there is no configuration")


if __name__ == "__main__":
    main()
