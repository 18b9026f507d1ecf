"""`Display`: something a notebook shows, as a live view, a still picture and words.

A saved notebook has only a reference to a live view, which is worth nothing without its kernel. So below each view is a
place for a still, which is filled when calls have ended. While the view is live, controls.css hides the still.
(Both in one display would draw the view anew, and a slider would lose the focus.) Above the view is an output with a
style sheet, saved.css: without the kernel JupyterLab shows an error in place of the view, and the sheet puts better
words there. If nobody uses the notebook (nbval, nbconvert, plain Python), there is no view, only the still and words.

A still of a run has the run in its metadata (programs/kept_run.py), so that a page without a kernel can play it.

The text of a display is its `repr`, the same in every run, so that stored outputs can be compared.
"""

import threading
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.lab.notebook import Cover, after_each_cell, someone_is_there, widget_output
from pool_lab.lab.stills.still import Still, alt_text, picture

__all__ = ["Display"]

Bundle = tuple[dict[str, Any], dict[str, Any]]
"""What a display shows, by MIME type, and its metadata."""

SAVED = Path(__file__).parent / "views" / "shared" / "saved.css"
STILL_PLACEHOLDER = {"text/html": '<span class="pool-lab-still"></span>', "text/plain": ""}


class Display:
    """As the last line of a cell it shows itself: a live view, or a still and its summary."""

    view: Any = None
    """The live view, a widget; None if nobody uses the notebook."""

    def __init__(self, cover: Cover | None = None) -> None:
        """Without a live view it shows nothing until the cover opens. A live view covers itself."""
        self._cover = cover
        self._at_rest = False
        self._displays: list[str] = []
        self._display_lock = threading.Lock()

    def figure(self, ax: Axes | None = None) -> Figure:
        """Draw what it shows so far.

        ax: None: return a new figure, which a notebook shows. Axes: draw on them, and return the figure they belong to.
        """
        raise NotImplementedError

    def summary(self) -> str:
        """What it shows so far, in words."""
        raise NotImplementedError

    def claim(self) -> str:
        """The part of the summary that is the same on every machine."""
        raise NotImplementedError

    def _ipython_display_(self) -> None:
        from IPython.display import display  # only IPython calls this

        if self.view is None and self._cover is not None and not self._cover.is_open:
            from pool_lab.lab.views.cover.view import Covering  # needs widgets

            Covering([self._cover]).show_later(self.outputs)
            return
        if self.view is None and self._shows_a_still():
            # Words below the picture; a live view has its caption.
            words, summary = self.summary() if someone_is_there() else self.claim(), self.summary()
            self._show(display, self._still(with_caption=summary not in words))
            print(words)
            return
        if self.view is None:
            self._show_name(display)
            return
        sheet = f'<span class="pool-lab-saved"></span><style>{SAVED.read_text(encoding="utf-8")}</style>'
        display({"text/html": sheet, "text/plain": ""}, raw=True)  # type: ignore[no-untyped-call]
        display(widget_output(self.view, repr(self)), raw=True)  # type: ignore[no-untyped-call]
        handle = self._show(display, self._still() if self._shows_a_still() else (STILL_PLACEHOLDER, {}))
        with self._display_lock:
            self._displays.append(handle.display_id)

    def _show(self, display: Any, bundle: Bundle) -> Any:
        data, metadata = bundle
        return display(data, metadata=metadata, raw=True, display_id=True)

    def _show_name(self, display: Any) -> None:
        """Its text for now. As it goes on in later cells, a notebook keeps its run."""
        handle = self._show(display, ({"text/plain": repr(self)}, {}))
        kept: list[object] = [None]

        def keep() -> None:
            if (latest := self._what_it_keeps()) is not kept[0]:
                kept[0] = latest
                handle.update({"text/plain": repr(self)}, metadata=self._keeps(), raw=True)

        after_each_cell(keep)

    def _come_to_rest(self) -> None:
        """The run is over: put the still below the live view."""
        self._at_rest = True
        self._keep_still()

    def _keep_still(self) -> None:
        """Put the still below the live view, wherever this is displayed, for a notebook that is saved."""
        with self._display_lock:
            displays = tuple(self._displays)
        if displays:
            from IPython.display import update_display

            data, metadata = self._still()
            for display_id in displays:
                update_display(data, metadata=metadata, raw=True, display_id=display_id)  # type: ignore[no-untyped-call]

    def outputs(self) -> list[Bundle]:
        """The still and, below it, the words."""
        return [self._still(with_caption=False), ({"text/plain": self.summary()}, {})]

    def _keeps(self) -> dict[str, Any]:
        """What a notebook keeps of it so far, as metadata: the run, if it has one."""
        return {}

    def _what_it_keeps(self) -> object:
        """Another object when `_keeps` may have changed. None: there is nothing to keep."""
        return None

    def _shows_a_still(self) -> bool:
        """Whether there is something to see, and it no longer changes."""
        return self._at_rest

    def _still(self, *, with_caption: bool = True) -> Bundle:
        figure = self.figure()
        keeps = figure.keeps if isinstance(figure, Still) else {}
        return {"text/plain": repr(self), **picture(figure, with_caption)}, {**alt_text(self.summary()), **keeps}
