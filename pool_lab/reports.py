"""`Reports`: what a pool tells its observers of its calls and its workers, in events.

An event is made where its place in the sequence is decided, which may be under a lock, and told outside of it.
"""

from typing import Any

from .call import Call, Worktime, name_of, text_of
from .events import Event, EventKind, Observers, event
from .staff import Worker

__all__ = ["Reports"]

# To look them up in the class takes longer than to make a tuple.
SUBMITTED, STARTED, FINISHED = EventKind.SUBMITTED, EventKind.STARTED, EventKind.FINISHED


class Reports:
    """Cheap while there are no observers."""

    def __init__(self, observers: Observers) -> None:
        self._observers = observers

    def note(self, kind: EventKind, **facts: Any) -> Event | None:
        """Make an event, to be told as soon as no lock is held. None while nobody listens."""
        return event(kind, **facts) if self._observers else None

    def tell(self, happened: Event | None) -> None:
        if happened is not None:
            self._observers.tell(happened)

    def submitted(self, call: Call) -> None:
        """The call is about to be queued. Should it be cancelled, that will be said as well."""
        if self._observers:
            call.when_cancelled = self._cancelled
            self._observers.tell(event(SUBMITTED, call.number, None, name_of(call.function)))

    def refused(self, call: Call) -> None:
        """It was not queued after all."""
        if call.when_cancelled is not None:
            self._cancelled(call)

    def started(self, call: Call, worker: Worker, since: float | None = None) -> None:
        if self._observers:
            self._observers.tell(event(STARTED, call.number, worker.number, time=since))

    def ended(
        self, call: Call, worker: Worker | None, worktime: Worktime | None, error: BaseException | None = None
    ) -> None:
        """The call returned or raised, or can never be made (`worker` is None).

        To be said before the future is told: who has the result then finds it in the trace.
        """
        if not self._observers:
            return
        kind = FINISHED if error is None else EventKind.FAILED
        number = None if worker is None else worker.number
        began, ended, cpu_s = worktime or (None, None, None)
        text = None if error is None else text_of(error)
        self._observers.tell(event(kind, call.number, number, "", began, ended, cpu_s, text))

    def arrived(self, worker: Worker) -> None:
        """A new worker is up. To be said before it is `ready` for the first time."""
        if self._observers:
            self._observers.tell(event(EventKind.WORKER_STARTED, worker=worker.number, ident=worker.ident))

    def _cancelled(self, call: Call) -> None:
        if self._observers:
            self._observers.tell(event(EventKind.CANCELLED, call=call.number))
