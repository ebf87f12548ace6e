from wayfare.emulator.methods import Alone
from wayfare.emulator.records import EventKind


def test_nobody_sends_a_byte_and_every_holder_answers(live, wired):
    run = live(wired(("a", "b", 1e6, 0.1), ("b", "c", 1e6, 0.1)), Alone(steps=5), ("a", "c"), stop_s=2.0)
    assert run.summary["packets"] == {"sent": 0, "delivered": 0, "dropped": 0}
    assert run.summary["bytes"]["total"] == 0
    assert {event["node"] for event in run.by_kind[EventKind.TRAIN_END]} == {0, 2}
    assert run.summary["accuracy"]["final"] == run.summary["accuracy"]["nodes"]
    assert run.summary["training"]["jobs"] == len(run.by_kind[EventKind.TRAIN_END])


def test_one_job_follows_the_other_without_a_gap(live, wired):
    run = live(wired(("a", "b", 1e6, 0.1)), Alone(steps=5), ("a",), stop_s=2.0)
    starts, ends = ([e["time_ns"] for e in run.by_kind[kind]] for kind in (EventKind.TRAIN_START, EventKind.TRAIN_END))
    assert len(ends) > 3
    assert starts[1:] == ends[: len(starts) - 1]
