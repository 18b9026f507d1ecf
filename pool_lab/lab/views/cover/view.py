"""A cover names the question that it waits for, leads to it, and can be taken away without an answer.

A view that can be covered is a `Coverable`. A `Covering` shows any other outputs of a cell later.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import traitlets

from pool_lab.lab.notebook import Cover, widget_output
from pool_lab.lab.views.bundle import script, style

__all__ = ["Coverable", "CoveredOutput", "Covering"]

HERE = Path(__file__).parent
Output = tuple[dict[str, Any], dict[str, Any]]
"""Data by MIME type, and metadata."""


class Coverable(anywidget.AnyWidget):
    """A view that shows a cover as long as a question is open; `showCover` (cover.js) draws it."""

    cover = traitlets.Unicode(help="The question that it waits for. Empty: it is not covered.").tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        self._covers: list[Cover] = []
        super().__init__(**traits)
        self.on_msg(self._skip)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def keep_covered(self, cover: Cover, button: ipywidgets.Button | None = None) -> None:
        """Show which question it waits for, and disable the button, until this and all earlier covers are open."""
        self._covers.append(cover)

        def update() -> None:
            self.cover = next((each.asks for each in self._covers if not each.is_open), "")
            if button is not None:
                button.disabled = self.cover != ""

        update()
        cover.when_open(update)

    def _skip(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        waits_for = next((each for each in self._covers if not each.is_open), None)
        if content.get("type") == "skip" and waits_for is not None:
            waits_for.skip()


class CoveredOutput(Coverable):
    """In the place of an output that is not a view."""

    _esm = script(HERE / "main.js")
    _css = style(HERE / "cover.css")


class Covering:
    """Shows one cover for all outputs of a cell. When the questions are answered or skipped, each takes its place."""

    def __init__(self, covers: Sequence[Cover]) -> None:
        self._covers = covers
        self._view: CoveredOutput | None = None

    def show_later(self, outputs: Callable[[], list[Output]]) -> None:
        """Call `outputs` when all are open, in the thread that answers, and show up to two outputs here."""
        from IPython.display import display  # only a notebook calls this

        cover: dict[str, Any] = {"text/plain": ""}
        if self._view is None:
            self._view = CoveredOutput()
            for each in self._covers:
                self._view.keep_covered(each)
            cover = widget_output(self._view, self._view.cover)
        places = [display(shown, raw=True, display_id=True) for shown in (cover, {"text/plain": ""})]  # type: ignore[no-untyped-call]

        def uncover() -> None:
            if all(each.is_open for each in self._covers):
                for place, (data, metadata) in zip(places, outputs(), strict=False):
                    place.update(data, metadata=metadata, raw=True)

        for each in self._covers:
            each.when_open(uncover)
