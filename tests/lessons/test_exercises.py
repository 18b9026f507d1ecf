"""Every exercise accepts all that is right, and tells each wrong answer what is wrong with it.

`POOL_LAB_ROUNDS=20` repeats that as often, while other processes want the processor as well.
"""

import concurrent.futures
import itertools
import multiprocessing
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from pool_lab.lab import workloads
from pool_lab.lessons import check, exercise, hint, saved_progress, solution
from pool_lab.lessons.exercises.attempt import Attempt
from pool_lab.lessons.exercises.check import EXERCISES
from pool_lab.lessons.exercises.exercise import Exercise, Source
from pool_lab.lessons.exercises.messages import AttemptEnding
from pool_lab.lessons.exercises.mistakes import OF_ANY_ANSWER, PLAIN, Mistake
from pool_lab.lessons.exercises.starter import is_untouched
from pool_lab.lessons.exercises.verdict import Grade, judge
from pool_lab.pool import usable_cpus
from tests.lessons.answer_files import ANSWERS, Answer, answers_to, function_of, wrong

ROUNDS = int(os.environ.get("POOL_LAB_ROUNDS", "0"))
ANSWERS_AT_ONCE = 4 * usable_cpus()
each = pytest.mark.parametrize("task", EXERCISES.values(), ids=EXERCISES)


@each
def test_every_right_answer_is_accepted_and_every_wrong_one_is_told_its_own_mistake(task: Exercise) -> None:
    false = false_verdicts([task])
    assert not false, "\n\n".join(false)


@pytest.mark.skipif(not ROUNDS, reason="takes long: POOL_LAB_ROUNDS=20 asks for it")
@pytest.mark.timeout(0)
def test_no_verdict_is_false_however_busy_the_machine_is() -> None:
    with Burden(2 * usable_cpus()):
        false = [text for _ in range(ROUNDS) for text in false_verdicts(EXERCISES.values())]
    assert not false, "\n\n".join(false)


def false_verdicts(tasks: Iterable[Exercise]) -> list[str]:
    """Tries all answers, several at the same moment: most of the time they wait."""
    to_try = [(task, answer) for task in tasks for answer in answers_to(task)]
    with concurrent.futures.ThreadPoolExecutor(ANSWERS_AT_ONCE) as pool:
        return [text for text in pool.map(false_verdict, *zip(*to_try, strict=True)) if text]


def false_verdict(task: Exercise, answer: Answer) -> str:
    """What is false about the verdict; empty if nothing is."""
    verdict = check(task.name, task.value_of(answer.source))
    said = str(verdict)
    if not answer.mistake:
        is_told = verdict.grade is Grade.CORRECT and "✗" not in said
    else:
        told = verdict.mistake if verdict.grade in {Grade.WRONG, Grade.ALMOST} else None
        is_told = told is not None and told.name == answer.mistake and told.words in said
    return "" if is_told else f"{task.name}, {answer.file}:\n{answer.source.cell}\n\n{said}\n{verdict.attempt}"


