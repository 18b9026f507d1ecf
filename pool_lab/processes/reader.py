"""`Reader`: the one thread of a process pool that listens to all its workers.

It sleeps until a pipe has something to read, a process has ended or a deadline has passed, and tells the worker's
handle. Its own pipe, the bell, wakes it when there is one more to listen to, or an earlier deadline.
"""

import math
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection, Pipe
from typing import Any, Protocol

from pool_lab.errors import logger
from pool_lab.joining import JoinableThread

from .backlog import Backlog
from .closing import closing
from .selecting import new_selector
from .turns import Turn

__all__ = ["Reader", "Voice"]


LONGEST_SLEEP_S = 3600.0
"""Systems cannot count as far as users can."""


class Voice(Protocol):
    """What the reader listens to: the parent's handle of a worker."""

    hearing: Turn
    """Had by whoever listens to it: the reader, or somebody in its place, who then has it called."""
    deadline: float
    """On `time.monotonic`: when to call `listen` even without news. Infinity: never."""

    @property
    def sources(self) -> tuple[Any, ...]:
        """What becomes readable when there is news: the pipe, and where it can be waited for the process itself.

        Empty when there will be no more.
        """

    def listen(self, readable: Set[Any], forget: Callable[[], None]) -> bool:
        """Take all the news, and see to the deadline. False: there will be no more. Called in the reader's thread.

        `readable` are the sources with news; `forget` has to be called before one of the sources is closed.
        """


_BELL: Any = object()


class Ears:
    """Whom to listen to, and by which sources. The system is told once, and not each time."""

    def __init__(self) -> None:
        self._selector = new_selector()
        self._sources: dict[Any, tuple[Any, ...]] = {}

    @property
    def known(self) -> Set[Any]:
        return self._sources.keys()

    def listen_to(self, voice: Any, sources: tuple[Any, ...]) -> None:
        before = self._sources.get(voice, ())
        if sources == before:
            return
        for source in set(before).difference(sources):
            self._selector.unregister(source)
        for source in set(sources).difference(before):
            self._selector.register(source, voice)
        self._sources[voice] = sources

    def forget(self, voice: Any) -> None:
        self.listen_to(voice, ())
        self._sources.pop(voice, None)

    def select(self, patience: float | None) -> dict[Any, set[Any]]:
        """Who has news, and which sources have it; in `patience` seconds at the latest."""
        news: dict[Any, set[Any]] = {}
        for source, voice in self._selector.select(patience):
            news.setdefault(voice, set()).add(source)
        return news

    def mute(self, source: Any) -> bool:
        return self._selector.mute(source)

    def unmute(self, source: Any) -> None:
        self._selector.unmute(source)

    def hear_all_of(self, voice: Any) -> None:
        """Nothing of it is to be muted, whatever has come in between."""
        for source in self._sources.get(voice, ()):
            self._selector.unmute(source)

    def close(self) -> None:
        self._selector.close()


# Every reader of this process.
_readers: "weakref.WeakSet[Reader]" = weakref.WeakSet()


