"""The program that gives another one a low soft limit of descriptors."""

import json
import subprocess

from labs.programs.demos import low_soft_limit
from tests.programs.process import ENVIRONMENT, command


def test_the_soft_limit_is_low_and_the_hard_one_stays() -> None:
    server = subprocess.Popen(
        command("demos.low_soft_limit", "labs.programs.servers.echo_select", "--host", "127.0.0.1", "--port", "0"),
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    with server:
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        limits = subprocess.check_output(["/bin/cat", f"/proc/{server.pid}/limits"], text=True)
        server.kill()
    soft, hard = limits.partition("Max open files")[2].split()[:2]
    assert (ready["nofile"], int(soft)) == (low_soft_limit.SOFT, low_soft_limit.SOFT)
    assert int(hard) > int(soft)
