"""`Settings`: what all workers of a process pool have in common."""

from dataclasses import dataclass
from multiprocessing.context import BaseContext

from .reader import Reader
from .worker import Initializer

__all__ = ["Settings"]


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
