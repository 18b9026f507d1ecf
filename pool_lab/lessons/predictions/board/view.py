"""The board on which a timeline is drawn: an anywidget; the browser moves the bars (board.js), Python reads them."""

from collections.abc import Sequence
from itertools import accumulate, permutations
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from pool_lab.lab.views.bundle import script, style
from pool_lab.lessons.predictions.drawn_timeline import Bar, Drawing, DrawQuestion, match

__all__ = ["Board"]

HERE = Path(__file__).parent
TRAY = -1
"""The worker of a bar that has not been placed."""


class Board(anywidget.AnyWidget):
    _esm = script(HERE / "board.js")
    _css = style(HERE / "board.css")

    calls: "traitlets.List[Any]" = traitlets.List(help="[name, length] of each call.").tag(sync=True)
    workers = traitlets.Int(1).tag(sync=True)
    horizon = traitlets.Int(1, help="Where the axis ends: if one call ran after the other.").tag(sync=True)
    bars: "traitlets.List[Any]" = traitlets.List(
        help="[worker, start, end] of each call; worker -1: not placed yet."
    ).tag(sync=True)
    real: "traitlets.List[Any]" = traitlets.List(help="The bars of the run, when it is over.").tag(sync=True)

    def __init__(self, question: DrawQuestion) -> None:
        lengths = list(question.calls.values())
        super().__init__(
            calls=[[name, length] for name, length in question.calls.items()],
            workers=question.workers,
            horizon=round(sum(lengths)),
            # Side by side in the tray: none covers another.
            bars=[[TRAY, end - length, end] for end, length in zip(accumulate(lengths), lengths, strict=True)],
        )

    def __repr__(self) -> str:
        return "Board()"

    @property
    def drawing(self) -> list[list[Any]] | None:
        """What has been drawn; None while a bar is in the tray."""
        return None if any(worker == TRAY for worker, *_ in self.bars) else list(self.bars)

    def show_what_happened(self, real: Drawing) -> None:
        """Draw the run over the drawing, with workers named as they are in the drawing."""
        drawn = [Bar(*bar) for bar in self.drawing or self.bars]
        self.real = [list(bar) for bar in _renamed(drawn, real, self.workers)]


def _renamed(drawn: Sequence[Bar], real: Drawing, workers: int) -> list[Bar]:
    """The run with the names of workers with which it matches the drawing best."""
    used = sorted({bar.worker for bar in real})
    choices = [dict(zip(used, names, strict=True)) for names in permutations(range(max(workers, len(used))), len(used))]

    def fitness(names: dict[int, int]) -> float:
        renamed = [bar._replace(worker=names[bar.worker]) for bar in real]
        return sum(
            match([one], [other]) for one, other in zip(drawn, renamed, strict=True) if one.worker == other.worker
        )

    names = max(choices, key=fitness)
    return [bar._replace(worker=names[bar.worker]) for bar in real]
