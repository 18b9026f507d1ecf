"""What a page is told of a run: a row for each call, as far as it has come, and what else happened.

    events -- take() --> Ledger -- news() --> what has changed, as lists that JSON can carry
                                -- everything() --> all of it, for a page that comes later

Pure: no clock, no widget. A row that is told again replaces the one before, so a page needs no memory of what has
happened to show what is. For a run that never ends only the latest calls are kept.
"""

from collections import Counter, deque
from collections.abc import Iterable
from typing import Any

from pool_lab.events import Event, EventKind
from pool_lab.lab.trace import Standing, ending_of

__all__ = ["MOST_CALLS", "Ledger"]

MOST_CALLS = 100_000
"""So many calls that have ended are kept, and as many the page keeps."""
MOST_OTHERS = 20_000
"""The same for what is not about calls: workers, sizes, pauses."""

IDLE_S = 2.0
"""After so long without a call that waits or runs, the time until the next is a pause: the picture leaves it out."""

# The places in a row: see timeline_state.js.
PANEL, CALL, NAME, SUBMITTED, DISPATCHED, BEGAN, ENDED, ARRIVED, WORKER, CPU_S, ENDING, ERROR = range(12)
Row = list[Any]

_CLOSES_A_CALL = frozenset({EventKind.FINISHED, EventKind.FAILED, EventKind.CANCELLED})


class Ledger:
    """Of one run. Its clock starts with the first event. Not safe from several threads at once."""

    def __init__(self, panels: int) -> None:
        self.origin: float | None = None
        self.latest = 0.0
        """The time of the last event."""
        self.open_calls = 0
        self.dropped = 0
        """How many calls are not kept any more."""
        self._rows: dict[tuple[int, int], Row] = {}
        self._ended: deque[tuple[int, int]] = deque()
        self._changed: dict[tuple[int, int], Row] = {}
        self._others: deque[Row] = deque(maxlen=MOST_OTHERS)
        self._new_others: list[Row] = []
        self._counts: list[Counter[str]] = [Counter() for _ in range(panels)]
        self._times: list[list[float]] = [[0.0, 0.0] for _ in range(panels)]

    def take(self, arrived: Iterable[tuple[int, Event]]) -> None:
        """Note what has happened: (panel, event), in any order."""
        for panel, event in sorted(arrived, key=lambda item: item[1].sequence):
            if self.origin is None:
                self.origin = event.time
            time = round(event.time - self.origin, 6)
            if event.call is None:
                self._note([panel, event.kind.value, time, event.worker, event.workers, event.error])
            else:
                self._note_call(panel, event, time)
            self.latest = max(self.latest, time)
        self._forget()

    def news(self) -> dict[str, Any]:
        """What has changed since this was asked last; empty if nothing has."""
        if not self._changed and not self._new_others:
            return {}
        calls, others = list(self._changed.values()), self._new_others
        self._changed, self._new_others = {}, []
        # Rows go on changing; what is sent may be read later, in another thread.
        return {"calls": [told(row) for row in calls], "others": others}

    def everything(self, most: int = MOST_CALLS) -> dict[str, Any]:
        """All that is kept, and of the calls the latest only if they are more than `most`."""
        rows = list(self._rows.values())
        dropped = self.dropped + max(0, len(rows) - most)
        calls = [told(row) for row in rows[-most:]]
        return {"calls": calls, "others": list(self._others), "dropped": dropped}

    @property
    def calls(self) -> int:
        """How many are kept."""
        return len(self._rows)

    @property
    def standings(self) -> tuple[Standing, ...]:
        """How far the run has come, by panel."""
        return tuple(
            Standing(+counts, min(1.0, cpu_s / took_s) if took_s else None)
            for counts, (cpu_s, took_s) in zip(self._counts, self._times, strict=True)
        )

    def _note(self, row: Row) -> None:
        self._others.append(row)
        self._new_others.append(row)

    def _note_call(self, panel: int, event: Event, time: float) -> None:
        assert event.call is not None
        key = panel, event.call
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = [panel, event.call, *[None] * 10]
        before = _state(row)
        match event.kind:
            case EventKind.SUBMITTED:
                self._open(time)
                row[NAME], row[SUBMITTED] = event.name, time
            case EventKind.STARTED if row[ENDING] is None:
                row[DISPATCHED] = row[BEGAN] = time
                row[WORKER] = event.worker
            case EventKind.STARTED:  # heard of late
                row[DISPATCHED] = time
            case kind if kind in _CLOSES_A_CALL and row[ENDING] is None:
                self._close(key, row, event, time)
        if before is not None:
            self._counts[panel][before] -= 1
        self._counts[panel][_state(row) or ""] += 1
        self._changed[key] = row

    def _open(self, time: float) -> None:
        if self.open_calls <= 0 and time - self.latest > IDLE_S and self._rows:
            self._note([0, "pause", self.latest, None, None, None, time])
        self.open_calls += 1

    def _close(self, key: tuple[int, int], row: Row, event: Event, time: float) -> None:
        self.open_calls -= 1
        ending = ending_of(event.kind, event.error)
        row[ENDING] = None if ending is None else ending.value
        row[ERROR], row[ARRIVED], row[ENDED] = event.error, time, self._moment(event.ended, time)
        if event.worker is not None:
            row[WORKER] = event.worker
        if event.began is not None:
            row[BEGAN] = self._moment(event.began, time)
        if event.cpu_s is not None:
            row[CPU_S] = round(event.cpu_s, 6)
            self._add_time(self._times[row[PANEL]], event)
        self._ended.append(key)

    def _add_time(self, times: list[float], event: Event) -> None:
        if event.cpu_s is not None and event.began is not None and event.ended is not None:
            times[0] += event.cpu_s
            times[1] += event.ended - event.began

    def _moment(self, moment: float | None, otherwise: float) -> float:
        return otherwise if moment is None or self.origin is None else round(moment - self.origin, 6)

    def _forget(self) -> None:
        while len(self._ended) > MOST_CALLS:
            key = self._ended.popleft()
            self._rows.pop(key, None)
            self._changed.pop(key, None)
            self.dropped += 1


def told(row: Row) -> Row:
    """The row as it is told: what is None at its end is left off, since most of it would be."""
    length = len(row)
    while row[length - 1] is None:
        length -= 1
    return row[:length]


def _state(row: Row) -> str | None:
    """What has become of the call; None if nothing is known of it yet."""
    ending: str | None = row[ENDING]
    if ending is not None:
        return ending
    if row[BEGAN] is not None:
        return "running"
    return None if row[SUBMITTED] is None else "queued"
