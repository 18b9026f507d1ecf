"""`interleave`: you are the scheduler. Two real threads run the same code, and you choose whose step comes next.

    interleave("counter = counter + 1", counter=0)

Each choice plays the whole order from the start, which takes a few milliseconds. So no thread waits between two presses
of a button, and you can go back.
"""

from typing import Any, Self

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pool_lab.lab.display import Display
from pool_lab.lab.notebook import Cover, someone_is_there
from pool_lab.lab.stills.interleaving import draw_interleaving, interleaving_axes
from pool_lab.lab.stills.still import draw
from pool_lab.lab.work.interleaving import THREADS, all_orders, run_interleaved

__all__ = ["Interleaving", "interleave"]


def interleave(code: str, order: str = "", /, *, after: Cover | None = None, **shared: Any) -> "Interleaving":
    """Run the code in two threads, A and B, one step at a time, in an order of your choice.

        interleave("counter = counter + 1", "ABAB", counter=0)

    A step reads or writes one of the shared variables, or takes or releases a lock. As the last line of a cell it shows
    the steps so far, and a button for the next step of each thread.

    order: whose step comes next, a letter for each. It may end before the threads do.
    after: a prediction; the steps are covered until it has an answer.
    shared: the variables that both threads use, with their first values. A `threading.Lock` among them is replaced by
        one that knows which thread holds it. All other names in the code are each thread's own.

    Returns an `Interleaving` at once. Raises `ValueError` for an order that is not possible, `SyntaxError` for bad
    code, and `RuntimeError` if the code raises, or runs for long without a step.
    """
    return Interleaving(code, order, shared, after)


class Interleaving(Display):
    """What `interleave` returns: two threads, and how far they have come."""

    def __init__(self, code: str, order: str, shared: dict[str, Any], cover: Cover | None) -> None:
        super().__init__()
        self._code, self._shared = code, shared
        self._run = run_interleaved(code, order, shared)
        self._at_rest = not self._run.ahead
        if someone_is_there():
            self._make_view(cover)

    def __repr__(self) -> str:
        return f"Interleaving({self._code!r})"

    @property
    def order(self) -> str:
        """Whose steps were taken so far: "ABAB"."""
        return self._run.order

    @property
    def values(self) -> dict[str, Any]:
        """The shared variables as they are now, without the locks."""
        return self._run.values

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps so far, in words."""
        return tuple(map(str, self._run.steps))

    def go(self, order: str) -> Self:
        """Take more steps, a letter for each. Raises like `interleave`."""
        return self._play(self.order + order)

    def back(self) -> Self:
        """Take the last step back, if there is one."""
        return self._play(self.order[:-1])

    def all_orders(self) -> dict[str, dict[str, Any]]:
        """The shared variables at the end of every possible order, by order. `ValueError` if there are too many."""
        return all_orders(self._code, self._shared)

    def summary(self) -> str:
        """All steps so far, and the shared variables, in words."""
        if not self._run.steps:
            return "No thread has taken a step."
        lost = set(self._run.lost)
        words = [f"{step}{', over an update' if at in lost else ''}" for at, step in enumerate(self._run.steps)]
        now = ", ".join(f"{name} is {value!r}" for name, value in self.values.items())
        return f"{'. '.join(words)}. {'Now' if self._run.ahead else 'In the end'} {now}."

    def claim(self) -> str:
        """The same as the summary: an order leads to the same result on every machine."""
        return self.summary()

    def figure(self, ax: Axes | None = None) -> Figure:
        facts = (self._run.rows(), len(THREADS))
        title = f"two threads run {self._code!r}"
        return draw(
            ax, (draw_interleaving, interleaving_axes), *facts, title=title, words=self.summary(), machine=False
        )

    def _shows_a_still(self) -> bool:
        return self._at_rest or (self.view is None and bool(self._run.steps))

    def _play(self, order: str) -> Self:
        self._run = run_interleaved(self._code, order, self._shared)
        if self.view is not None:
            self._show_steps()
        if not self._run.ahead:
            self._come_to_rest()
        return self

    # The view

    def _make_view(self, cover: Cover | None) -> None:
        from pool_lab.lab.views.interleaving.view import InterleavingView  # needs widgets

        self._table = InterleavingView(self._code, THREADS, self._press)
        self.view = self._table.widget
        if cover is None:
            self._show_steps()
        else:
            self._table.keep_covered(cover)
            cover.when_open(self._show_steps)

    def _show_steps(self) -> None:
        ahead = {thread: step.does for thread, step in self._run.ahead.items()}
        self._table.show(ahead, self._run.rows(), self.summary())

    def _press(self, button: str) -> None:
        if button in self._run.ahead:
            self.go(button)
        elif button not in THREADS:  # a thread has no step left if its button was pressed twice in a moment
            self.back()
