"""`Reader`: the one thread of a process pool that listens to all its workers.

It sleeps until a pipe has something to read or a process has ended, and tells the worker's handle. Its own pipe, the
bell, wakes it when there is one more to listen to.
"""

import threading
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, Protocol

__all__ = ["Reader", "Voice"]


class Voice(Protocol):
    """What the reader listens to: the parent's handle of a worker."""

    sources: "tuple[Connection[Any, Any] | int, ...]"
    """What becomes readable when there is news: the pipe, and where it can be waited for the process itself."""

    def listen(self) -> bool:
        """There is news; take all of it. False: there will be no more. Called in the reader's thread."""


class Reader:
    """Starts with the first voice, and ends when it has been told to and the last voice has fallen silent."""

    def __init__(self, name: str) -> None:
        self._lock = threading.Lock()  # guards all below
        self._voices: set[Voice] = set()
        self._thread: threading.Thread | None = None
        self._name = name
        self._closed = False

    def add(self, voice: Voice) -> None:
        with self._lock:
            self._voices.add(voice)
            if self._thread is None:
                self._ear, self._bell = Pipe(duplex=False)
                self._thread = threading.Thread(target=self._read, name=self._name, daemon=False)
                self._thread.start()
            else:
                self._bell.send_bytes(b"!")

    def close(self) -> None:
        """End when the last voice has fallen silent."""
        with self._lock:
            if self._thread is not None and not self._closed:
                self._bell.send_bytes(b"!")
            self._closed = True

    def is_current_thread(self) -> bool:
        return threading.current_thread() is self._thread

    def join(self) -> None:
        """Block until the reader has ended. Only after `close`."""
        if self._thread is not None:
            self._thread.join()

    def abandon(self) -> None:
        """In a forked child: the thread is the parent's."""
        if self._thread is not None:
            self._ear.close()
            self._bell.close()
        self.__init__(self._name)  # type: ignore[misc]

    def _read(self) -> None:
        while (sources := self._sources()) is not None:
            ready = wait([self._ear, *sources])
            if self._ear in ready:
                self._ear.recv_bytes()
            for voice in {sources[source] for source in ready if source in sources}:
                if not voice.listen():
                    with self._lock:
                        self._voices.remove(voice)
        self._ear.close()
        self._bell.close()

    def _sources(self) -> "dict[Any, Voice] | None":
        """Whom to listen to now; None: it is over."""
        with self._lock:
            if self._closed and not self._voices:
                return None
            return {source: voice for voice in self._voices for source in voice.sources}
