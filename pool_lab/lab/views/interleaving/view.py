"""Two threads on the page: a button for the next step of each, and a table of the steps so far.

A button only calls back, in the kernel's main thread. What it starts takes a few milliseconds.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path

import ipywidgets
import traitlets

from pool_lab.lab.notebook import Cover
from pool_lab.lab.views.bundle import script, style
from pool_lab.lab.views.controls import Note, experiment_view
from pool_lab.lab.views.cover.view import Coverable

__all__ = ["BACK", "InterleavingView"]

BACK = "Back"
HERE = Path(__file__).parent


class Steps(Coverable):
    """The table, and the same in words."""

    _esm = script(HERE / "main.js")
    _css = style(HERE / "interleaving.css")

    table = traitlets.Unicode(help="As HTML.").tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)


class InterleavingView:
    """`press` is called with the name of a thread, or with `BACK`."""

    def __init__(self, code: str, threads: Sequence[str], press: Callable[[str], None]) -> None:
        self._buttons = {name: _button(name, press) for name in (*threads, BACK)}
        self.steps = Steps()
        note = Note("Two threads", f"each runs {code!r}" if "\n" not in code else "both run the same code")
        self.widget = experiment_view(note, None, [*self._buttons.values()], self.steps)
        self.widget.add_class("pool-lab-interleaving")

    def show(self, ahead: Mapping[str, str], rows: Mapping[str, Sequence[str]], words: str) -> None:
        """ahead: what the next step of each thread does; a thread that has ended is not in it. rows: the table."""
        steps = len(next(iter(rows.values())))
        for name, button in self._buttons.items():
            button.disabled = name not in ahead if name != BACK else not steps
            button.description = BACK if name == BACK else f"{name} {ahead.get(name, 'has ended')}"
        with self.steps.hold_sync():
            self.steps.table, self.steps.words = _table(rows, steps), words

    def keep_covered(self, cover: Cover) -> None:
        """Show nothing but the question, until it is answered."""
        for button in self._buttons.values():
            button.disabled = True
        self.steps.keep_covered(cover)


def _button(name: str, press: Callable[[str], None]) -> ipywidgets.Button:
    button = ipywidgets.Button(description=name)
    button.on_click(lambda _: press(name))
    if name == BACK:
        button.add_class("pool-lab-interleaving-back")
    return button


def _table(rows: Mapping[str, Sequence[str]], steps: int) -> str:
    head = "".join(f"<th scope='col'>{number + 1}</th>" for number in range(steps))
    lines = [f"<tr><th scope='row'>step</th>{head}</tr>"]
    for name, cells in rows.items():
        lines.append(f"<tr><th scope='row'>{escape(name)}</th>{''.join(map(_cell, cells))}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _cell(words: str) -> str:
    kind = " class='pool-lab-interleaving-lost'" if words.endswith("✗") else ""
    return f"<td{kind}>{escape(words)}</td>"
