"""The lessons are complete: each has what a lesson has, and together they show every claim and use every public name.

What is still missing is named: the lesson, the claim, the name.
"""

import builtins
import importlib
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from operator import attrgetter
from typing import Any

import pytest
from nbformat import NotebookNode

import pool_lab
from pool_lab import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed, wait
from pool_lab.lessons import source
from pool_lab.lessons.exercises.check import EXERCISES
from pool_lab.lessons.exercises.misconceptions import MISCONCEPTIONS
from pool_lab.lessons.predictions.predict import QUESTIONS
from pool_lab.lessons.series import LESSONS, notebook, title
from tests.lessons.reading import FOLDER, WRITTEN, Lesson, bindings, prose, second_meanings
from tools import lesson_length, write_glossary
from tools.store_notebooks import is_exempt, tags

DUE = LESSONS
"""What has to be there."""
CLAIMS_DUE = range(1, 31)

MOST_MINUTES = 20
STEPS = ["Predict", "Run", "Investigate", "Modify", "Make"]
OPENING = ["You will do", "You will learn", "You need"]
CLOSING = ["On your own", "In practice", "What the standard library also does"]

LATER = {
    "Event": "a type: what an observer is given is seen without naming it",
    "Observer": "a type, for annotations, which the code of lessons has none of",
    "inherit_context=": "context variables: no lesson needs them",
    "CallUnpicklingError": "rare: what arrives and cannot be unpickled was made so on purpose, or the versions differ",
    "RemoteTraceback": "a cause of errors, which tracebacks show without its being named",
    **dict.fromkeys([".kill_workers", ".terminate_workers"], "lesson 09 kills one worker, and no lesson all of them"),
}
"""Names that no lesson uses yet, and why."""

# What a term of the field, or of these lessons, is not called; and what it is.
OTHER_WORDS = {
    r"tasks?": "call",
    r"jobs?": "call",
    r"work items?": "call",
    r"canceled|canceling": "cancelled, cancelling",
    r"time-outs?|time outs?": "timeout",
    r"thread-pools?|threadpools?": "thread pool",
    r"process-pools?|processpools?": "process pool",
    r"call-backs?|call backs?": "callback",
    r"dead-locks?|dead locks?": "deadlock",
    r"sub-?processes": "process",
    r"notebook server": "JupyterLab",
    r"python": "Python",
    r"jupyterlab|Jupyter Lab": "JupyterLab",
    r"Gil|gil": "GIL",
}

OTHER_NAMES = {"heard": "events", "hired": "started", "told": "what it is", "door": "gate", "crew": "pool"}
"""What code does not call something, and what it is called."""

each = pytest.mark.parametrize("lesson", WRITTEN, ids=str)


@pytest.mark.parametrize("name", DUE)
def test_the_lesson_is_there(name: str) -> None:
    assert (FOLDER / f"{name}.ipynb").is_file(), f"notebooks/{name}.ipynb is yet to be written"


@each
def test_a_lesson_opens_with_what_you_will_do_and_learn_and_need(lesson: Lesson) -> None:
    first = lesson.cells[0].source
    assert first.startswith(f"# {title(lesson.number)}\n")
    assert re.findall(r"^- \*\*(.+?):\*\* ", first, re.MULTILINE) == OPENING


@each
def test_a_lesson_walks_the_five_steps(lesson: Lesson) -> None:
    steps = [heading.partition(". ")[2] for heading in lesson.headings if re.match(r"\d\. ", heading)]
    assert list(dict.fromkeys(steps)) == STEPS
    assert {f"{STEPS.index(step) + 1}. {step}" for step in steps} <= set(lesson.headings)


@each
def test_a_lesson_closes_with_what_is_left_to_do_and_to_know(lesson: Lesson) -> None:
    assert lesson.headings[-3:] == CLOSING


@each
def test_a_lesson_asks_all_its_questions_and_compares_each_with_the_run(lesson: Lesson) -> None:
    asked = {name: variable for cell in lesson.code for variable, name in _predictions(cell.source)}
    assert set(asked) == {name for name in QUESTIONS if name.startswith(lesson.number)}
    compared = "\n".join(cell.source for cell in lesson.code)
    assert [name for name, variable in asked.items() if f"{variable}.compare(" not in compared] == []


def _predictions(source: str) -> list[tuple[str, str]]:
    return re.findall(r"^(\w+) = predict\(\"(.+?)\"\)$", source, re.MULTILINE)


@each
def test_between_a_prediction_and_its_comparison_no_value_is_shown(lesson: Lesson) -> None:
    """What is stored there would answer the question. Views are covered, and an empty set says nothing."""
    values = [
        output.get("data", {}).get("text/plain", "an error")
        for cell in _between_prediction_and_comparison(lesson)
        for output in cell.outputs
        if output.output_type in {"execute_result", "error"}
    ]
    assert [value for value in values if value != "set()"] == []


