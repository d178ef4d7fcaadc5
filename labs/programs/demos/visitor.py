"""Comes when the others are ready, has the lab look at them, waits, and has it look again.

python -m labs.programs.demos.visitor --seconds 0.3
"""

import time
from collections.abc import Sequence

from labs.programs.arguments import options_of, seconds
from labs.programs.events import checkpoint


def main(arguments: Sequence[str] | None = None) -> None:
    """Two looks at whomever it depends on: what did not change between them stands still."""
    parser = options_of(__doc__)
    parser.add_argument("--seconds", type=seconds, default=0.3, help="how long it waits between the looks")
    options = parser.parse_args(arguments)
    checkpoint("seen")
    time.sleep(options.seconds)
    checkpoint("seen again")


if __name__ == "__main__":
    main()
