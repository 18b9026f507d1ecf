"""`Still`: a figure that a notebook shows as a picture, with its words as alternative text; and how to draw one."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from pool_lab.lab.stills.page import png
from pool_lab.lab.stills.style import calm
from pool_lab.lab.trace.executor_kind import this_machine

__all__ = ["Picture", "Still", "alt_text", "draw", "picture"]

Picture = tuple[Callable[..., object], Callable[..., object]]
"""Two functions that draw the same facts: on a whole figure with a caption, and on axes."""

Metadata = dict[str, Any]


class Still(Figure):
    """A figure that shows itself in a notebook without pyplot, and says in words what it shows."""

    def __init__(self, title: str = "", alt: str = "") -> None:
        super().__init__()
        self.title = title
        self.alt = alt
        """What it shows, in words."""
        self.keeps: Metadata = {}
        """What a notebook keeps of it, beside the picture."""

    def __repr__(self) -> str:
        return f"Still({self.title})"

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"text/plain": repr(self), **picture(self)}, {**alt_text(self.alt), **self.keeps}


def draw(
    axes: Axes | None,
    picture: Picture,
    *facts: Any,
    title: str,
    words: str,
    machine: bool = True,
    keeps: Callable[[], Metadata] = dict,
) -> Figure:
    """Draw on the axes and return their figure; if they are in a subfigure, the whole figure.

    None: return a new still. Words and machine are its caption, and a notebook stores with it what `keeps` returns.
    """
    on_page, on_these = picture
    if axes is not None:
        calm(axes)
        on_these(axes, *facts)
        figure = axes.figure
        return figure.figure if isinstance(figure, SubFigure) else figure
    still = Still(title, words)
    still.keeps = keeps()
    on_page(still, *facts, f"{words} ({this_machine()})" if machine else words)
    return still


def picture(figure: Figure, with_caption: bool = True) -> dict[str, str]:
    return {"image/png": b64encode(png(figure, with_caption=with_caption)).decode("ascii")}


def alt_text(text: str) -> dict[str, Any]:
    """The metadata of a picture. On a dark page, saved.css shows those that need a light ground dark."""
    return {"image/png": {"alt": text}, "needs_background": "light"}
