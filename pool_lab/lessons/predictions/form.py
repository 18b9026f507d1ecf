"""The form for a prediction: a question, a widget to answer it, and a button for each degree of confidence.

The part that depends on the kind of question is an `_Entry`: a widget, and a function that reads the answer from it.
"""

import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import anywidget
import ipywidgets
import traitlets

from pool_lab.lab.views.bundle import script, style
from pool_lab.lessons.predictions.board.view import Board
from pool_lab.lessons.predictions.drawn_timeline import DrawQuestion
from pool_lab.lessons.predictions.questions import Asking, NumberQuestion, OrderQuestion, Question

if TYPE_CHECKING:
    from pool_lab.lessons.predictions.prediction import Prediction

__all__ = ["prediction_view"]

HERE = Path(__file__).parent


class Heading(anywidget.AnyWidget):
    """The text of the question. It brings the style of the whole form."""

    _esm = script(HERE / "form.js")
    _css = style(HERE / "form.css")

    html = traitlets.Unicode().tag(sync=True)

    def __repr__(self) -> str:
        return "Heading()"


class _Entry(NamedTuple):
    widget: Any
    read: Callable[[], Any]
    """Returns the answer, or None if there is none yet."""
    missing: str
    """What to tell the learner if there is no answer."""


def _html(text: str) -> str:
    """The text as HTML, with the words in backquotes as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def prediction_view(prediction: "Prediction") -> ipywidgets.VBox:
    """The form. Its buttons record the answer in the prediction."""
    from pool_lab.lessons.predictions.prediction import CONFIDENCES  # that module imports this one

    entry = _entry(prediction.question)
    buttons = {confidence: ipywidgets.Button(description=confidence) for confidence in CONFIDENCES}
    recorded = ipywidgets.HTML()

    def record(confidence: str) -> None:
        answer = entry.read()
        if answer is None:
            recorded.value = entry.missing
            return
        prediction.answer(answer, confidence)
        for name, button in buttons.items():
            button.button_style = "primary" if name == confidence else ""
        recorded.value = f"Recorded, {escape(confidence)}. Now see what happens."

    for confidence, button in buttons.items():
        button.on_click(lambda _, confidence=confidence: record(confidence))
    foot = ipywidgets.HBox([ipywidgets.HTML("Record my answer as"), *buttons.values(), recorded])
    foot.add_class("pool-lab-prediction-foot")
    view = ipywidgets.VBox([Heading(html=_html(prediction.question.text)), entry.widget, foot])
    view.add_class("pool-lab").add_class("pool-lab-prediction")
    if isinstance(entry.widget, Board):
        view.show_what_happened = entry.widget.show_what_happened
    return view


def _entry(question: Asking) -> _Entry:
    match question:
        case Question():
            return _choice(question)
        case NumberQuestion():
            return _number(question)
        case OrderQuestion():
            return _order(question)
        case DrawQuestion():
            board = Board(question)
            return _Entry(board, lambda: board.drawing, "Place all bars first.")
        case _:
            raise TypeError(f"there is no form for a {type(question).__name__}")


def _choice(question: Question) -> _Entry:
    # Radio buttons show plain text.
    options = [(option.text.replace("`", ""), key) for key, option in question.options.items()]
    choice = ipywidgets.RadioButtons(options=options, value=None)
    return _Entry(choice, lambda: choice.value, "Choose an answer first.")


def _number(question: NumberQuestion) -> _Entry:
    """The field is empty at first: a number in it would be a hint."""
    field = ipywidgets.Text(placeholder=f"{question.least} to {question.most}", description=question.unit or "number")

    def read() -> int | None:
        try:
            return question.checked(int(field.value))
        except ValueError:
            return None

    return _Entry(field, read, f"Type a whole number from {question.least} to {question.most} first.")


def _order(question: OrderQuestion) -> _Entry:
    """A line for each place. Only the texts move, so the buttons stay in place and keep the focus."""
    order = list(question.items)
    lines = [ipywidgets.HTML() for _ in order]

    def write() -> None:
        for line, key in zip(lines, order, strict=True):
            line.value = _html(question.items[key])

    def button(sign: str, way: str, at: int, to: int) -> ipywidgets.Button:
        mover = ipywidgets.Button(description=sign, tooltip=f"Move line {at + 1} {way}")
        mover.disabled = not 0 <= to < len(order)

        def swap(_: object) -> None:
            order[at], order[to] = order[to], order[at]
            write()

        mover.on_click(swap)
        return mover

    write()
    places = range(len(order))
    rows = [[button("↑", "up", at, at - 1), button("↓", "down", at, at + 1), lines[at]] for at in places]
    view = ipywidgets.VBox([ipywidgets.HBox(row) for row in rows])
    view.add_class("pool-lab-order")
    return _Entry(view, lambda: tuple(order), "")
