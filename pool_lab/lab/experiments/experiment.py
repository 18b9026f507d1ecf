"""`Experiment`: something you start, change while it runs, stop, and start again.

One thread, the owner, does all the work: it makes the pools, runs the calls, and waits for them. Other threads, such as
those of buttons and sliders, only send messages to its inbox.
"""

import logging
import queue
import threading
from collections.abc import Callable
from typing import Any

from pool_lab.lab.display import Display
from pool_lab.lab.notebook import page_thread, replace_earlier_run, someone_is_there
from pool_lab.lab.trace.serial_time import SerialTime
from pool_lab.lab.views.controls import Note, parameter_slider
from pool_lab.lab.work.run_calls import STOP, Inbox
from pool_lab.lab.work.serial_loop import SerialLoop
from pool_lab.lab.work.workload import Inputs, Workload

__all__ = ["NOT_RUN", "Experiment"]

logger = logging.getLogger(__name__)

NOT_RUN = "Not run yet: press Start."


class Experiment(Display):
    """A run of a workload. It has its own thread, the owner."""

    name = "experiment"
    _note: Note | None = None
    """The title line of the view."""

    def __init__(self, workload: Workload) -> None:
        super().__init__()
        if not isinstance(workload, Workload):
            raise TypeError(
                f"a {self.name} needs a workload, such as workloads.parse() or workloads.of(function, inputs); "
                f"got {workload!r}"
            )
        self.workload = workload
        """The workload of the next run."""
        self._ran = workload
        """The workload of the latest run."""
        self._inbox: Inbox = Inbox()
        self._owner: threading.Thread | None = None
        self._running = False
        self._stopped = False
        self._error: BaseException | None = None
        if someone_is_there():
            replace_earlier_run(self)

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return self._running

    def vary(self, **values: float) -> None:
        """Change parameters of the workload for the next run: `vary(calls=96)`. Returns at once.

        Raises `TypeError` if the workload has no such parameter.
        """
        self.workload = self.workload.varied(**values)
        self._show_title()

    def start(self) -> None:
        """Start a run. Returns at once. Raises `RuntimeError` if it is running already."""
        if self.running:
            raise RuntimeError(f"this {self.name} is running: call stop() or wait(), then start it again")
        self._running, self._error, self._inbox = True, None, Inbox()
        self._owner = page_thread(self._own, self._owner, name=f"pool-lab-{self.name}")
        self._owner.start()

    def stop(self) -> None:
        """Cancel the queued calls and let the running ones finish. Returns at once."""
        self._inbox.put(STOP)

    def close(self) -> None:
        """Stop, because its cell runs again: otherwise two runs would share the machine."""
        self.stop()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the run has ended, at most `timeout` seconds (None: as long as it takes). Returns whether it has.

        Raises the error that kept it from running. Ctrl-C stops the run.
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
            previous.join()  # it may still draw the picture of its run
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
                    logger.exception("the picture of this %s failed; the run itself has ended", self.name)

    def _one_after_the_other(
        self, function: Callable[..., Any], inputs: Inputs, allowed_s: float, patience_s: float | None = None
    ) -> SerialTime | None:
        """Run calls in a loop; None if that is stopped, or not done after `patience_s` seconds."""
        loop = SerialLoop(function, inputs, allowed_s, self._inbox.put)
        try:
            while not isinstance(message := self._inbox.get(timeout=patience_s), SerialTime):
                if message is STOP:
                    self._stopped = True
                    return None
        except queue.Empty:
            return None
        finally:
            loop.stop()
        return message

    def _show_title(self) -> None:
        """Show the workload; while it runs, also what changes in the next run."""
        if self._note is not None:
            self._note.say(self._about())

    def _about(self) -> str:
        if self.running and self.workload is not self._ran:
            return f"{self._ran.what} · next: {', '.join(self.workload.differences(self._ran))}"
        return f"{self.workload.what} · {self.workload.nature}"

    def _parameter_sliders(self) -> list[Any]:
        """One for each parameter of the workload."""

        def vary(name: str, value: float) -> None:
            self.vary(**{name: value})

        return [parameter_slider(parameter, vary) for parameter in self.workload.parameters]

    def _is_stopped(self) -> bool:
        """Whether it was told to stop. Drops the other messages, which are outdated."""
        while not self._inbox.empty():
            self._stopped = self._inbox.get() is STOP or self._stopped
        return self._stopped

    def _run(self) -> None:
        """One run, in the thread that owns it."""
        raise NotImplementedError

    def _close(self) -> None:
        """Show that the run is over; `_error` is what went wrong."""
        raise NotImplementedError
