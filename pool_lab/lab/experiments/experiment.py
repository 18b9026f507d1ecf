"""`Experiment`: what a person starts, steers, stops, and may start again.

One thread, the owner, does everything: it makes the pools, runs the calls, waits, and ends. All others, buttons and
sliders among them, only leave word in its inbox.
"""

import logging
import queue
import threading
from collections.abc import Callable
from typing import Any

from pool_lab.lab.display import Exhibit
from pool_lab.lab.notebook import replace_earlier_run, showing_thread, someone_is_there
from pool_lab.lab.trace.race_result import Serial
from pool_lab.lab.views.controls import Note, knob_slider
from pool_lab.lab.work.run_calls import STOP, Inbox
from pool_lab.lab.work.serial_loop import Loop
from pool_lab.lab.work.workloads import Inputs, Workload

__all__ = ["NOT_RUN", "Experiment"]

logger = logging.getLogger(__name__)

NOT_RUN = "Not run yet: press Start."


class Experiment(Exhibit):
    """Has an owner while it runs."""

    name = "experiment"
    _note: Note | None = None
    """The title line, where someone is there to see it."""

    def __init__(self, workload: Workload) -> None:
        super().__init__()
        if not isinstance(workload, Workload):
            raise TypeError(
                f"a {self.name} needs a workload: workloads.parse(), say, or workloads.of(function, inputs); "
                f"got {workload!r}"
            )
        self.workload = workload
        """What the next run is about."""
        self._ran = workload
        """What the latest run was about."""
        self._inbox: Inbox = Inbox()
        self._owner: threading.Thread | None = None
        self._running = False
        self._stopped = False
        self._error: BaseException | None = None
        if someone_is_there():
            replace_earlier_run(self)

    @property
    def running(self) -> bool:
        return self._running

    def vary(self, **values: float) -> None:
        """Turn knobs of the workload for the next run: `vary(calls=96)`. Returns at once."""
        self.workload = self.workload.varied(**values)
        self._say_what_it_is_about()

    def start(self) -> None:
        """Run it, in a thread of its own. `RuntimeError` if it is running."""
        if self.running:
            raise RuntimeError(f"this {self.name} is running: stop() it, or wait() for its end, and start it again")
        self._running, self._error, self._inbox = True, None, Inbox()
        self._owner = showing_thread(self._own, self._owner, name=f"pool-lab-{self.name}")
        self._owner.start()

    def stop(self) -> None:
        """Let running calls finish and drop the waiting ones. Returns at once."""
        self._inbox.put(STOP)

    def close(self) -> None:
        """Its cell is run again: stop, or it would take the time of what is in its place now."""
        self.stop()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until it is over, at most `timeout` seconds; whether it is. An interrupt stops it.

        Raises what kept it from being run.
        """
        if self._owner is not None:
            try:
                self._owner.join(timeout)
            except BaseException:
                self.stop()
                raise
        if self._error is not None:
            raise self._error
        return not self.running

    def _own(self, previous: threading.Thread | None) -> None:
        if previous is not None:
            previous.join()  # it may still be drawing the still of its run
        self._at_rest = self._stopped = False
        try:
            self._run()
        except BaseException as error:
            self._error = error
        finally:
            self._running = False
            for show in (self._close, self._come_to_rest):
                try:
                    show()
                except Exception:
                    logger.exception("the picture of this %s failed; what it showed has been run", self.name)

    def _one_after_the_other(
        self, function: Callable[..., Any], inputs: Inputs, allowed_s: float, patience_s: float | None = None
    ) -> Serial | None:
        """What the calls take in a loop; None if it is stopped, or a call has not come back after `patience_s`."""
        loop = Loop(function, inputs, allowed_s, self._inbox.put)
        try:
            while not isinstance(message := self._inbox.get(timeout=patience_s), Serial):
                if message is STOP:
                    self._stopped = True
                    return None
        except queue.Empty:
            return None
        finally:
            loop.leave()
        return message

    def _say_what_it_is_about(self) -> None:
        """In the title line; while it runs also what has been set for the next run."""
        if self._note is not None:
            self._note.say(self._about())

    def _about(self) -> str:
        if self.running and self.workload is not self._ran:
            return f"{self._ran.what} · next: {', '.join(self.workload.differences(self._ran))}"
        return f"{self.workload.what} · {self.workload.nature}"

    def _knob_sliders(self) -> list[Any]:
        """One for everything that the workload can vary."""
        return [knob_slider(knob, lambda name, value: self.vary(**{name: value})) for knob in self.workload.knobs]

    def _is_stopped(self) -> bool:
        """Whether it is to stop; what else has come in by now is outdated."""
        while not self._inbox.empty():
            self._stopped = self._inbox.get() is STOP or self._stopped
        return self._stopped

    def _run(self) -> None:
        """The owner's work."""
        raise NotImplementedError

    def _close(self) -> None:
        """Show that it is over; `_error` says whether it came about at all."""
        raise NotImplementedError