class Reader:
    """Starts with the first voice, and ends when it has been told to and the last voice has fallen silent."""

    def __init__(self, name: str, backlog: Backlog) -> None:
        self._backlog = backlog
        self._lock = threading.Lock()  # guards all below
        self._voices: set[Voice] = set()
        self._called: set[Voice] = set()
        """Who is to be listened to although there is no news."""
        self._thread: threading.Thread | None = None
        self._name = name
        self._closed = False
        self._reading = False
        self._wakes_at = math.inf
        self._ends: tuple[Connection[bytes, bytes], ...] = ()
        self._ears: Ears | None = None
        _readers.add(self)

    def add(self, voice: Voice) -> None:
        with self._lock:
            if not self._reading:  # not yet, or not any more: a worker may be hired just before the pool is closed
                self._start()
            else:
                self._bell.send_bytes(b"!")
            self._voices.add(voice)

    def listens_to(self, voice: Voice) -> bool:
        with self._lock:
            return voice in self._voices

    def wake_by(self, moment: float) -> None:
        """A voice has got this deadline: do not sleep longer."""
        if self.is_current_thread():
            return  # not asleep
        with self._lock:
            if self._reading and moment < self._wakes_at:
                self._wakes_at = moment
                self._bell.send_bytes(b"!")

    def call(self, voice: Voice) -> None:
        """Have `listen` of this voice called, if it is listened to."""
        with self._lock:
            if voice in self._voices and voice not in self._called:
                self._called.add(voice)
                self._bell.send_bytes(b"!")

    def close(self) -> None:
        """End when the last voice has fallen silent."""
        with self._lock:
            if self._reading and not self._closed:
                self._bell.send_bytes(b"!")
            self._closed = True
            is_unused = not self._reading
        if is_unused:  # or this is done at the end
            self._backlog.close()

    def _start(self) -> None:
        ear, self._bell = Pipe(duplex=False)
        self._ends = (ear, self._bell)
        ears = Ears()
        thread = JoinableThread(target=self._read, args=(ears, *self._ends), name=self._name, daemon=False)
        try:
            thread.start()
        except BaseException:
            self._ends = ()  # after Ctrl-C the thread may run all the same: it is not the one any more
            if thread.ident is None:
                ears.close()
                ear.close()
                self._bell.close()
            raise
        self._thread, self._ears, self._reading = thread, ears, True

    @contextmanager
    def deaf_to(self, source: Any) -> Iterator[bool]:
        """Somebody else, in another thread, waits for this source. False: it is none that is listened to."""
        ears = self._ears
        try:
            yield ears is not None and ears.mute(source)
        finally:
            if ears is not None:
                ears.unmute(source)

    def is_current_thread(self) -> bool:
        return threading.current_thread() is self._thread

    def join(self) -> None:
        """Block until the reader has ended. Only after `close`."""
        if self._thread is not None:
            self._thread.join()

    def abandon(self) -> None:
        """In a forked child: the thread is the parent's."""
        for end in self._ends:
            end.close()
        self._backlog.abandon()
        self.__init__(self._name, self._backlog)  # type: ignore[misc]

    def _read(self, ears: Ears, ear: "Connection[bytes, bytes]", bell: "Connection[bytes, bytes]") -> None:
        ears.listen_to(_BELL, (ear,))
        try:
            while (voices := self._expected(ear)) is not None:
                for voice in voices - ears.known:
                    ears.listen_to(voice, voice.sources)
                news = ears.select(self._patience())
                if news.pop(_BELL, None):
                    ear.recv_bytes()
                    for voice in self._take_called():
                        news.setdefault(voice, set())
                if self._wakes_at < math.inf:
                    now = time.monotonic()
                    news.update((voice, set()) for voice in voices if voice.deadline <= now and voice not in news)
                for voice, readable in news.items():
                    if voice.hearing.take(self):  # else it will say once more what it has to say
                        try:
                            self._hear(voice, readable, ears)
                        finally:
                            voice.hearing.give_back(self)
        finally:
            ears.close()
            with closing:
                ear.close()
                bell.close()
            self._backlog.close()

    def _patience(self) -> float | None:
        """How long to sleep if there is no news; in seconds."""
        wakes_at = self._wakes_at
        return None if wakes_at == math.inf else min(max(wakes_at - time.monotonic(), 0), LONGEST_SLEEP_S)

    def _hear(self, voice: Voice, readable: Set[Any], ears: Ears) -> None:
        if not readable:
            ears.hear_all_of(voice)
        try:
            goes_on = voice.listen(readable, partial(ears.forget, voice))
        except BaseException:  # whatever it was, the other workers are waiting to be heard
            logger.critical("Exception in %s", self._name, exc_info=True)
            goes_on = bool(voice.sources)
        if goes_on:
            ears.listen_to(voice, voice.sources)
        else:
            ears.forget(voice)
            with self._lock:
                self._voices.remove(voice)

    def _take_called(self) -> set[Voice]:
        with self._lock:
            called, self._called = self._called & self._voices, set()
            return called

    def _expected(self, ear: "Connection[bytes, bytes]") -> "set[Voice] | None":
        """Whom to listen to now; None: it is over."""
        with self._lock:
            if ear not in self._ends:
                return None
            if self._closed and not self._voices:
                self._reading = False
                return None
            self._wakes_at = min((voice.deadline for voice in self._voices), default=math.inf)
            return set(self._voices)


def _after_fork() -> None:
    for reader in list(_readers):
        reader.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
