"""When an answer has to be stopped, by what its heartbeats say."""

from collections.abc import Callable
from typing import Any

import pytest

from pool_lab.lessons.exercises.limits import Heartbeat, Limits
from pool_lab.lessons.exercises.messages import AttemptEnding

TICK_S = 0.05


def stopped_after(
    *, share: float, news_every_s: float, processes: bool = False, others: float = 0.0
) -> tuple[AttemptEnding | None, float]:
    """How an answer ends, and after how many seconds, that gets this share of a core and submits calls that often.

    others: the share of the processes that it has started.
    """
    now = 0.0
    limits = Limits(10.0, lambda: others * now)
    limits.uses_processes = processes
    for tick in range(int(60 / TICK_S)):
        now = tick * TICK_S
        news = tick % max(1, round(news_every_s / TICK_S)) == 0
        if ending := limits.broken_by(Heartbeat(now, share * now, 0, 1, []), news=news):
            return ending, now
    return None, 60.0


def test_an_answer_that_tries_again_and_again_is_stopped_after_ten_seconds() -> None:
    ending, after_s = stopped_after(share=0, news_every_s=0.5)
    assert ending is AttemptEnding.ENDLESS
    assert after_s == pytest.approx(10, abs=0.5)


def test_an_answer_that_computes_between_calls_or_waits_for_processes_is_not_stopped() -> None:
    assert stopped_after(share=0.1, news_every_s=0.5) == (None, 60.0)
    assert stopped_after(share=0, news_every_s=0.5, processes=True) == (None, 60.0)


@pytest.mark.parametrize(
    ("others", "limit_s"),
    [
        pytest.param(0.02, 30, id="a process takes long to start on a busy machine"),
        pytest.param(0.001, 10, id="all processes wait"),
    ],
)
def test_who_waits_for_processes_that_get_on_may_wait_longer(others: float, limit_s: float) -> None:
    stopped, after_s = stopped_after(share=0, news_every_s=1000, processes=True, others=others)
    assert stopped is AttemptEnding.STUCK
    assert after_s == pytest.approx(limit_s, abs=0.5)


@pytest.mark.parametrize(
    ("share", "ending", "limit_s"),
    [
        pytest.param(1.0, AttemptEnding.ENDLESS, 5, id="computes"),
        pytest.param(0.07, AttemptEnding.ENDLESS, 30, id="computes on a very busy machine"),
        pytest.param(0.02, AttemptEnding.ENDLESS, 10, id="asks again and again"),
        pytest.param(0.0, AttemptEnding.STUCK, 10, id="waits"),
    ],
)
def test_an_answer_that_submits_nothing_is_stopped(share: float, ending: AttemptEnding, limit_s: float) -> None:
    stopped, after_s = stopped_after(share=share, news_every_s=1000)
    assert stopped is ending
    assert after_s == pytest.approx(limit_s, abs=0.5)


@pytest.mark.parametrize(
    ("share", "ending"),
    [
        pytest.param(1.0, AttemptEnding.SILENT, id="holds the GIL"),
        pytest.param(0.07, AttemptEnding.SILENT, id="holds the GIL on a very busy machine"),
        pytest.param(0.01, AttemptEnding.UNHEARD, id="gets no core, or waits for the system"),
    ],
)
def test_who_is_silent_holds_the_gil_only_if_it_computes(
    share: float, ending: AttemptEnding, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    limits = Limits(patience_s=10.0)
    assert limits.broken_by(Heartbeat(0, 2.0, 0, 1, []), news=True) is None
    endings = [clock.after(second, limits.broken_by_time, lambda: 2.0 + share * clock.now)[0] for second in range(60)]
    assert next(filter(None, endings)) is ending
    assert endings.index(ending) == (11 if share == 1.0 else 46), "before that, the process may still speak"


def test_who_never_starts_is_not_heard_of(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, limits = Clock(monkeypatch), Limits(patience_s=10.0)
    assert [clock.after(second, limits.broken_by_time, float) for second in (60, 61)] == [
        (None, 0),
        (AttemptEnding.UNHEARD, 0),
    ]


def test_any_message_ends_a_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, limits = Clock(monkeypatch), Limits(patience_s=10.0)
    limits.broken_by(Heartbeat(0, 0, 0, 7, []), news=True)
    clock.after(30, limits.hears)
    assert clock.after(31, limits.broken_by_time, lambda: 30.0) == (None, 7)


class Clock:
    """The clock of the process that applies the limits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr("pool_lab.lessons.exercises.limits.time.monotonic", lambda: self.now)

    def after(self, seconds: float, do: Callable[..., Any], *args: Any) -> Any:
        """What a function returns at that moment."""
        self.now = seconds
        return do(*args)
