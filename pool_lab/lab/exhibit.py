"""`Exhibit`: something a notebook shows, live while someone is there and as a still picture for later.

A saved notebook keeps a live view as a mere reference that nobody can follow once the kernel has gone. So each display
of an exhibit is updated when it has come to rest: the same view, and beside it the still as PNG. Where nobody is there
(a notebook run by nbval or nbconvert, plain Python), there is no view at all, only text and the still.

The text of a display is `repr`, which is the same on every run, so that stored outputs can be compared.
"""

import sys
import threading
from base64 import b64encode
from typing import Any

from matplotlib.figure import Figure

from pool_lab.lab.plots import png

__all__ = ["Exhibit", "Still", "someone_is_there"]

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def someone_is_there() -> bool:
    """Whether a person sits before this kernel: whoever runs cells for one lets them ask for `input()`."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return bool(getattr(getattr(shell, "kernel", None), "_allow_stdin", False))


class Still(Figure):
    """A figure that shows itself in a notebook without pyplot, and says in words what it shows."""

    title = "Still"
    alt = ""

    def __repr__(self) -> str:
        return f"Still({self.title})"

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"text/plain": repr(self), **picture(self)}, alt_text(self.alt)


class Exhibit:
    """Has a still, a summary in words, and perhaps a live view."""

    view: Any = None
    """The widget, where someone is there to see it."""

    def __init__(self) -> None:
        self._at_rest = False
        self._displays: list[str] = []
        self._display_lock = threading.Lock()

    def figure(self) -> Still:
        """What there is to see by now, as a matplotlib figure."""
        raise NotImplementedError

    def summary(self) -> str:
        """What there is to see by now, in words."""
        raise NotImplementedError

    def claim(self) -> str:
        """The part of the summary that is the same on every machine."""
        raise NotImplementedError

    def _ipython_display_(self) -> None:
        from IPython.display import display  # only ever called by IPython

        data, metadata = self._bundle()
        handle = display(data, metadata=metadata, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        with self._display_lock:
            self._displays.append(handle.display_id)
        if self.view is None and self._shows_a_still():
            print(self.claim())  # beside the picture, for those who cannot see it; a live view has its caption

    def _come_to_rest(self) -> None:
        """It has come to rest: put the still beside the live view, wherever this is displayed."""
        self._at_rest = True
        with self._display_lock:
            displays = tuple(self._displays)
        if displays:
            from IPython.display import update_display

            data, metadata = self._bundle()
            for display_id in displays:
                update_display(data, metadata=metadata, raw=True, display_id=display_id)  # type: ignore[no-untyped-call]

    def _shows_a_still(self) -> bool:
        """Whether there is something to see and it does not move any more."""
        return self._at_rest

    def _bundle(self) -> tuple[dict[str, Any], dict[str, Any]]:
        data: dict[str, Any] = {"text/plain": repr(self)}
        metadata: dict[str, Any] = {}
        if self.view is not None:
            data[WIDGET_VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self.view.model_id}
        if self._shows_a_still():
            data |= picture(self.figure())
            metadata = alt_text(self.summary())
        return data, metadata


def picture(figure: Figure) -> dict[str, str]:
    return {"image/png": b64encode(png(figure)).decode("ascii")}


def alt_text(text: str) -> dict[str, Any]:
    return {"image/png": {"alt": text}}
