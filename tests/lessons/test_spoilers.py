"""What answers an open question is not shown below it: the rule, and what it does to a cell in a notebook."""

import re
from collections.abc import Iterator

import pytest

from pool_lab.lessons.predictions.spoilers import spoilers
from tests.kernels import Kernel
from tests.lessons.reading import WRITTEN, Lesson

ASK = 'naps = predict("00 naps")\nnaps'
COMPARE = "naps.compare(watched)"


@pytest.mark.parametrize(
    ("cell", "gives_away"),
    [
        ("watched.trace.most_at_once", True),
        ("[each for each in watched.trace]", True),
        ("pool.shutdown()", False),
        ("len(futures)", False),
        ("def answer(watched):\n    return watched", False),
        ("watched = 3", False),
        ("this is no Python", False),
        ('other = predict("00 drawing")\nwatched', False),
    ],
)
def test_after_the_comparison_a_cell_gives_away_what_it_shows_of_the_evidence(cell: str, gives_away: bool) -> None:
    assert spoilers([ASK, COMPARE, cell])[-1] == ["naps"] * gives_away


def test_up_to_the_comparison_all_cells_give_the_answer_away() -> None:
    assert spoilers(["1", ASK, "2", "watched", COMPARE, "3"]) == [[], [], ["naps"], ["naps"], ["naps"], []]


def test_a_question_that_is_asked_again_is_open_again_and_the_last() -> None:
    other = 'other = predict("00 drawing")'
    assert spoilers([ASK, COMPARE, other, "2", ASK, "3"]) == [[], ["naps"], [], ["other"], [], ["other", "naps"]]


def test_several_questions_of_a_cell_are_given_away_together() -> None:
    asks = 'one = predict("05 shutdown")\ntwo = predict("05 exit")'
    assert spoilers([asks, "ran", "one.compare(ran), two.compare(len(ran))", "ran", "len('')"]) == [
        [], ["one", "two"], ["one", "two"], ["one", "two"], []
    ]  # fmt: skip


@pytest.mark.parametrize("lesson", WRITTEN, ids=str)
def test_every_question_of_a_lesson_is_seen(lesson: Lesson) -> None:
    """A cell that compares gives its answer away: so the rule has understood the cells of this lesson."""
    found = spoilers(cell.source for cell in lesson.code)
    for cell, names in zip(lesson.code, found, strict=True):
        assert set(re.findall(r"(\w+)\.compare\(", cell.source)) <= set(names), cell.source
    assert any(found)


@pytest.fixture(scope="module")
def notebook() -> Iterator[Kernel]:
    with Kernel() as started:
        started.run("from pool_lab.lab import stacked, watch\nfrom pool_lab import ThreadPoolExecutor")
        started.run("from pool_lab.lessons import predict")
        yield started


@pytest.fixture
def kernel(notebook: Kernel) -> Kernel:
    """A notebook in which the question is open."""
    notebook.run(ASK)
    return notebook


def shown(kernel: Kernel, cell: str) -> str:
    """All that stands below a cell after this one has run, pictures too."""
    kernel.run(cell)
    kinds = ("display_data", "execute_result", "update_display_data", "stream", "error")
    return "".join(str(message["content"]) for message in kernel.messages if message["msg_type"] in kinds)


RUN = """
with ThreadPoolExecutor(1) as pool:
    watched = watch(pool)
    sizes = [pool.submit(len, "ab").result()]
print("printed", sizes)
display(stacked({"calls": watched}))
sizes"""


@pytest.mark.parametrize("way", ["naps.answer('one')", "naps.skip()"])
def test_a_cell_is_covered_until_its_question_is_answered_or_skipped(kernel: Kernel, way: str) -> None:
    before = shown(kernel, RUN)
    assert [secret for secret in ("printed", "[2]", "1 done", "image/png") if secret in before] == []
    assert "How many nap at the same moment?" in before
    assert "What happened" not in shown(kernel, "naps.compare(watched)")
    assert "'41'" not in shown(kernel, "len(watched.trace.spans) + 40")
    kernel.run("sizes.append(3)")
    after = shown(kernel, way)
    assert [secret for secret in ("printed [2]", "'[2]'", "1 done", "image/png", "What") if secret not in after] == []
    assert "'41'" in after
    assert after.index("printed [2]") < after.index("1 done"), "in the order of the code"
    assert "'51'" in shown(kernel, "len(watched.trace.spans) + 50")
    assert kernel.run("print('as ever')") == "as ever\n"


def test_one_cover_stands_for_all_that_a_cell_shows(kernel: Kernel) -> None:
    assert shown(kernel, RUN).count("application/vnd.jupyter.widget-view+json") == 1


def test_a_question_that_is_not_answered_covers_nothing_else(kernel: Kernel) -> None:
    kernel.run(COMPARE.replace("watched", "[1]"))
    assert "'7'" in shown(kernel, "3 + 4")


def test_an_error_of_a_covered_cell_is_shown_and_leaves_no_trace(kernel: Kernel) -> None:
    assert "ZeroDivisionError" in kernel.run("print('hidden'); 1 / 0")
    kernel.run("naps.skip()")
    assert kernel.run("print('seen')\n1 + 1") == "seen\n2\n"


def test_a_cell_that_runs_a_cell_leaves_no_trace(kernel: Kernel) -> None:
    assert "40" not in kernel.run("print('hidden')\nget_ipython().run_cell('20 + 20')")
    kernel.run("naps.skip()")
    assert kernel.run("print('seen')\n1 + 1") == "seen\n2\n"


def test_if_nobody_can_answer_nothing_is_covered(kernel: Kernel) -> None:
    kernel.run("naps.view = None")
    after = shown(kernel, RUN)
    assert "printed [2]" in after
    assert "image/png" in after
