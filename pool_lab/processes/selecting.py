"""`Selector`: the system's way to wait for many sources at once.

On Linux another thread may mute a source meanwhile, and wait for that one itself. Windows selects among sockets only;
there this waits for pipes and processes as multiprocessing does.
"""

import os
import select
import selectors
import sys
from contextlib import suppress
from multiprocessing.connection import wait
from typing import Any, Protocol

__all__ = ["CAN_MUTE", "Selector", "new_selector"]

CAN_MUTE = sys.platform == "linux"


class Selector(Protocol):
    """Who is to be told of which source."""

    def register(self, source: Any, whom: Any) -> None: ...
    def unregister(self, source: Any) -> None: ...

    def select(self, patience: float | None) -> list[tuple[Any, Any]]:
        """The sources with news, and who is to be told; in `patience` seconds at the latest (None: never)."""

    def mute(self, source: Any) -> bool:
        """Tell nobody of it until `unmute`. False: nobody would be told anyhow.

        From any thread, where `CAN_MUTE`; but meanwhile it may not be unregistered.
        """

    def unmute(self, source: Any) -> None:
        """Whether it is muted or not."""

    def close(self) -> None: ...


class EpollSelector:
    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._keys: dict[int, tuple[Any, Any]] = {}
        self.close = self._epoll.close

    def register(self, source: Any, whom: Any) -> None:
        self._epoll.register(source, select.EPOLLIN)
        self._keys[_descriptor(source)] = source, whom

    def unregister(self, source: Any) -> None:
        del self._keys[_descriptor(source)]
        with suppress(FileNotFoundError):  # it is muted
            self._epoll.unregister(source)

    def select(self, patience: float | None) -> list[tuple[Any, Any]]:
        keys = (self._keys.get(descriptor) for descriptor, _ in self._epoll.poll(patience))
        return [key for key in keys if key is not None]

    def mute(self, source: Any) -> bool:
        is_known = _descriptor(source) in self._keys
        if is_known:
            with suppress(FileNotFoundError):  # it is muted already
                self._epoll.unregister(source)
        return is_known

    def unmute(self, source: Any) -> None:
        if _descriptor(source) in self._keys:
            with suppress(FileExistsError):
                self._epoll.register(source, select.EPOLLIN)


def _descriptor(source: Any) -> int:
    number: int = source if isinstance(source, int) else source.fileno()
    return number


class PosixSelector:
    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self.close = self._selector.close

    def unmute(self, source: Any) -> None:
        """Nothing is ever muted."""

    def register(self, source: Any, whom: Any) -> None:
        self._selector.register(source, selectors.EVENT_READ, whom)

    def unregister(self, source: Any) -> None:
        self._selector.unregister(source)

    def select(self, patience: float | None) -> list[tuple[Any, Any]]:
        return [(key.fileobj, key.data) for key, _ in self._selector.select(patience)]


class PipeSelector:
    def __init__(self) -> None:
        self._keys: dict[Any, Any] = {}

    def register(self, source: Any, whom: Any) -> None:
        self._keys[source] = whom

    def unmute(self, source: Any) -> None:
        """Nothing is ever muted."""

    def unregister(self, source: Any) -> None:
        del self._keys[source]

    def select(self, patience: float | None) -> list[tuple[Any, Any]]:
        return [(source, self._keys[source]) for source in wait(list(self._keys), patience)]

    def close(self) -> None:
        """There is nothing to close."""


def new_selector() -> Selector:
    if CAN_MUTE:
        return EpollSelector()
    return PipeSelector() if os.name == "nt" else PosixSelector()  # type: ignore[return-value]  # they cannot mute
