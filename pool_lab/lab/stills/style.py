"""What all stills share: the style sheet, its colours by name, and the colours of each kind of executor.

Colours are written in the style sheet only. `styled` uses it for a `with` block, on top of matplotlib's own defaults,
and leaves the user's settings alone.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, cast

import matplotlib
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb

STYLE = Path(__file__).with_name("pool_lab.mplstyle")
DPI = 100
POINT = 72 / DPI  # a pixel, in points
_TINT = 0.28  # strong enough to be seen on a dark page, too, where saved.css inverts it

_tokens = cast("dict[str, Any]", matplotlib.rc_params_from_file(STYLE, use_default_template=False))

GROUND: str = _tokens["figure.facecolor"]
INK: str = _tokens["text.color"]
QUIET: str = _tokens["axes.labelcolor"]
PALE = f"{QUIET}99"
HAIRLINE: str = _tokens["grid.color"]


class Colours(NamedTuple):
    """How one kind of executor is drawn: `fill` for time on a core, `tint` for the rest, `edge` around a bar."""

    fill: str
    tint: str
    edge: str


def _on_ground(colour: str, share: float) -> str:
    """The solid colour that looks like this share of the colour on the background."""
    red, green, blue = (share * c + (1 - share) * g for c, g in zip(to_rgb(colour), to_rgb(GROUND), strict=True))
    return to_hex((red, green, blue))


_blue, _vermilion, _green, _purple, _grey = _tokens["axes.prop_cycle"].by_key()["color"]

KINDS: dict[str, Colours] = {
    "threads": Colours(_blue, _on_ground(_blue, _TINT), "none"),
    "processes": Colours(_vermilion, _on_ground(_vermilion, _TINT), "none"),
    "interpreters": Colours(_green, _on_ground(_green, _TINT), "none"),
    "cluster": Colours(_purple, _on_ground(_purple, _TINT), "none"),
    "simulation": Colours(_grey, GROUND, _grey),
    "other": Colours(_grey, _on_ground(_grey, _TINT), "none"),
}


def colours(kind: str) -> Colours:
    """The colours of a kind of executor. `ValueError` if it is unknown."""
    try:
        return KINDS[kind]
    except KeyError:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}; got {kind!r}") from None


# matplotlib's settings are one object for the whole process. If two threads changed and restored them at the same time,
# the second would restore what the first had set.
_exchange = threading.RLock()


@contextmanager
def styled() -> Iterator[None]:
    """Use the style sheet on top of matplotlib's defaults, whatever the user has set."""
    # Already read: reading parses Python, which watched calls may do at the same moment (see workloads.py).
    with _exchange, matplotlib.style.context(_tokens, after_reset=True):
        yield


def calm(axes: Axes) -> None:
    """Apply the style sheet to axes that were made without it."""
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=_tokens["xtick.labelsize"], labelcolor=QUIET)
    axes.set_facecolor("none")
