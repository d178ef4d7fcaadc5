"""A reader of a server's events who stalls, on Windows, where nothing tells whether a pipe takes a line."""

import json
import threading

import pytest

from scenarios.definition import catalog
from scenarios.engines.docker.engine import DockerEngine
from scenarios.pipeline.preflight import prepare
from scenarios.report.terminal import TerminalAudience

pytestmark = pytest.mark.engine

ROUNDS, CLIENTS = 3, 200
# Their events are more than a pipe holds (64 KiB), and `sleep` reads none of them.
SCRIPT = f"""
/opt/iolab/python -m labs.programs.servers.transfer --port 8001 --size 1KiB | sleep 300 &
until ss --listening --tcp --no-header --numeric 'sport = :8001' | grep -q 8001; do sleep 0.2; done
for round in $(seq {ROUNDS}); do
    timeout 60 /opt/iolab/python -m labs.programs.clients.transfer --to 127.0.0.1 --port 8001 \
        --clients {CLIENTS} --size 1KiB </dev/null
done
"""


def test_a_stalled_reader_of_a_windows_server_holds_no_client_up() -> None:
    engine = DockerEngine()
    images = prepare(catalog.load("windows-500"), engine, TerminalAudience(quiet=True))
    made = engine.api.create_container(images["windows"], ["-c", SCRIPT], entrypoint=["/bin/sh"])["Id"]
    # A server that hangs must not hang the test.
    alarm = threading.Timer(240, engine.api.kill, (made,))
    alarm.start()
    try:
        engine.api.start(made)
        engine.api.wait(made, timeout=300)
        said = engine.api.logs(made, stderr=False).decode()
    finally:
        alarm.cancel()
        engine.api.remove_container(made, force=True)
    events = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [event["served"] for event in events if event["event"] == "finished"] == [CLIENTS] * ROUNDS
