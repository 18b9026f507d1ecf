"""The controls of an experiment: ipywidgets, laid out by shared/controls.css.

A control only calls back with what its user asks for. The experiment's own thread does it.
"""

from collections.abc import Callable
from html import escape
from typing import Protocol

import ipywidgets

from pool_lab.lab.notebook import COVER, Curtain
from pool_lab.lab.work.workloads import Knob

__all__ = ["Note", "StartStop", "experiment_view", "keep_covered", "knob_slider", "worker_slider"]


class Picture(Protocol):
    cover: str
    """If not empty, this text hides the picture."""


class StartStop(ipywidgets.Button):  # type: ignore[misc]  # ipywidgets ships no types
    """The one button of a race: Start, Stop, and nothing while the last calls end."""

    def __init__(self, start: Callable[[], None], stop: Callable[[], None]) -> None:
        super().__init__()
        self.add_class("pool-lab-start-stop")
        self._actions = {"Start": start, "Start again": start, "Stop": stop}
        self.on_click(lambda _: self._actions[self.description]())
        self.show("Start")

    def show(self, description: str, *, icon: str = "play", enabled: bool = True) -> None:
        self.set_trait("description", description)
        self.icon, self.disabled = icon, not enabled
        self.button_style = "primary"


def worker_slider(workers: int, most: int, resize: Callable[[int], None]) -> ipywidgets.IntSlider:
    slider = ipywidgets.IntSlider(value=workers, min=1, max=most, description="workers", continuous_update=True)
    slider.observe(lambda change: resize(change["new"]), "value")
    return slider


def knob_slider(knob: Knob, turn: Callable[[str, float], None]) -> ipywidgets.SelectionSlider:
    options = [(knob.words(value), value) for value in knob.values]
    slider = ipywidgets.SelectionSlider(options=options, value=knob.value, description=knob.label)
    slider.observe(lambda change: turn(knob.name, change["new"]), "value")
    return slider


class Note(ipywidgets.HTML):  # type: ignore[misc]  # ipywidgets ships no types
    """The title line: a name, and some words about it."""

    def __init__(self, title: str, note: str) -> None:
        super().__init__()
        self.title = title
        self.say(note)

    def say(self, note: str) -> None:
        self.value = f'<span class="pool-lab-title">{escape(self.title)}</span> {escape(note)}'


def experiment_view(
    note: Note, button: StartStop | None, controls: list[ipywidgets.Widget], *pictures: ipywidgets.Widget
) -> ipywidgets.VBox:
    """A title line with the button, a row of controls, the pictures."""
    head = ipywidgets.HBox([note] if button is None else [note, button])
    head.add_class("pool-lab-head")
    row = ipywidgets.HBox(controls)
    row.add_class("pool-lab-controls")
    view = ipywidgets.VBox([head, row, *pictures] if controls else [head, *pictures])
    view.add_class("pool-lab").add_class("pool-lab-experiment")
    return view


def keep_covered(picture: Picture, button: StartStop | None, curtain: Curtain) -> None:
    """Hide the picture, and lock the button, until the curtain opens."""

    def set_covered(covered: bool) -> None:
        picture.cover = COVER if covered else ""
        if button is not None:
            button.disabled = covered

    set_covered(not curtain.is_open)
    curtain.when_open(lambda: set_covered(False))
