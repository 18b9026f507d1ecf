"""The rules of a question, which are Python, joined with its words, which are Markdown.

Beside the `questions.py` of a lesson is `questions.md`, with a section for each question, under the same name:

    ## 02 submit
    The question.
    - waits: An answer, under the name that the judge returns.
      - if right: What to say if this happened. Left out if no run can show it.
      - if wrong: What to say if this was chosen and did not happen. Left out if every run shows it.

    ## 02 queued
    The question.
    - because: The explanation of what happens.
    - 3: What to say about this wrong number.
    - fewer: What to say about the mistake of that name in `misses`. The first one that fits counts.
    - otherwise: What to say about any other wrong answer.

If the question asks for an order, all other names in its list are what is put in order.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from pool_lab.lessons.predictions.drawn_timeline import DrawQuestion, drawing_of
from pool_lab.lessons.predictions.questions import Asking, Miss, NumberQuestion, Option, OrderQuestion, Question

__all__ = ["Questions", "Rules", "Words", "before", "choice", "drawing", "number", "order", "words_of"]

ITEM = re.compile(r"^- ([^:]+): (.+)((?:\n  - .+)*)", re.MULTILINE)
PART = re.compile(r"- if (right|wrong): (.+)")
Misses = Mapping[str, Any]
"""Wrong answers by name; or functions of the answer and of what happened, which return whether this is the mistake."""


class Words(NamedTuple):
    """A section of `questions.md`."""

    text: str
    items: Mapping[str, Option]


def words_of(section: str) -> Words:
    text, *_ = section.partition("\n- ")
    found = {name: (words, dict(PART.findall(parts))) for name, words, parts in ITEM.findall(section)}
    items = {name: Option(words, if_.get("right", ""), if_.get("wrong", "")) for name, (words, if_) in found.items()}
    return Words(text.strip(), items)


Rules = Callable[[Words], Asking]
"""Makes a question of its words. `KeyError` if some are missing."""
Questions = Mapping[str, Rules]
"""All questions of a lesson, by name."""


def choice(judge: Callable[[Any], Any], *, on_any_machine: bool = True) -> Rules:
    return lambda words: Question(text=words.text, judge=judge, on_any_machine=on_any_machine, options=words.items)


def number(judge: Callable[[Any], Any], misses: Misses | None = None, **limits: Any) -> Rules:
    """limits: `least`, `most` and `unit` of a `NumberQuestion`."""

    def rules(words: Words) -> NumberQuestion:
        numbers = {name: int(name) for name in words.items if name.isdecimal()}
        return NumberQuestion(judge=judge, **_explained(words, {**numbers, **(misses or {})}), **limits)

    return rules


def order(judge: Callable[[Any], Any], misses: Misses) -> Rules:
    def rules(words: Words) -> OrderQuestion:
        others = {*misses, "because", "otherwise"}
        shown = {name: item.text for name, item in words.items.items() if name not in others}
        return OrderQuestion(judge=judge, items=shown, **_explained(words, misses))

    return rules


def drawing(calls: Mapping[str, float], misses: Misses, *, workers: int, unit_s: float) -> Rules:
    """unit_s: how many seconds a unit of the drawing is."""
    judge = partial(drawing_of, calls=len(calls), unit_s=unit_s)
    return lambda words: DrawQuestion(judge=judge, calls=calls, workers=workers, **_explained(words, misses))


def before(first: str, second: str) -> Callable[[Any, Any], bool]:
    """The mistake in an order that has the first of the two before the second."""
    return lambda answer, _: answer.index(first) < answer.index(second)


def _explained(words: Words, misses: Misses) -> dict[str, Any]:
    """What is said, for an `Explained`. The misses are in the order of the file."""
    said = {name: item.text for name, item in words.items.items()}
    if without_words := misses.keys() - said.keys():
        raise KeyError(f"questions.md has no words for {sorted(without_words)} of: {words.text}")
    named = tuple(Miss(misses[name], text) for name, text in said.items() if name in misses)
    return {"text": words.text, "because": said["because"], "misses": named, "otherwise": said["otherwise"]}
