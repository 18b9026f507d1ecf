"""`Settings`: what all workers of a process pool have in common."""

import itertools
import math
from multiprocessing.context import BaseContext

from .backlog import Backlog
from .memory import Shelf
from .reader import Reader
from .worker import Initializer

__all__ = ["Settings"]

AHEAD_S = 0.002
"""Calls are sent ahead if it takes this long to make them all."""


class Settings:
    def __init__(
        self,
        context: BaseContext,
        *,
        initializer: Initializer | None,
        max_tasks: int | None,
        task_timeout: float,
        replace_workers: bool,
        reader: Reader,
        backlog: Backlog,
        shelf: Shelf,
    ) -> None:
        self.context = context
        self.initializer = initializer
        self.max_tasks = max_tasks
        self.task_timeout = task_timeout
        """Seconds; infinity: no limit."""
        self.replace_workers = replace_workers
        self.reader = reader
        self.backlog = backlog
        self.shelf = shelf
        self.numbers = itertools.count()
        """For requests."""
        self.false_starts = 0
        """How many workers in a row have died before they were up. Only the reader's thread counts."""
        self.pace_s = math.inf
        """How long calls have taken of late, about: the reader counts, and who waits in its place."""

    def note_pace(self, took_s: float, calls: int = 1) -> None:
        """What each of these calls took."""
        weight = 1 if self.pace_s == math.inf else min(calls / 8, 1)
        self.pace_s = took_s if weight == 1 else self.pace_s + (took_s - self.pace_s) * weight

    @property
    def calls_ahead(self) -> int:
        """How many calls may lie ready for each worker."""
        return int(AHEAD_S / max(self.pace_s, 1e-6))
