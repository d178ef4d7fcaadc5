"""Checks of sleep_order: no task came back early, and one thread slept and did nothing else."""

from collections import Counter

import pytest

from scenarios.families.base import Prediction
from scenarios.results.evidence import Evidence

# The share of a CPU that sleeping must not reach: a loop that reads the clock again and again takes a whole CPU.
ASLEEP = 0.15
# The kernel counts CPU time in ticks of this many seconds, so a few ticks say nothing.
TICK = 0.01
# The most switches of a task, or of the main greenlet: to gevent's loop and back as it begins, sleeps and ends.
SWITCHES = 10
# Where a program is that has not yet gone to sleep, or that waits for the lab when all have slept.
MISSED = {"running", "read"}


def test_every_program_ended_well(evidence: Evidence) -> None:
    assert {name: one.exit_status for name, one in evidence.services.items()} == dict.fromkeys(evidence.services, 0)


def test_no_task_came_back_early(evidence: Evidence, prediction: Prediction) -> None:
    for name, one in evidence.services.items():
        slept = [end - begin for begin, end in one.said("slept")["spans"]]
        early = [
            number
            for number, (took, asked) in enumerate(zip(slept, prediction.facts["sleeps"], strict=True), 1)
            if took < asked - 0.001  # it is rounded
        ]
        assert not early, f"{name}: tasks {early} were back before their sleep was over"


def test_one_thread_ran_all_tasks(evidence: Evidence, prediction: Prediction) -> None:
    for moment in ("ready", "slept"):
        for name, one in evidence.services.items():
            wanted, threads = prediction.facts["threads"], one.sampled(moment).threads
            assert threads == wanted, f"{name}: {wanted} thread was expected, and /proc shows {threads} ({moment})"
    # A thread that existed only between the looks is gone by then, but its CPU time is still counted.
    gone = [name for name, one in evidence.services.items() if one.lost_a_thread("begins", "slept")]
    assert not gone, f"a thread of {', '.join(gone)} slept, and ended before the end"


def test_each_task_printed_from_a_greenlet_of_its_own(evidence: Evidence) -> None:
    for name, one in evidence.services.items():
        greenlets = [greenlet for greenlet, *_ in one.observed()["lines"]]
        tasks = [line.split()[1] for line in one.printed]
        pairs = set(zip(greenlets, tasks, strict=False))
        assert len(greenlets) == len(tasks), f"{name}: {len(tasks)} lines came, and greenlets printed {len(greenlets)}"
        assert min(greenlets) > 0, f"{name}: the main program or another thread printed lines of tasks"
        assert len(pairs) == len(set(greenlets)) == len(set(tasks)), (
            f"{name}: each of {len(set(tasks))} tasks should print its lines from one greenlet of its own, "
            f"and {len(set(greenlets))} greenlets printed them"
        )


def test_the_loop_of_gevent_woke_each_task_and_only_the_unpatched_sleep_blocked(
    evidence: Evidence, prediction: Prediction
) -> None:
    for name, one in evidence.services.items():
        seen, tasks = one.observed(), len(prediction.facts["sleeps"])
        assert {by for _, _, by, _ in seen["lines"]} <= set(seen["hubs"]), f"{name}: another greenlet woke a task"
        slept = sorted(greenlet for greenlet, _ in seen["slept"])
        if name in prediction.facts["blocking"]:
            assert slept == sorted({greenlet for greenlet, *_ in seen["lines"]}), (name, slept)
            assert len(slept) == tasks, (name, slept)
        else:
            assert not slept, f"{name}: time.sleep blocked greenlets {slept}"


def test_time_sleep_slept_for_all_of_the_time(evidence: Evidence, prediction: Prediction) -> None:
    for name in sorted(prediction.facts["blocking"]):
        asked: Counter[int] = Counter()
        for greenlet, seconds in evidence.services[name].observed()["slept"]:
            asked[greenlet] += seconds
        wanted = sorted(prediction.facts["sleeps"])
        assert sorted(asked.values()) == pytest.approx(wanted), f"{name}: time.sleep slept for {asked} seconds"


def test_gevent_has_patched_time_where_the_patch_is_the_lesson(evidence: Evidence, prediction: Prediction) -> None:
    for name in sorted(prediction.facts["patched"]):
        patched = evidence.services[name].observed()["patched"]
        assert "time" in patched, f"{name}: time.sleep should be patched, and gevent has patched {patched}"


def test_a_task_switches_only_to_begin_to_sleep_and_to_end(evidence: Evidence, prediction: Prediction) -> None:
    # One that waits by asking for the time again and again takes little of a busy machine's CPU time.
    for name, one in evidence.services.items():
        switches, most = one.observed()["switches"], SWITCHES * (len(prediction.facts["sleeps"]) + 1)
        assert switches <= most, f"{name}: {switches} switches between greenlets, and {most} at most were expected"


def test_tasks_waited_in_the_system_call_of_their_sleep(evidence: Evidence, prediction: Prediction) -> None:
    # The lab looks after `ready`, while they sleep.
    seen = {name: one.sampled("ready").main_wait().mechanism for name, one in evidence.services.items()}
    # Calls without a name here, such as openat, read a page of the program's code.
    waits = {name: "running" if call.isdecimal() else call for name, call in seen.items()}
    wrong = {name: call for name, call in waits.items() if call not in prediction.facts["waits"][name] | MISSED}
    assert not wrong, "; ".join(
        f"{name} should sleep in {' or '.join(sorted(prediction.facts['waits'][name]))}, and waits in {call}"
        for name, call in wrong.items()
    )
    if missed := sorted(name for name, call in waits.items() if call in MISSED):
        pytest.skip(f"on this busy machine the lab looked at {', '.join(missed)} too soon or too late")


def test_sleeping_uses_no_cpu(evidence: Evidence) -> None:
    for name, one in evidence.services.items():
        took = one.sampled("slept").cpu_seconds - one.sampled("begins").cpu_seconds
        if one.said("slept")["seconds"] < 10 * TICK:
            pytest.skip("too short for the kernel's clock of CPU time")
        most = ASLEEP * one.said("slept")["seconds"]
        assert took < most, f"{name}: less than {most:.2f} s of CPU time were expected, and {took:.2f} s were used"
