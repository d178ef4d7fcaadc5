"""Learners' files that an older version laid out still find what they import, and call it as they did."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from labs.programs import devices
from labs.programs.clients import fetching
from labs.programs.demos import counting, instrumented, sleeping, watched
from labs.programs.servers import accepting, bodies, connection, echoing, working

CALLS: list[tuple[Callable[..., Any], int]] = [
    (echoing.listen, 1),
    (working.parse, 1),
    (sleeping.run, 2),
    (accepting.serve, 2),
    (devices.run, 3),
    (fetching.run, 3),
]


@pytest.mark.parametrize(("function", "values"), CALLS, ids=lambda one: getattr(one, "__module__", ""))
def test_the_arguments_of_the_command_line_may_be_passed_as_none(function: Callable[..., Any], values: int) -> None:
    bound = inspect.signature(function).bind(*["value"] * values, None)
    assert bound.arguments["arguments"] is None


def test_the_counter_may_follow_the_arguments() -> None:
    bound = inspect.signature(counting.run).bind(print, "what it does", None, counting.Counter())
    assert isinstance(bound.arguments["counter"], counting.Counter)


def test_what_they_import_is_where_it_was() -> None:
    assert watched.Ring is instrumented.Ring
    assert watched.WatchedLock is instrumented.WatchedLock
    assert connection.Bodies is bodies.Bodies