def _between_prediction_and_comparison(lesson: Lesson) -> Iterator[NotebookNode]:
    waiting: set[str] = set()
    for cell in lesson.code:
        waiting -= {variable for variable in waiting if f"{variable}.compare(" in cell.source}
        if waiting:
            yield cell
        waiting |= {variable for variable, _ in _predictions(cell.source)}


@each
def test_a_lesson_says_how_long_it_takes_which_is_twenty_minutes_at_most(lesson: Lesson) -> None:
    minutes = round(lesson_length.minutes(lesson.cells))
    assert lesson_length.stated(lesson.cells) == minutes, "its first paragraph ends: It takes about N minutes."
    assert minutes <= MOST_MINUTES, "see what each part takes: python -m tools.lesson_length"


@each
def test_a_lesson_has_exercises(lesson: Lesson) -> None:
    assert len([name for name in EXERCISES if name.startswith(lesson.number)]) >= 2


@pytest.mark.parametrize("number", CLAIMS_DUE)
def test_a_claim_is_an_experiment_with_a_prediction(number: int) -> None:
    claim, lessons = MISCONCEPTIONS[number], [lesson.name for lesson in WRITTEN]
    assert claim.lesson in lessons, f"claim {number} belongs to {claim.lesson}, which is yet to be written"
    lesson = WRITTEN[lessons.index(claim.lesson)]
    cells = lesson.tagged(f"claim-{number}")
    variables = {variable for cell in cells for variable, _ in _predictions(cell.source)}
    assert variables, f"{lesson}: no prediction is tagged claim-{number} ({claim.belief})"
    runs = [cell.source for cell in cells if not _predictions(cell.source)]
    assert runs, f"{lesson}: no cell that runs it is tagged claim-{number} ({claim.belief})"


@each
def test_only_claims_that_are_known_are_tagged(lesson: Lesson) -> None:
    known = {f"claim-{number}" for number in MISCONCEPTIONS}
    assert {tag for cell in lesson.cells for tag in tags(cell) if tag.startswith("claim")} <= known


def public_names() -> list[str]:
    """Names of the package, methods as `.submit`, and parameters that may be left out as `timeout=`."""
    makers = (Executor, Future, ThreadPoolExecutor, ProcessPoolExecutor)
    methods = {
        name: method
        for maker in makers
        for name, method in inspect.getmembers(maker, inspect.isroutine)
        if not name.startswith("_")
    }
    signatures = [inspect.signature(function) for function in (*makers, *methods.values(), wait, as_completed)]
    options = [
        parameter.name
        for signature in signatures
        for parameter in signature.parameters.values()
        if parameter.default is not parameter.empty
    ]
    return [
        *vars(pool_lab)["__all__"],
        *(f".{name}" for name in methods),
        *(f"{name}=" for name in dict.fromkeys(options)),
    ]


USED = {name for lesson in WRITTEN for name in lesson.names_used()}


@pytest.mark.parametrize("name", [name for name in public_names() if name not in LATER])
def test_a_public_name_is_used_in_a_lesson(name: str) -> None:
    is_used = name in USED
    assert is_used, f"no lesson uses {name}"


def test_what_no_lesson_is_said_to_use_exists_and_is_not_used() -> None:
    assert set(LATER) <= set(public_names())
    assert {name for name in LATER if name in USED} == set(), "it is used now"


@each
def test_a_link_leads_somewhere(lesson: Lesson) -> None:
    local = [target for _, target in lesson.links if not target.startswith("https://")]
    assert [target for target in local if not (FOLDER / target.partition("#")[0]).is_file()] == []


@each
def test_a_link_to_a_lesson_has_its_title(lesson: Lesson) -> None:
    titles = {f"{name}.ipynb": {title(name[:2]), name[:2]} for name in LESSONS}
    assert [link for link in lesson.links if link[1] in titles and link[0] not in titles[link[1]]] == []


@each
def test_a_lesson_leads_to_the_next(lesson: Lesson) -> None:
    ahead = [name for name in LESSONS[LESSONS.index(lesson.name) + 1 :] if (FOLDER / f"{name}.ipynb").is_file()]
    if ahead:
        assert lesson.text.rstrip().endswith(f"**Next:** [{title(ahead[0][:2])}]({ahead[0]}.ipynb).")


def test_the_first_lesson_leads_to_all_others_and_names_those_to_come() -> None:
    first = WRITTEN[0]
    rows = re.findall(r"^\| (\d\d) \| (.+?) \|", first.text, re.MULTILINE)
    there = {lesson.number for lesson in WRITTEN[1:]} | {name[:2] for name in DUE[1:]}
    links = {number: f"[{title(number)}]({notebook(number)}.ipynb)" for number in there}
    assert rows == [(name[:2], links.get(name[:2], title(name[:2]))) for name in LESSONS]


