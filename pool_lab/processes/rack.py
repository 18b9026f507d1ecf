"""`Rack`: requests that lie ready for whichever worker is free first.

Each has a token, and all tokens are in one pipe. Whoever takes a token, a worker or the pool, has the request, and
nobody else can: the system sees to that. The requests themselves are on pages that all workers can read; short calls of
one function share a page, so the function is pickled and unpickled once for all of them.

    pool     lay(page, 7, 8, 9) --> tokens | 7 | 8 | 9 | --> Pickup.next()    worker 0, worker 1, ...
             take_back()        <--        | 7 | 8 | 9 |
                                    page   function; arguments of 7, of 8, of 9

A worker reads the page as soon as it has a token of it. So when the pool hears that all tokens of a page were taken, it
uses the place again.
"""

import itertools
import os
import pickle
import struct
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from multiprocessing.connection import Connection, Pipe
from typing import Any

from .mailbox import Letter
from .memory import Memory
from .whereabouts import SIZE, Whereabouts

__all__ = ["ALONE", "LONGEST", "MOST", "Pickup", "Rack"]

TOKEN = struct.Struct("<QQIIH?5x")
"""The number of a request, the number of its page, where that is, its bytes, which of its calls, and whether the reply
may travel together with others. 32 bytes, so that no token lies across the pages of a pipe."""
LONGEST = 1 << 14
"""Bytes of a page."""
FIRST = -(-SIZE // LONGEST)
"""The first place for a page: before it are the workers' whereabouts."""
MOST = 32
"""Calls on a page: their tokens are few enough to be written into the pipe as one."""
ROOM = 1 << 16
"""Bytes of a pipe."""
ALONE = (1 << 16) - 1
"""The page is one request, as it would be sent to a worker."""


class Rack:
    """The pool's side. Nothing blocks. For one thread at a time."""

    def __init__(self) -> None:
        outlet, inlet = Pipe(duplex=False)
        for end in (outlet, inlet):
            os.set_blocking(end.fileno(), False)
        self.pickup = Pickup(Memory(os.memfd_create("pool_lab")), outlet)
        self.inlet = inlet
        os.ftruncate(self.pickup.memory.descriptor, FIRST * LONGEST)
        self._pages = itertools.count()
        self._places = itertools.count(FIRST)
        self._free: list[int] = []
        self._left: dict[int, int] = {}
        """How many tokens of the page in a place are not known to be taken."""

    def free_place(self) -> int:
        """Where nothing lies, to be used now."""
        return self._free.pop() if self._free else next(self._places)

    def lay(self, place: int, page: bytes, requests: Mapping[int, int], *, together: bool) -> bool:
        """Lay a page into a free place, for these numbers of requests, each with which call of the page it is.

        False: there is no room for the tokens, and the place is free again. As it is if there are no requests at all.
        """
        if not requests:
            self._free.append(place)
            return True
        key, size = next(self._pages), len(page)
        tokens = b"".join([TOKEN.pack(number, key, place, size, call, together) for number, call in requests.items()])
        try:
            is_written = os.pwrite(self.pickup.memory.descriptor, page, place * LONGEST) == size
            is_laid = is_written and os.write(self.inlet.fileno(), tokens) == len(tokens)
        except OSError:
            is_laid = False
        if not is_laid:
            self._free.append(place)
            return False
        self._left[place] = len(requests)
        return True

    def let_go(self, places: Iterable[int]) -> None:
        """Of each of the pages that are there one more token was taken."""
        for place, tokens in Counter(places).items():
            self._left[place] -= tokens
            if not self._left[place]:
                self._free.append(place)

    def take_back(self) -> list[int]:
        """The numbers of all requests that no worker has taken, and none ever will now.

        All at once: were the first taken alone, a worker might take those behind them meanwhile.
        """
        return [number for number, *_ in TOKEN.iter_unpack(self.pickup.take_all())]

    def take_first(self) -> tuple[int, bytes | None] | None:
        """The first request that no worker has taken: its number, and its page if that is the request."""
        token = self.pickup.take()
        if token is None:
            return None
        number, _, place, size, call, _ = token
        return number, self.pickup.read(place, size) if call == ALONE else None

    def close(self) -> None:
        self.inlet.close()
        self.pickup.close()


class Page:
    """What a page says."""

    def __init__(self, pickled: bytes) -> None:
        self.pickled = pickled
        self._calls: Any = None

    def call(self, which: int) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
        """Function, arguments and keyword arguments. Raises whatever unpickling raises."""
        if which == ALONE:
            function, args, kwargs = pickle.loads(self.pickled)
            return function, args, kwargs
        if self._calls is None:
            self._calls = pickle.loads(self.pickled)
        function, arguments = self._calls
        return function, arguments[which], {}


class Pickup:
    """What a worker sees of the rack. It is sent to the worker as its process starts."""

    def __init__(self, memory: Memory, outlet: "Connection[bytes, bytes]") -> None:
        self.memory = memory
        self._outlet = outlet
        self._tokens = outlet.fileno()  # a descriptor: to ask for it takes as long as to read
        self._key = -1
        self._page = Page(b"")

    def __reduce__(self) -> tuple[Any, ...]:
        return Pickup, (self.memory, self._outlet)

    def take(self) -> tuple[int, int, int, int, int, bool] | None:
        """The first token; None if there is none, or no rack any more."""
        try:
            return TOKEN.unpack(os.read(self._tokens, TOKEN.size))
        except (OSError, struct.error):
            return None

    def take_all(self) -> bytes:
        """All tokens, which no one else will get, not even some of them in between."""
        try:
            return os.read(self._tokens, ROOM)
        except OSError:
            return b""

    def whereabouts(self, worker: int) -> Whereabouts:
        """Where the worker with this number says which request it is at."""
        return Whereabouts(self.memory, worker)

    def read(self, place: int, size: int) -> bytes:
        return os.pread(self.memory.descriptor, size, place * LONGEST)

    def next(self) -> Letter | None:
        """A request that nobody else will get; None if none lies ready."""
        token = self.take()
        if token is None:
            self._key, self._page = -1, Page(b"")  # a worker keeps nothing of a call while it waits
            return None
        number, key, place, size, call, together = token
        if key != self._key:
            self._key, self._page = key, Page(self.read(place, size))
        return number, partial(self._page.call, call), together

    def close(self) -> None:
        self._tokens = -1
        self._outlet.close()
        self.memory.close()
