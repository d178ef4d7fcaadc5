"""Waits a moment, then stops at a checkpoint, so that the lab looks at the other services a second time.

python -m labs.programs.demos.delayed_checkpoint --after 0.5
"""

import time

from labs.programs.arguments import options_of, seconds
from labs.programs.events import checkpoint


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("--after", type=seconds, default=0.5, help="seconds to wait")
    time.sleep(parser.parse_args().after)
    checkpoint("later")


if __name__ == "__main__":
    main()