@each
def test_a_name_keeps_its_meaning_through_a_lesson(lesson: Lesson) -> None:
    assert second_meanings([cell.source for cell in lesson.code]) == []


@each
def test_no_cell_hides_what_python_has_built_in(lesson: Lesson) -> None:
    hidden = {name for name in dir(builtins) if not name.startswith("_")} - {"TimeoutError"}
    assert {binding.name for cell in lesson.code for binding in bindings(cell.source)} & hidden == set()


@each
def test_code_has_the_names_of_the_field(lesson: Lesson) -> None:
    names = {binding.name for cell in lesson.code for binding in bindings(cell.source)}
    assert names & set(OTHER_NAMES) == set(), OTHER_NAMES


@each
def test_what_a_line_shows_is_not_left_to_a_second_pool(lesson: Lesson) -> None:
    """A line that waits is run by the learner, and a timer ends the wait."""
    left = [re.findall(r"\.submit\((?:next|[\w.\[\]]+\.shutdown)\b", cell.source) for cell in lesson.code]
    assert [call for calls in left for call in calls] == []


@each
def test_a_picture_says_in_words_what_it_shows(lesson: Lesson) -> None:
    pictures = [output for cell in lesson.code for output in cell.outputs if "image/png" in output.get("data", {})]
    assert pictures
    assert all(output.metadata.get("image/png", {}).get("alt") for output in pictures)


def test_nine_cells_in_ten_are_short_and_in_no_lesson_fewer_than_five_in_six() -> None:
    long = {lesson: sum(map(_is_long, lesson.code)) for lesson in WRITTEN}
    assert 10 * sum(long.values()) <= sum(len(lesson.code) for lesson in WRITTEN)
    assert [lesson for lesson in WRITTEN if 6 * long[lesson] > len(lesson.code)] == []


def _is_long(cell: NotebookNode) -> bool:
    """Ten lines or more, without the empty ones between functions. Of a program that grows, what is new counts."""
    step = lesson_length.step_of(cell.source)
    lines = len([line for line in cell.source.splitlines() if line.strip()])
    return (lines if step is None else lesson_length.new_lines(step)) >= 10


@each
def test_what_is_exempt_from_comparison_has_a_reason(lesson: Lesson) -> None:
    """In the cell or in the words before it: why it "is not compared"."""
    exempt = [number for number, cell in enumerate(lesson.cells) if cell.cell_type == "code" and is_exempt(cell)]
    around = ["\n".join(cell.source for cell in lesson.cells[number - 1 : number + 1]) for number in exempt]
    assert [text for text in around if "not compared" not in text.lower()] == []


@each
def test_the_same_thing_has_the_same_word(lesson: Lesson) -> None:
    text = prose(lesson.text)
    others = {word: found for word in OTHER_WORDS if (found := re.findall(rf"\b(?:{word})\b", text))}
    assert others == {}, {OTHER_WORDS[word] for word in others}


def test_a_word_is_explained_once() -> None:
    explained = write_glossary.explanations([FOLDER / f"{lesson}.ipynb" for lesson in WRITTEN])
    several = {term for term, count in Counter(each.term for each in explained).items() if count > 1}
    assert [(each.term, each.lesson) for each in explained if each.term in several] == []


def test_the_glossary_is_that_of_the_lessons_as_they_are() -> None:
    (cell,) = [cell for cell in WRITTEN[0].cells if write_glossary.TAG in tags(cell)]
    explained = write_glossary.explanations([FOLDER / f"{lesson}.ipynb" for lesson in WRITTEN])
    assert cell.source == write_glossary.page(explained), "run python -m tools.write_glossary"


@each
def test_the_source_that_a_lesson_shows_is_what_is_in_the_package(lesson: Lesson) -> None:
    """The standard library's is another with every Python."""
    shown = [output.get("data", {}).get("text/markdown", "") for cell in lesson.code for output in cell.outputs]
    ours = [(text, found) for text in shown if (found := re.match(r"`(\S+)` in `(pool_lab\S*)`", text))]
    stale = [found[0] for text, found in ours if text != source(_named(*found.groups()))._repr_markdown_()]
    assert stale == [], f"run python -m tools.store_notebooks notebooks/{lesson}.ipynb"


def _named(name: str, module: str) -> Any:
    return attrgetter(name)(importlib.import_module(module))


@each
def test_what_a_lesson_tells_to_look_for_is_in_the_source_that_it_shows(lesson: Lesson) -> None:
    """The package changes, and a lesson shows whatever is there: its words must still be about that."""
    for words, code in pairwise(lesson.cells):
        if code.cell_type == "code" and "source(" in code.source:
            shown = "".join(str(output) for output in code.outputs)
            for name in re.findall(r"[Ll]ook for `(\w+)", words.source):
                assert name in shown, f"{name} is not in what this shows:\n{code.source}"
