"""A server that starts and never says that it is ready: the lab must give up in time and show what it did say.

python -m labs.programs.demos.never_ready
"""

import time
from collections.abc import Sequence

from labs.programs.arguments import options_of


def main(arguments: Sequence[str] | None = None) -> None:
    """Says something, and waits."""
    options_of(__doc__).parse_known_args(arguments)
    print("loading a very large table ...", flush=True)
    time.sleep(3600)


if __name__ == "__main__":
    main()
