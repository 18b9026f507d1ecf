"""`Exhibit`: something a notebook shows, live while someone is there and as a still picture for later.

A saved notebook keeps a live view as a mere reference that nobody can follow once the kernel has gone. So below each
view there is room for the still, which is put there when the view has come to rest; while the view is live,
timeline.css keeps it out of sight. (To put both into one display would draw the view anew, and a slider would lose the
focus.) Where nobody is there (a notebook run by nbval or nbconvert, plain Python), there is no view at all, only text
and the still.

The text of a display is `repr`, which is the same on every run, so that stored outputs can be compared.
"""

import threading
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.lab.notebook import someone_is_there
from pool_lab.lab.stills.still import alt_text, picture

__all__ = ["Exhibit"]

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
Bundle = tuple[dict[str, Any], dict[str, Any]]
"""What a display shows, by MIME type, and its metadata."""

ROOM_FOR_A_STILL = {"text/html": '<span class="pool-lab-still"></span>', "text/plain": ""}


class Exhibit:
    """Has a still, a summary in words, and perhaps a live view."""

    view: Any = None
    """The widget, where someone is there to see it."""

    def __init__(self) -> None:
        self._at_rest = False
        self._displays: list[str] = []
        self._display_lock = threading.Lock()

    def figure(self, ax: Axes | None = None) -> Figure:
        """What there is to see by now: a figure of its own or, drawn on the axes, the figure that these belong to."""
        raise NotImplementedError

    def summary(self) -> str:
        """What there is to see by now, in words."""
        raise NotImplementedError

    def claim(self) -> str:
        """The part of the summary that is the same on every machine."""
        raise NotImplementedError

    def _ipython_display_(self) -> None:
        from IPython.display import display  # only ever called by IPython

        if self.view is None and self._shows_a_still():
            # For those who cannot see the picture, or not well; a live view has its caption.
            words, summary = self.summary() if someone_is_there() else self.claim(), self.summary()
            self._show(display, self._still(with_caption=summary not in words))
            print(words)
            return
        if self.view is None:
            self._show(display, ({"text/plain": repr(self)}, {}))
            return
        model = {"version_major": 2, "version_minor": 0, "model_id": self.view.model_id}
        display({"text/plain": repr(self), WIDGET_VIEW: model}, raw=True)  # type: ignore[no-untyped-call]
        handle = self._show(display, self._still() if self._shows_a_still() else (ROOM_FOR_A_STILL, {}))
        with self._display_lock:
            self._displays.append(handle.display_id)

    def _show(self, display: Any, bundle: Bundle) -> Any:
        data, metadata = bundle
        return display(data, metadata=metadata, raw=True, display_id=True)

    def _come_to_rest(self) -> None:
        """Nothing moves any more: put the still below the live view, wherever this is displayed."""
        self._at_rest = True
        with self._display_lock:
            displays = tuple(self._displays)
        if displays:
            from IPython.display import update_display

            data, metadata = self._still()
            for display_id in displays:
                update_display(data, metadata=metadata, raw=True, display_id=display_id)  # type: ignore[no-untyped-call]

    def _shows_a_still(self) -> bool:
        """Whether there is something to see and it does not move any more."""
        return self._at_rest

    def _still(self, *, with_caption: bool = True) -> Bundle:
        return {"text/plain": repr(self), **picture(self.figure(), with_caption)}, alt_text(self.summary())
