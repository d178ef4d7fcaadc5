"""A client that never ends: the lab must stop it when the time is up, and keep what it said.

python -m labs.programs.demos.hangs
"""

import time
from collections.abc import Sequence

from labs.programs.arguments import options_of
from labs.programs.events import emit


def main(arguments: Sequence[str] | None = None) -> None:
    """Says that it is ready, and waits."""
    options_of(__doc__).parse_known_args(arguments)
    emit("ready")
    print("waiting for an answer that never comes ...", flush=True)
    time.sleep(3600)


if __name__ == "__main__":
    main()
