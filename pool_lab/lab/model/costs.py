"""`Costs`: the steps that a worker of a pool goes through for its calls, on one machine. Pure.

A thread:    thread_call_s, then the call.
A process:   the program packs a message (in Python) and writes it to a pipe; the process reads it, runs the calls one
             after the other, and sends one reply for all of them; the program unpickles that (in Python).
"""

from collections.abc import Sequence

from pool_lab.lab.model.checks import known
from pool_lab.lab.model.clock import CORE, PYTHON, WAIT, Step
from pool_lab.lab.model.machine import KINDS, START_METHODS, Machine
from pool_lab.lab.model.work import Work

__all__ = ["MOST_CALLS", "Costs"]

MOST_CALLS = 256  # that travel in one message, as in our own process pools


class Costs:
    def __init__(self, machine: Machine, kind: str, start_method: str | None = None) -> None:
        """`start_method`: of processes only; None is "forkserver"."""
        self.machine, self.in_processes = machine, known("kind", kind, KINDS) == "processes"
        if start_method is not None and not self.in_processes:
            raise ValueError(f"start_method needs kind='processes', got start_method={start_method!r} with {kind!r}")
        method = known("start_method", start_method or "forkserver", START_METHODS)
        threads_start: Step = (PYTHON, machine.thread_start_s)
        self.start: Step = (CORE, machine.process_start_s.get(method, 0.0)) if self.in_processes else threads_start
        self.child_call: Step = (CORE, machine.child_call_s if self.in_processes else 0.0)

    def before(self, works: Sequence[Work]) -> Sequence[Step]:
        """From taking calls to the moment at which the first of them begins."""
        machine = self.machine
        if not self.in_processes:
            return [(PYTHON, machine.thread_call_s * len(works))] if machine.thread_call_s else []
        sent = self._travel(sum([work.sends for work in works]))
        in_python = (PYTHON, machine.process_call_s * len(works) + machine.message_s)
        return [in_python, *sent, (WAIT, machine.message_wait_s)]

    def inside(self, work: Work) -> Sequence[Step]:
        """Inside the function. Each process has its own GIL, so no other worker competes for it."""
        if not self.in_processes:
            return work.steps
        return [(CORE if how == PYTHON else how, seconds) for how, seconds in work.steps]

    def after(self, works: Sequence[Work]) -> Sequence[Step]:
        """From the end of the last call to the moment at which the pool has the outcomes."""
        return self._travel(sum([work.returns for work in works])) if self.in_processes else []

    def steps(self, work: Work) -> Sequence[Step]:
        """All steps of a call that travels alone."""
        if not self.in_processes and not self.machine.thread_call_s:
            return work.steps
        return [*self.before((work,)), self.child_call, *self.inside(work), *self.after((work,))]

    def batch_size(self, call_s: float | None, share: int) -> int:
        """How many calls a message should carry: `call_s` is what one took lately, `share` the most it may take."""
        if not (self.in_processes and self.machine.batch_s) or call_s is None:
            return 1
        return max(1, min(MOST_CALLS, share, int(self.machine.batch_s / max(call_s, 1e-7))))

    def _travel(self, size: float) -> Sequence[Step]:
        if not size:
            return []
        return [(PYTHON, size / self.machine.pickle_bytes_per_s), (CORE, size / self.machine.pipe_bytes_per_s)]
