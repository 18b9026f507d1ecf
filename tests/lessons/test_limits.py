"""When an answer has to be stopped, by what its heartbeats say."""

import pytest

from pool_lab.lessons.exercises.limits import Heartbeat, Limits
from pool_lab.lessons.exercises.messages import AttemptEnding

TICK_S = 0.05


def stopped_after(*, share: float, news_every_s: float, processes: bool = False) -> tuple[AttemptEnding | None, float]:
    """How an answer ends, and after how many seconds, that gets this share of a core and submits calls that often."""
    limits = Limits(patience_s=10.0)
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
