"""What a page gets of a run: a row for each call, and rows for what happened to workers and sizes.

    events -- take() --> TimelineRows -- news() --------> what has changed, in lists for JSON
                                      -- everything() --> all rows, for a page that is opened later

Pure: no clock, no widget. A new row of a call replaces the old one, so a page needs no history. If a run never ends,
only the latest calls are kept.

This runs ten times a second beside the watched calls, so it must cost little: times in a row are whole microseconds,
which take a third of the time of floats to make and to write.
"""

from collections import deque
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from pool_lab.events import Event, EventKind
from pool_lab.lab.trace.span import ending_of
from pool_lab.lab.trace.time_axis import IDLE_S

__all__ = ["MOST_CALLS", "TimelineRows"]

MOST_CALLS = 100_000
"""How many ended calls are kept, here and on the page."""
MOST_OTHERS = 20_000
"""The same for rows about workers, sizes and pauses."""

# The places in a row; state.js reads them.
PANEL, CALL, NAME, SUBMITTED, DISPATCHED, BEGAN, ENDED, ARRIVED, WORKER, CPU_S, ENDING, ERROR = range(12)
Row = list[Any]

# Looking up the member of an enum takes as long as looking up a call.
_SUBMITTED, _STARTED = EventKind.SUBMITTED, EventKind.STARTED
_OF_EVENT = itemgetter(1)

MICRO = 1e6


class TimelineRows:
    """The rows of one run. Use it from one thread at a time.

    Times count from the first event, or from when `start_clock` was called for the panel.
    """

    def __init__(self) -> None:
        self.origin: float | None = None
        """From when the times of the panels count that run now."""
        self.clocks = 0
        """How often the time began anew."""
        self._origins: dict[int, float] = {}
        self.latest = 0.0
        """The time of the last event, since the clock started."""
        self.longest = 0.0
        """The same, or the longest time that the clock showed before."""
        self.open_calls = 0
        self.dropped = 0
        """How many calls are no longer kept."""
        self._rows: dict[tuple[int, int], Row] = {}
        self._ended: deque[tuple[int, int]] = deque()
        self._changed: dict[tuple[int, int], Row] = {}
        self._others: deque[Row] = deque(maxlen=MOST_OTHERS)
        self._new_others: deque[Row] = deque(maxlen=MOST_OTHERS)  # a recording asks for no news

    def start_clock(self, panel: int, now: float) -> None:
        """The times of this panel count from now, in seconds on `time.perf_counter`. Earlier events are at 0."""
        self.clocks += self.origin is not None and self.origin != now
        self.origin, self.latest = now, 0.0
        self._origins[panel] = now

    def take(self, arrived: Iterable[tuple[int, Event]]) -> None:
        """Update the rows with pairs of (panel, event), in any order."""
        # An event begins with its number in the sequence.
        for panel, event in sorted(arrived, key=_OF_EVENT):
            if self.origin is None:
                self.origin = event.time
            time = self._since_start(panel, event.time)
            if self.open_calls <= 0 and time - self.latest > IDLE_S:
                self._note([0, "pause", _rounded(self.latest), None, None, None, _rounded(time)])
            if event.call is None:
                self._note([panel, event.kind.value, _rounded(time), event.worker, event.workers, event.error])
            else:
                self._note_call((panel, event.call), event)
            self.latest = max(self.latest, time)
            self.longest = max(self.longest, time)
        self._forget()

    def news(self) -> dict[str, Any]:
        """What has changed since the last call; empty if nothing has."""
        if not self._changed and not self._new_others:
            return {}
        calls, others = list(self._changed.values()), list(self._new_others)
        self._changed = {}
        self._new_others.clear()
        # Copies: rows go on changing, and another thread may read this later.
        return {"calls": [shortened(row) for row in calls], "others": others}

    def everything(self, most: int = MOST_CALLS) -> dict[str, Any]:
        """All rows; if there are more than `most` calls, only the latest."""
        rows = list(self._rows.values())
        dropped = self.dropped + max(0, len(rows) - most)
        calls = [shortened(row) for row in rows[-most:]]
        return {"calls": calls, "others": list(self._others), "dropped": dropped}

    @property
    def calls(self) -> int:
        """How many calls are kept."""
        return len(self._rows)

    def _note(self, row: Row) -> None:
        self._others.append(row)
        self._new_others.append(row)

    def _note_call(self, key: tuple[int, int], event: Event) -> None:
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = [*key, *[None] * 10]
        kind = event.kind
        if kind is _SUBMITTED:
            self.open_calls += 1
            row[NAME], row[SUBMITTED] = event.name, self._moment(row, event.time)
        elif kind is _STARTED:
            row[DISPATCHED] = self._moment(row, event.time)
            if row[ENDING] is None:  # else the event is late
                row[BEGAN], row[WORKER] = row[DISPATCHED], event.worker
        elif row[ENDING] is None:
            self._close(row, event)
            self._ended.append(key)
        self._changed[key] = row

    def _close(self, row: Row, event: Event) -> None:
        self.open_calls -= 1
        row[ENDING], row[ERROR] = ending_of(event.kind, event.error), event.error
        row[ARRIVED] = row[ENDED] = self._moment(row, event.time)
        if event.worker is not None:
            row[WORKER] = event.worker
        if event.ended is not None:
            row[ENDED] = self._moment(row, event.ended)
        if event.began is not None:
            row[BEGAN] = self._moment(row, event.began)
        if event.cpu_s is not None:
            row[CPU_S] = round(event.cpu_s * MICRO)

    def _moment(self, row: Row, moment: float) -> int:
        return round(self._since_start(row[PANEL], moment) * MICRO)

    def _since_start(self, panel: int, moment: float) -> float:
        origin = self._origins.get(panel)
        return max(0.0, moment - (self.origin if origin is None else origin))  # type: ignore[operator]  # set by `take`

    def _forget(self) -> None:
        while len(self._ended) > MOST_CALLS:
            key = self._ended.popleft()
            self._rows.pop(key, None)
            self._changed.pop(key, None)
            self.dropped += 1


def _rounded(time: float) -> float:
    return round(time, 6)


def shortened(row: Row) -> Row:
    """A copy of the row without the Nones at its end."""
    length = len(row)
    while row[length - 1] is None:
        length -= 1
    return row[:length]
