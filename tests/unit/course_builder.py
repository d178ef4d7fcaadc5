"""Builds a course of two exercises for tests: one server each, in a scenario that the scripted engine plays."""

from pathlib import Path

from tests.unit.scripted import SIZE

FIRST, SECOND = "010-first", "020-second"
CLIENTS = 3
STATED = f"""\
title: The first
about: One server.
starter: served
parts:
  - scenario: epoll-500
    programs: {{server: server.py}}
    draw: {{nofile: 200..900}}
    set: {{clients: {CLIENTS}, size: {SIZE}}}
    timeout: 5
feedback:
  - when: [served]
    say: Some clients were not served.
    look: serve
  - when: [crash]
    say: It ended by an exception.
hints:
  - when: [crash]
    say: Read the last line of the traceback.
  - say: Sockets are descriptors.
  - when: [served]
    say: Accept them all.
  - say: An epoll set holds them.
"""
QUESTION = "predict:\n  - {key: served, ask: 'How many?'}\n"
STARTER = '"""A server."""\n\n\ndef serve() -> None:\n    """TODO 1: serve."""\n'
SOLUTION = STARTER.replace("TODO 1: serve", "Serves")


def lay(folder: Path) -> Path:
    """Makes the course in a folder."""
    for name, more in ((FIRST, ""), (SECOND, QUESTION)):
        for part, text in (("starter", STARTER), ("solution", SOLUTION)):
            (folder / name / part).mkdir(parents=True)
            (folder / name / part / "server.py").write_text(text, encoding="utf-8")
        (folder / name / "exercise.yaml").write_text(STATED + more, encoding="utf-8")
        (folder / name / "README.md").write_text("# The first\n", encoding="utf-8")
        (folder / name / "checks.py").write_text('"""None."""\n', encoding="utf-8")
    return folder
