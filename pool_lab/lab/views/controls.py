"""The buttons and sliders of an experiment: ipywidgets, laid out by shared/controls.css.

A control only calls back; the experiment's own thread does the work.
"""

from collections.abc import Callable
from html import escape

import ipywidgets

from pool_lab.lab.work.workload import Parameter

__all__ = ["Note", "StartStop", "experiment_view", "parameter_slider", "sentences", "worker_slider"]


class StartStop(ipywidgets.Button):  # type: ignore[misc]  # ipywidgets ships no types
    """The button of an experiment: Start, Stop, and Start again."""

    def __init__(self, start: Callable[[], None], stop: Callable[[], None]) -> None:
        super().__init__()
        self.add_class("pool-lab-start-stop")
        self._actions = {"Start": start, "Start again": start, "Stop": stop}
        self.on_click(lambda _: self._actions[self.description]())
        self.show("Start")

    def show(self, description: str, *, enabled: bool = True) -> None:
        self.set_trait("description", description)
        self.icon, self.disabled = "stop" if description == "Stop" else "play", not enabled
        self.button_style = "primary"


def worker_slider(workers: int, most: int, resize: Callable[[int], None]) -> ipywidgets.IntSlider:
    slider = ipywidgets.IntSlider(value=workers, min=1, max=most, description="workers", continuous_update=True)
    slider.observe(lambda change: resize(change["new"]), "value")
    return slider


def parameter_slider(parameter: Parameter, vary: Callable[[str, float], None]) -> ipywidgets.SelectionSlider:
    options = [(parameter.words(value), value) for value in parameter.values]
    slider = ipywidgets.SelectionSlider(options=options, value=parameter.value, description=parameter.label)
    slider.observe(lambda change: vary(parameter.name, change["new"]), "value")
    return slider


class Note(ipywidgets.HTML):  # type: ignore[misc]  # ipywidgets ships no types
    """The title line: a title, and some words about it."""

    def __init__(self, title: str, note: str) -> None:
        super().__init__()
        self.title = title
        self.say(note)

    def say(self, note: str) -> None:
        self.value = f'<span class="pool-lab-title">{escape(self.title)}</span> {escape(note)}'


def sentences(texts: list[str]) -> ipywidgets.HTML:
    """A list of sentences."""
    return ipywidgets.HTML(f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>")


def experiment_view(
    note: Note, button: StartStop | None, controls: list[ipywidgets.Widget], *pictures: ipywidgets.Widget
) -> ipywidgets.VBox:
    """A title line with the button, a row of controls, and the pictures."""
    head = ipywidgets.HBox([note] if button is None else [note, button])
    head.add_class("pool-lab-head")
    row = ipywidgets.HBox(controls)
    row.add_class("pool-lab-controls")
    view = ipywidgets.VBox([head, row, *pictures] if controls else [head, *pictures])
    view.add_class("pool-lab").add_class("pool-lab-experiment")
    return view
