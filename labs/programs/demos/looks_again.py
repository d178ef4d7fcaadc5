"""Waits a moment, so that the lab can look at somebody else a second time.

python -m labs.programs.demos.looks_again --after 0.5
"""

import time
from collections.abc import Sequence

from labs.programs.arguments import options_of, seconds
from labs.programs.events import checkpoint


def main(arguments: Sequence[str] | None = None) -> None:
    """Says so when the moment is over."""
    parser = options_of(__doc__)
    parser.add_argument("--after", type=seconds, default=0.5, help="seconds to wait")
    time.sleep(parser.parse_args(arguments).after)
    checkpoint("later")


if __name__ == "__main__":
    main()
