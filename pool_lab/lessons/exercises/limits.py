"""What an attempt may take. All limits are here, and the parent of its process applies them.

The process sends a heartbeat many times a second. An endless loop hardly needs a clock: it shows in the processor time
that it uses while nothing happens. Only for an answer that merely does nothing there is a limit in seconds, and a wide
one. The process itself looks for two things, which it sees at once: a deadlock, and far too many calls.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

from pool_lab.lessons.exercises.messages import AttemptEnding

__all__ = ["Heartbeat", "Limits"]

PATIENCE_AT_FIRST_S = 60.0
"""How long the process may take to start. From then on it may be silent for as long as nothing may happen, if it
computes meanwhile."""
TIME_IN_ALL_S = 45.0
IDLE_IN_ALL_S = 10.0
"""How long an answer in threads may merely wait, all in all. A busy machine does not count: what computes gets a
core now and then."""
CPU_OF_IDLE_S = 0.0001
"""Between two heartbeats. What computes gets more, even on a busy machine."""
LONGEST_TICK_S = 0.1
CPU_OF_NOTHING_S = 0.05
"""More than waiting threads use. What computes gets that, even where many others want the processor."""
SHARE_OF_COMPUTING = 0.05
"""Of a core. What computes gets that on a busy machine, and may be silent for longer: it is not its fault."""
MOST_RESIDENT = 1 << 30
"""Bytes of memory that the process itself may use."""
MOST_MEMORY = 2 << 30
"""Bytes that all processes of an attempt may hold together. What they share with one another counts once for each."""
MOST_RESERVED = 8 << 30
"""Bytes that one process may reserve, on systems that can limit this."""
MOST_PROCESSES = 64
MOST_FILES = 10_000
MOST_WRITTEN = 1 << 30
"""Bytes of all its temporary files."""
LARGEST_FILE = 256 << 20
MOST_OUTPUT = 2_000
"""Characters of what it prints. The rest is dropped, and the verdict says so."""


class Heartbeat(NamedTuple):
    """How the process is."""

    now: float
    """On its `time.perf_counter`."""
    cpu_s: float
    """Seconds that it has spent on cores, without the thread that says so."""
    resident: int
    """The most memory it has used so far, in bytes; 0 where that is not known."""
    line: int
    """Where in its own code the answer is; 0 if that is not known."""
    waits: list[str]
    """What its threads wait for without a timeout, in words. At most a hundred are listed."""


class Limits:
    """The limits of one attempt. It may be silent for `patience_s`, and compute for half of that meanwhile."""

    def __init__(self, patience_s: float, others_cpu_s: Callable[[], float] = float) -> None:
        """`others_cpu_s` returns the processor time of the processes that the answer has started."""
        self._patience_s = patience_s
        self._others_cpu_s = others_cpu_s
        self._others_at_half: float | None = None
        self._started = self._heard = time.monotonic()
        self._latest: Heartbeat | None = None
        self._news = Heartbeat(0, 0, 0, 0, [])
        self._idle_s = 0.0
        self.uses_processes = False
        """Whether the answer has a pool of something other than threads."""

    def hears(self) -> None:
        """A message has come. After a pause of this process the first may be about anything."""
        self._heard = time.monotonic()

    def broken_by(self, heartbeat: Heartbeat, *, news: bool) -> AttemptEnding | None:
        """The limit that the process has exceeded, if any. News are events since the heartbeat before."""
        self.hears()
        if self._latest is None:
            self._started = self._heard
        elif heartbeat.cpu_s - self._latest.cpu_s < CPU_OF_IDLE_S:
            self._idle_s += min(heartbeat.now - self._latest.now, LONGEST_TICK_S)
        if news or self._latest is None:
            self._news, self._others_at_half = heartbeat, None
        self._latest = heartbeat
        quiet_s, cpu_s = heartbeat.now - self._news.now, heartbeat.cpu_s - self._news.cpu_s
        computes = cpu_s > max(CPU_OF_NOTHING_S, SHARE_OF_COMPUTING * quiet_s) or self._others_compute(quiet_s)
        is_late = quiet_s > self._patience_s * (3 if computes else 1)
        if heartbeat.resident > MOST_RESIDENT:
            return AttemptEnding.MEMORY
        goes_on = quiet_s < self._patience_s / 5 and not self.uses_processes  # not one long wait, which says more
        if goes_on and self._idle_s > IDLE_IN_ALL_S:
            return AttemptEnding.ENDLESS
        if cpu_s > self._patience_s / 2 or (is_late and cpu_s > CPU_OF_NOTHING_S):
            return AttemptEnding.ENDLESS
        return AttemptEnding.STUCK if is_late else None

    def _others_compute(self, quiet_s: float) -> bool:
        """Whether processes of the answer got on while it was quiet. On a busy machine they take long to start."""
        if not self.uses_processes or quiet_s <= self._patience_s / 2:
            return False
        if self._others_at_half is None:
            self._others_at_half = self._others_cpu_s()
        return quiet_s > self._patience_s and self._others_cpu_s() - self._others_at_half > CPU_OF_NOTHING_S

    def broken_by_time(self, cpu_s: Callable[[], float]) -> tuple[AttemptEnding | None, int]:
        """The same by the clock of this process, whatever the other one says; and the line, if it is known.

        cpu_s: returns the processor time of the other process. If it is silent and computes, it holds the GIL. If it
        is silent and does not, it may just not get a core.
        """
        now = time.monotonic()
        silent_s, in_all_s = now - self._heard, now - self._started
        if self._latest is None:
            return (AttemptEnding.UNHEARD if silent_s > PATIENCE_AT_FIRST_S else None), 0
        if silent_s <= self._patience_s:
            return (AttemptEnding.ENDLESS if in_all_s > TIME_IN_ALL_S else None), self._latest.line
        used_s = cpu_s() - self._latest.cpu_s
        if used_s > self._patience_s / 2:
            return AttemptEnding.SILENT, 0
        computes = used_s > SHARE_OF_COMPUTING * silent_s
        ending = AttemptEnding.SILENT if computes else AttemptEnding.UNHEARD
        return (ending if in_all_s > TIME_IN_ALL_S else None), 0
