"""`Selector`: the system's way to wait for many sources at once.

Windows selects among sockets only; there this is a selector for pipes and processes, as far as the reader needs one.
"""

import os
import selectors
from collections.abc import Mapping
from multiprocessing.connection import wait
from typing import Any

__all__ = ["Selector"]


class PipeSelector(selectors.BaseSelector):
    """Waits as multiprocessing does."""

    def __init__(self) -> None:
        self._keys: dict[Any, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        self._keys[fileobj] = selectors.SelectorKey(fileobj, 0, events, data)
        return self._keys[fileobj]

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return [(self._keys[source], selectors.EVENT_READ) for source in wait(list(self._keys), timeout)]

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys


Selector: type[selectors.BaseSelector] = PipeSelector if os.name == "nt" else selectors.DefaultSelector
