"""`Settings`: what all workers of a process pool have in common."""

import math
from dataclasses import dataclass
from multiprocessing.context import BaseContext

from .reader import Reader
from .worker import Initializer

__all__ = ["Settings"]

AHEAD_S = 0.002
"""Calls are sent ahead if it takes this long to make them all."""
MOST_AHEAD = 200
"""About what fits into a mailbox."""


@dataclass
class Settings:
    context: BaseContext
    initializer: Initializer | None
    max_tasks: int | None
    task_timeout: float
    """Seconds; infinity: no limit."""
    replace_workers: bool
    reader: Reader
    false_starts: int = 0
    """How many workers in a row have died before they were up. Only the reader's thread counts."""
    pace_s: float = math.inf
    """How long calls have taken of late. Only the reader's thread counts."""

    def note_pace(self, took_s: float) -> None:
        self.pace_s = took_s if self.pace_s == math.inf else self.pace_s + (took_s - self.pace_s) / 8

    @property
    def calls_ahead(self) -> int:
        """How many calls may be on their way to a worker, itself at work."""
        return min(int(AHEAD_S / max(self.pace_s, 1e-6)), MOST_AHEAD)