class Burden:
    """As many processes as that, each of which never stops computing."""

    def __init__(self, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._processes = [context.Process(target=compute, daemon=True) for _ in range(count)]

    def __enter__(self) -> None:
        for process in self._processes:
            process.start()

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.join()


def compute() -> None:
    for _ in itertools.count():
        pass


@each
def test_every_mistake_has_an_answer_that_makes_it_and_every_wrong_answer_names_one(task: Exercise) -> None:
    made = {answer.mistake for answer in answers_to(task)} - {""}
    assert set(task.mistakes) <= made
    assert made <= {*task.mistakes, *OF_ANY_ANSWER, *PLAIN}


def test_every_answer_is_to_an_exercise() -> None:
    assert {path.name.removesuffix(".txt") for path in ANSWERS.iterdir()} - {"__pycache__"} == set(EXERCISES)


@each
def test_the_starter_is_not_an_attempt(task: Exercise) -> None:
    verdict = check(task.name, task.value_of(starter(task)))
    assert verdict.grade is Grade.NOT_ATTEMPTED
    assert verdict.attempt is None, "nothing was run"
    assert check(task.name, None).grade is check(task.name, ...).grade is Grade.NOT_ATTEMPTED


def starter(task: Exercise) -> Source:
    return Source(task.solution.imports, task.starter)


def test_comments_and_another_name_are_no_attempt_and_a_statement_is() -> None:
    def starter(pool):  # type: ignore[no-untyped-def]
        ...

    def renamed(pool):  # type: ignore[no-untyped-def]
        # I have no idea.
        pass

    def begun(pool):  # type: ignore[no-untyped-def]
        pool.submit()

    def documented(pool):  # type: ignore[no-untyped-def]
        """What it will do."""

    assert is_untouched(renamed, starter)
    assert is_untouched(documented, starter)
    assert not is_untouched(begun, starter)


def test_a_class_with_one_method_written_is_an_attempt() -> None:
    task = EXERCISES["08.1"]
    begun = task.starter.replace("args):\n        ...", "args):\n        raise SystemExit")
    assert begun != task.starter
    assert not task.is_not_attempted(task.value_of(Source(task.solution.imports, begun)))


def test_an_exercise_must_be_known() -> None:
    for ask in (hint, solution, exercise):
        with pytest.raises(ValueError, match=r"there is no exercise '99\.9'; there are"):
            ask("99.9")


def test_letters_that_no_line_has_are_told() -> None:
    verdict = check("00.1", "E B Q")
    assert verdict.grade is Grade.WRONG
    assert "There is no line Q." in str(verdict)
    assert "Write the letters" in str(check("00.1", 5))


def test_the_decorator_shows_the_verdict_and_leaves_the_answer_alone(capsys: pytest.CaptureFixture[str]) -> None:
    answer = function_of("return 1 / 0")
    assert exercise("07.2")(answer) is answer
    shown = capsys.readouterr().out
    assert "✗ Exercise 07.2: wrong." in shown
    assert "ZeroDivisionError: division by zero  (line 2)" in shown


def test_a_wrong_answer_is_told_what_it_looks_like_and_what_it_said() -> None:
    source = wrong("00.2", "futures")
    talks = Source(source.imports, source.cell.replace("return", 'print("I submit")\n    return'))
    lines = str(check("00.2", EXERCISES["00.2"].value_of(talks))).splitlines()
    assert "Often heard (no. 5): a future is the result." in "\n".join(lines)
    assert lines[lines.index("Your answer printed:") + 2 :] == ["~~~", "I submit", "~~~"]
    assert "- ✗ not yet: you returned all results" in lines


def test_a_misconception_comes_with_a_link_to_the_lesson_that_shows_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    verdict = check("00.2", EXERCISES["00.2"].value_of(wrong("00.2", "futures")))
    monkeypatch.chdir(tmp_path)
    assert "See lesson 03." in str(verdict), "it is not there yet"
    (tmp_path / "03_hold_a_promise.ipynb").touch()
    assert "See [Hold a promise](03_hold_a_promise.ipynb)." in verdict._repr_markdown_()
    assert "Your answer returned `[<Future>, <Future>, <Future>, <Future>, <Future>, <Future>]`." in str(verdict)


def test_a_reader_of_the_lesson_that_shows_a_belief_is_not_sent_to_it() -> None:
    said = str(check("03.1", EXERCISES["03.1"].value_of(wrong("03.1", "futures"))))
    assert "Often heard (no. 5): a future is the result." in said
    assert "See" not in said


def test_an_almost_right_answer_is_told_what_is_right_and_what_is_missing() -> None:
    verdict = check("00.1", "E B A")
    assert verdict.grade is Grade.ALMOST
    lines = str(verdict).splitlines()
    assert "- ✓ the list holds what the three naps returned" in lines
    assert "- ✗ not yet: the pool was shut down" in lines


def test_an_answer_that_is_right_for_one_input_only_is_wrong() -> None:
    first, second = (setup.case for setup in EXERCISES["03.1"].setups)
    verdict = check("03.1", function_of(f"return {list(first)!r}"))
    assert verdict.grade is Grade.WRONG
    assert verdict.attempt is not None
    assert verdict.attempt.case == second


def test_an_answer_that_was_not_heard_of_is_neither_right_nor_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    task = EXERCISES["09.2"]
    verdict = judge(task, Attempt(AttemptEnding.UNHEARD))
    assert verdict.grade is Grade.UNDECIDED
    assert str(verdict).startswith("… Exercise 09.2: undecided.\n\nThis run cannot tell.")
    monkeypatch.setenv("POOL_LAB_PROGRESS", str(tmp_path / "progress"))
    monkeypatch.setattr("pool_lab.lessons.exercises.check.try_answer", lambda *_: Attempt(AttemptEnding.UNHEARD))
    check("09.2", task.value_of(task.solution))
    assert not saved_progress.entries(), "nothing is kept"


@pytest.mark.parametrize("ending", [AttemptEnding.STUCK, AttemptEnding.ENDLESS, AttemptEnding.CROWD])
def test_how_an_answer_to_09_2_was_stopped_does_not_change_what_it_is_told(ending: AttemptEnding) -> None:
    mistake = judge(EXERCISES["09.2"], Attempt(ending)).mistake
    assert mistake is not None
    assert mistake.name == "never told"


def test_an_answer_that_calls_itself_does_not_call_an_earlier_answer_of_that_name() -> None:
    cell = """
def nap_all(pool, lengths, futures=()):
    if len(futures) == len(lengths):
        return [future.result() for future in futures]
    return nap_all(pool, lengths, [*futures, pool.submit(workloads.nap, lengths[len(futures)])])
"""
    names = {"__name__": "__main__", "nap_all": function_of("return None"), "workloads": workloads}
    earlier = names["nap_all"]
    exec(cell, names)
    answer, names["nap_all"] = names["nap_all"], earlier
    assert check("00.2", answer).grade is Grade.CORRECT


def test_of_what_an_answer_prints_the_beginning_is_shown() -> None:
    said = str(check("00.2", function_of("print('x' * 100_000)")))
    assert "Your answer printed more than is shown here, which is the first 2000 characters:" in said
    assert len(said) < 4_000


def test_a_deadlock_without_calls_that_wait_for_calls_is_no_misconception_about_them() -> None:
    forever = function_of("from pool_lab import Future\nreturn Future().result()")
    assert check("00.2", forever).mistake is OF_ANY_ANSWER["standstill"]
    of_calls = check("00.2", EXERCISES["00.2"].value_of(wrong("00.2", "deadlock")))
    assert of_calls.mistake is OF_ANY_ANSWER["deadlock"]


@pytest.mark.parametrize(
    ("body", "said"), [("print('done')", "Your function returned nothing."), ("yield 0", "You returned an iterator")]
)
def test_every_exercise_says_something_about_a_value_that_is_no_result(body: str, said: str) -> None:
    verdict = check("00.2", function_of(body))
    assert said in str(verdict)


def test_a_line_is_counted_as_the_learner_counts_it() -> None:
    assert "(line 1)" in str(check("00.1", "B E A C")), "the pool is not there yet"
    assert "(line 2)" in str(check("00.1", "E A C"))


def test_an_odd_result_is_wrong_and_not_an_error() -> None:
    odd = {"unhashable": [[]], 3: {1}}
    for task in EXERCISES.values():
        verdict = check(task.name, function_of(f"return {odd!r}")) if task.name != "00.1" else None
        assert verdict is None or verdict.grade is Grade.WRONG


def test_a_question_that_makes_no_sense_of_a_result_is_answered_with_no() -> None:
    def explode(_: object) -> bool:
        raise ZeroDivisionError

    task = EXERCISES["00.1"]
    broken = replace(task, mistakes={"?": Mistake("?", "?", explode)})
    attempt = check("00.1", "E B A").attempt
    assert attempt is not None
    assert judge(broken, attempt).mistake is None
