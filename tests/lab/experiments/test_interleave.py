"""Two threads whose steps you choose: in words, as a picture, and with buttons."""

from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from pool_lab.lab import interleave
from pool_lab.lab.experiments import interleave as module
from pool_lab.lab.experiments.interleave import Interleaving
from tests.lab.covers import Question

LINE = "counter = counter + 1"


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text)]


def test_steps_can_be_taken_and_taken_back() -> None:
    threads = interleave(LINE, counter=0)
    assert threads.summary() == "No thread has taken a step."
    assert threads.back().go("AB").order == "AB"
    assert threads.steps == ("A reads counter: 0", "B reads counter: 0")
    assert threads.go("BA").values == {"counter": 1}
    assert threads.back().back().go("AA"[:1]).values == {"counter": 1}
    assert repr(threads) == "Interleaving('counter = counter + 1')"


def test_words_and_picture_say_the_same_on_every_machine() -> None:
    lost = interleave(LINE, "ABAB", counter=0)
    said = "A reads counter: 0. B reads counter: 0. A writes counter: 1. B writes counter: 1, over an update."
    assert lost.claim() == lost.summary() == f"{said} In the end counter is 1."
    figure = lost.figure()
    assert {"A", "B", "counter", "reads 0", "writes 1", "writes 1 ×"} <= set(texts(figure))
    assert len([patch for patch in figure.findobj() if patch.get_gid() == "step"]) == 4


def test_with_several_variables_each_step_names_its_own() -> None:
    assert {"reads a: 1", "writes b: 1"} <= set(texts(interleave("b = a", "AB", a=1, b=0).go("A").figure()))


@pytest.fixture
def _someone_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "someone_is_there", lambda: True)


def buttons(threads: Interleaving) -> dict[str, Any]:
    return {button.description: button for button in threads.view.children[1].children}


def words(threads: Interleaving) -> str:
    steps = threads.view.children[2]
    return str(steps.table + steps.words)


@pytest.mark.usefixtures("_someone_is_there")
def test_a_button_says_what_the_next_step_of_its_thread_does_and_takes_it() -> None:
    threads = interleave(LINE, counter=0)
    assert {name: button.disabled for name, button in buttons(threads).items()} == {
        "A reads counter": False,
        "B reads counter": False,
        "Back": True,
    }
    for name in ("A reads counter", "B reads counter", "A writes counter: 1", "B writes counter: 1"):
        buttons(threads)[name].click()
    assert threads.order == "ABAB"
    assert buttons(threads)["A has ended"].disabled
    threads._press("A")  # a second click may be on its way before the page knows
    assert threads.summary() in words(threads)
    buttons(threads)["Back"].click()
    assert threads.order == "ABA"


@pytest.mark.usefixtures("_someone_is_there")
def test_the_steps_are_covered_until_the_prediction_is_made() -> None:
    question = Question()
    threads = interleave(LINE, "AB", counter=0, after=question)
    assert all(button.disabled for button in buttons(threads).values())
    assert "counter: 0" not in words(threads)
    assert threads.view.children[2].cover == question.asks
    question.skip()
    assert threads.view.children[2].cover == ""
    assert threads.summary() in words(threads)
    assert not buttons(threads)["A writes counter: 1"].disabled


@pytest.mark.usefixtures("_someone_is_there")
def test_what_the_code_says_is_shown_as_text_and_not_as_a_page() -> None:
    threads = interleave("a = a + '<b>'", "AB", a="<i>")
    assert "<b>" not in words(threads) + threads.view.children[0].children[0].value
    assert "&lt;i&gt;" in words(threads)
