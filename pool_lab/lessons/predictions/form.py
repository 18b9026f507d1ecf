"""The form for a prediction: a question, a widget to answer it, and a button for each degree of confidence.

The part that depends on the kind of question is an `_Entry`: a widget, and a function that reads the answer from it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import anywidget
import ipywidgets
import traitlets

from pool_lab.lab.views.bundle import script, style
from pool_lab.lessons.content import inline_html
from pool_lab.lessons.predictions.board.view import Board
from pool_lab.lessons.predictions.drawn_timeline import DrawQuestion
from pool_lab.lessons.predictions.questions import Asking, NumberQuestion, OrderQuestion, Question

if TYPE_CHECKING:
    from pool_lab.lessons.predictions.prediction import Prediction

__all__ = ["Form"]

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
    parts: list[Any]
    """What is disabled when the answer stays."""


class Form(ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets ships no types
    """The question, and below it how to answer. Its buttons record the answer in the prediction."""

    def __init__(self, prediction: "Prediction") -> None:
        from pool_lab.lessons.predictions.prediction import CONFIDENCES  # that module imports this one

        self._prediction = prediction
        self._entry = _entry(prediction.question)
        self._buttons = [ipywidgets.Button(description=confidence) for confidence in CONFIDENCES]
        self._said = ipywidgets.HTML()
        for button in self._buttons:
            button.on_click(self._record)
        foot = ipywidgets.HBox([ipywidgets.HTML("Record my answer as"), *self._buttons, self._said])
        foot.add_class("pool-lab-prediction-foot")
        super().__init__([Heading(html=inline_html(prediction.question.text)), self._entry.widget, foot])
        self.add_class("pool-lab").add_class("pool-lab-prediction")

    def close_answer(self, why: str) -> None:
        """Take no other answer, and say why."""
        for widget in [*self._entry.parts, *self._buttons]:
            widget.disabled = True
        self._said.value = why

    def show_what_happened(self, happened: Any) -> None:
        """Draw the run beside the answer, if that is a drawing."""
        if isinstance(self._entry.widget, Board):
            self._entry.widget.show_what_happened(happened)

    def _record(self, pressed: ipywidgets.Button) -> None:
        answer = self._entry.read()
        if answer is None:
            self._said.value = self._entry.missing
            return
        self._said.value = f"Recorded, {pressed.description}. Now see what happens."
        for button in self._buttons:
            button.button_style = "primary" if button is pressed else ""
        self._prediction.answer(answer, pressed.description)


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
            return _Entry(board, lambda: board.drawing, "Place all bars first.", [])
        case _:
            raise TypeError(f"there is no form for a {type(question).__name__}")


def _choice(question: Question) -> _Entry:
    # Radio buttons show plain text.
    options = [(option.text.replace("`", ""), key) for key, option in question.options.items()]
    choice = ipywidgets.RadioButtons(options=options, value=None)
    return _Entry(choice, lambda: choice.value, "Choose an answer first.", [choice])


def _number(question: NumberQuestion) -> _Entry:
    """The field is empty at first: a number in it would be a hint."""
    field = ipywidgets.Text(placeholder=f"{question.least} to {question.most}", description=question.unit or "number")

    def read() -> int | None:
        try:
            return question.checked(int(field.value))
        except ValueError:
            return None

    return _Entry(field, read, f"Type a whole number from {question.least} to {question.most} first.", [field])


def _order(question: OrderQuestion) -> _Entry:
    """A line for each place. Only the texts move, so the buttons stay in place and keep the focus."""
    order = list(question.items)
    lines = [ipywidgets.HTML(inline_html(text)) for text in question.items.values()]
    movers: list[ipywidgets.Button] = []

    def button(sign: str, way: str, at: int, to: int) -> ipywidgets.Button:
        mover = ipywidgets.Button(description=sign, tooltip=f"Move line {at + 1} {way}")
        mover.disabled = not 0 <= to < len(order)

        def swap(_: object) -> None:
            order[at], order[to] = order[to], order[at]
            lines[at].value, lines[to].value = lines[to].value, lines[at].value
            was_touched.append(True)

        mover.on_click(swap)
        movers.append(mover)
        return mover

    was_touched: list[bool] = []
    rows = [[button("↑", "up", at, at - 1), button("↓", "down", at, at + 1), line] for at, line in enumerate(lines)]
    view = ipywidgets.VBox([ipywidgets.HBox(row) for row in rows])
    view.add_class("pool-lab-order")
    missing = "Move the lines first. If they are already in the right order, move one away and back."
    return _Entry(view, lambda: tuple(order) if was_touched else None, missing, movers)
