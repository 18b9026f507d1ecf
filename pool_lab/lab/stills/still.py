"""`Still`: a figure that a notebook shows as a picture, with its words as alternative text."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from pool_lab.lab.stills.page import png
from pool_lab.lab.stills.style import calm

__all__ = ["Still", "alt_text", "on_axes", "picture"]


class Still(Figure):
    """A figure that shows itself in a notebook without pyplot, and says in words what it shows."""

    def __init__(self, title: str = "", alt: str = "") -> None:
        super().__init__()
        self.title = title
        self.alt = alt
        """What it shows, in words."""

    def __repr__(self) -> str:
        return f"Still({self.title})"

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"text/plain": repr(self), **picture(self)}, alt_text(self.alt)


def on_axes(axes: Axes, draw: Callable[[], object]) -> Figure:
    """Draw, and return the figure of the axes; for those in a part of a figure, the whole."""
    calm(axes)
    draw()
    figure = axes.figure
    return figure.figure if isinstance(figure, SubFigure) else figure


def picture(figure: Figure, with_caption: bool = True) -> dict[str, str]:
    return {"image/png": b64encode(png(figure, with_caption=with_caption)).decode("ascii")}


def alt_text(text: str) -> dict[str, Any]:
    return {"image/png": {"alt": text}}
