"""Runs another program with a low soft limit of descriptors, as after `ulimit -Sn 64`; the hard limit stays.

python -m labs.programs.demos.low_soft_limit labs.programs.servers.echo_select --port 8001
"""

import argparse
import resource
import runpy
import sys

from labs.programs.arguments import options_of

SOFT = 64


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("program", help="a module, as python -m takes it")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="its own arguments")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (SOFT, hard))
    sys.argv = [options.program, *options.arguments]
    runpy.run_module(options.program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
