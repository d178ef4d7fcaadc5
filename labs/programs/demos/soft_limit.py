"""Opens descriptors up to the soft limit, lifts that limit to the hard one, goes on, and tries to lift it further.

python -m labs.programs.demos.soft_limit
"""

import os
import resource
import sys
from collections.abc import Sequence

from labs.programs.arguments import options_of
from labs.programs.events import checkpoint

LIMIT = resource.RLIMIT_NOFILE


def fill() -> str:
    """Copies standard input until the kernel refuses, and returns what it says; the copies stay open."""
    try:
        while True:
            os.dup(0)
    except OSError as error:
        return str(error)


def main(arguments: Sequence[str] | None = None) -> None:
    """At each checkpoint the lab looks at the process."""
    options_of(__doc__).parse_args(arguments)
    checkpoint("ready", platform=sys.platform)
    checkpoint("full", error=fill())
    hard = resource.getrlimit(LIMIT)[1]
    resource.setrlimit(LIMIT, (hard, hard))
    checkpoint("lifted", error=fill())
    try:
        resource.setrlimit(LIMIT, (hard + 1, hard))
        refused = ""
    except ValueError as error:
        refused = str(error)
    checkpoint("refused", error=refused)


if __name__ == "__main__":
    main()
