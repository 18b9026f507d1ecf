"""`measure` tries all ways in every round, and compares them only if the run can tell."""

from unittest.mock import Mock

import pytest
from matplotlib.text import Text

from pool_lab.lab import measure
from pool_lab.lab.experiments.measure import Measured
from tests.lab.covers import Question


def measured(**seconds: list[float]) -> Measured:
    """As if these times had been measured."""
    found = measure("Wait", {name: lambda: None for name in seconds}, rounds=3)
    found.seconds = seconds
    return found


def test_every_way_runs_in_every_round_and_once_before() -> None:
    ran: list[str] = []
    found = measure("Add", {"one": lambda: ran.append("one"), "two": lambda: ran.append("two")}, rounds=3)
    assert ran == ["one", "two", "two", "one", "one", "two", "two", "one"]
    assert {name: len(seconds) for name, seconds in found.seconds.items()} == {"one": 3, "two": 3}
    assert found.claim() == "Each way was measured 3 times."


def test_the_slowest_is_compared_with_the_fastest() -> None:
    found = measured(spawn=[0.3, 0.4, 0.5], fork=[0.01, 0.02, 0.03], forkserver=[0.05, 0.05, 0.06])
    assert list(found.medians) == ["fork", "forkserver", "spawn"]
    assert found.summary() == (
        "Median of 3 rounds: fork 20 ms; forkserver 50 ms; spawn 0.40 s. Spawn took 20 times as long as fork."
    )


@pytest.mark.parametrize("slow", [[1.0, 1.2, 9.0], [0.5, 3.0, 3.0]], ids=["hardly slower", "once as fast"])
def test_inside_its_margin_a_run_cannot_tell(slow: list[float]) -> None:
    summary = measured(fast=[1.0, 1.0, 1.0], slow=slow).summary()
    assert summary.endswith("This run cannot tell whether slow or fast is faster: measure again.")


def test_a_single_way_is_compared_with_none() -> None:
    assert measured(alone=[1.0, 1.0, 1.0]).summary() == "Median of 3 rounds: alone 1.0 s."


def test_a_text_that_a_way_returns_stands_beside_its_times() -> None:
    found = measure("Ask", {"fork": lambda: "knows it", "spawn": lambda: 3}, rounds=1)
    assert "knows it" in {text.get_text() for text in found.figure().findobj(Text)}
    assert "(knows it)" in found.summary()
    assert found.results == {"fork": "knows it", "spawn": 3}


def test_it_stays_covered_until_a_prediction_is_in(monkeypatch: pytest.MonkeyPatch) -> None:
    question, shown = Question(), [Mock(), Mock()]
    monkeypatch.setattr("IPython.display.display", Mock(side_effect=shown))
    covered = measure("Wait", {"one": lambda: None}, rounds=1, after=question)
    covered._ipython_display_()
    assert not any(place.update.called for place in shown)
    question.skip()
    assert shown[0].update.call_args.args[0]["text/plain"] == "Measured(Wait)"


def test_nothing_to_measure_is_an_error() -> None:
    with pytest.raises(ValueError, match="got 0 and 5"):
        measure("Wait", {})
    with pytest.raises(ValueError, match="got 1 and 0"):
        measure("Wait", {"one": lambda: None}, rounds=0)
