"""What is sent to a page about a run: a row for each call, with what has happened to it so far, and other events.

    events -- take() --> Ledger -- news() --> what has changed, as lists for JSON
                                -- everything() --> all of it, for a page that opens later

No clock, no widget. When a call changes, its whole row is sent again in place of the earlier one, so a page can show
the present without the past. Of a run that never ends, only the latest calls are kept.

All this happens ten times a second, beside the calls that are observed, so it must be cheap: times in a row are whole
microseconds, which take a third as long to make and to write as fractions.
"""

from collections import Counter, deque
from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from pool_lab.events import Event, EventKind
from pool_lab.lab.trace.span import CallState, ending_of
from pool_lab.lab.trace.time_axis import IDLE_S
from pool_lab.lab.trace.trace import Standing

__all__ = ["MOST_CALLS", "Ledger"]

MOST_CALLS = 100_000
"""So many calls that have ended are kept, here and in the page."""
MOST_OTHERS = 20_000
"""The same for what is not about calls: workers, sizes, pauses."""

# The places in a row; state.js reads them.
PANEL, CALL, NAME, SUBMITTED, DISPATCHED, BEGAN, ENDED, ARRIVED, WORKER, CPU_S, ENDING, ERROR, STATE = range(13)
# The last is not sent: the state of the call, as standings count it.
Row = list[Any]

# To look up a member of an enum takes as long as to look up a call.
_SUBMITTED, _STARTED = EventKind.SUBMITTED, EventKind.STARTED
_QUEUED, _RUNNING = CallState.QUEUED.value, CallState.RUNNING.value
_OF_EVENT = itemgetter(1)

MICRO = 1e6


class Ledger:
    """Of one run. Its clock starts with the first event. Not safe from several threads at once."""

    def __init__(self, panels: int) -> None:
        self.origin: float | None = None
        self.latest = 0.0
        """The time of the last event."""
        self.open_calls = 0
        self.dropped = 0
        """How many calls have been forgotten."""
        self._rows: dict[tuple[int, int], Row] = {}
        self._ended: deque[tuple[int, int]] = deque()
        self._changed: dict[tuple[int, int], Row] = {}
        self._others: deque[Row] = deque(maxlen=MOST_OTHERS)
        self._new_others: list[Row] = []
        self._counts: list[Counter[str | None]] = [Counter() for _ in range(panels)]
        self._times: list[list[float]] = [[0.0, 0.0] for _ in range(panels)]

    def take(self, arrived: Iterable[tuple[int, Event]]) -> None:
        """Note what has happened: (panel, event), in any order."""
        # An event begins with its place in the sequence.
        for panel, event in sorted(arrived, key=_OF_EVENT):
            if self.origin is None:
                self.origin = event.time
            time = event.time - self.origin
            if self.open_calls <= 0 and time - self.latest > IDLE_S:
                self._note([0, "pause", _rounded(self.latest), None, None, None, _rounded(time)])
            if event.call is None:
                self._note([panel, event.kind.value, _rounded(time), event.worker, event.workers, event.error])
            else:
                self._note_call((panel, event.call), event)
            self.latest = max(self.latest, time)
        self._forget()

    def news(self) -> dict[str, Any]:
        """What has changed since the last call of this method; empty if nothing has."""
        if not self._changed and not self._new_others:
            return {}
        calls, others = list(self._changed.values()), self._new_others
        self._changed, self._new_others = {}, []
        # Rows go on changing, and what is sent may be read later, in another thread.
        return {"calls": [shortened(row) for row in calls], "others": others}

    def everything(self, most: int = MOST_CALLS) -> dict[str, Any]:
        """All that is kept; of more than `most` calls, only the latest."""
        rows = list(self._rows.values())
        dropped = self.dropped + max(0, len(rows) - most)
        calls = [shortened(row) for row in rows[-most:]]
        return {"calls": calls, "others": list(self._others), "dropped": dropped}

    @property
    def calls(self) -> int:
        """How many are kept."""
        return len(self._rows)

    @property
    def standings(self) -> tuple[Standing, ...]:
        """How far the run is, for each panel."""
        return tuple(
            Standing(
                {state: many for state, many in counts.items() if many > 0 and state},
                min(1.0, cpu_s / took_s) if took_s else None,
            )
            for counts, (cpu_s, took_s) in zip(self._counts, self._times, strict=True)
        )

    def _note(self, row: Row) -> None:
        self._others.append(row)
        self._new_others.append(row)

    def _note_call(self, key: tuple[int, int], event: Event) -> None:
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = [*key, *[None] * 11]
        kind, state = event.kind, row[STATE]
        if kind is _SUBMITTED:
            self.open_calls += 1
            row[NAME], row[SUBMITTED] = event.name, self._moment(event.time)
            self._pass_into(state or _QUEUED, row)
        elif kind is _STARTED:
            row[DISPATCHED] = self._moment(event.time)
            if row[ENDING] is None:  # otherwise this event comes late
                row[BEGAN], row[WORKER] = row[DISPATCHED], event.worker
                self._pass_into(_RUNNING, row)
        elif row[ENDING] is None:
            self._close(row, event)
            self._ended.append(key)
        self._changed[key] = row

    def _close(self, row: Row, event: Event) -> None:
        self.open_calls -= 1
        row[ENDING], row[ERROR] = ending_of(event.kind, event.error), event.error
        row[ARRIVED] = row[ENDED] = self._moment(event.time)
        if event.worker is not None:
            row[WORKER] = event.worker
        if event.ended is not None:
            row[ENDED] = self._moment(event.ended)
        if event.began is not None:
            row[BEGAN] = self._moment(event.began)
        if event.cpu_s is not None:
            row[CPU_S] = round(event.cpu_s * MICRO)
            self._add_time(self._times[row[PANEL]], event)
        self._pass_into(row[ENDING], row)

    def _pass_into(self, state: str, row: Row) -> None:
        counts, before = self._counts[row[PANEL]], row[STATE]
        row[STATE] = state
        counts[before] -= 1
        counts[state] += 1

    def _add_time(self, times: list[float], event: Event) -> None:
        if event.cpu_s is not None and event.began is not None and event.ended is not None:
            times[0] += event.cpu_s
            times[1] += event.ended - event.began

    def _moment(self, moment: float) -> int:
        return round((moment - self.origin) * MICRO)  # type: ignore[operator]  # no event before the first

    def _forget(self) -> None:
        while len(self._ended) > MOST_CALLS:
            key = self._ended.popleft()
            self._rows.pop(key, None)
            self._changed.pop(key, None)
            self.dropped += 1


def _rounded(time: float) -> float:
    return round(time, 6)


def shortened(row: Row) -> Row:
    """The row as it is sent: without what is None at its end, which is most of it at first."""
    length = STATE
    while row[length - 1] is None:
        length -= 1
    return row[:length]
