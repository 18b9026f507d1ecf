"""`Prediction`: a learner answers a question before a run, and then learns what happened and why.

The right answer is not stored. The judge of a question reads it off the traces of the run, or off a returned value. So
a prediction is compared with what really ran, on this machine, with this Python.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from pool_lab.lab.display import WIDGET_VIEW
from pool_lab.lab.notebook import someone_is_there
from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.questions import Asking, Undecided
from pool_lab.lessons.saved_progress import keep

__all__ = ["CONFIDENCES", "Comparison", "Prediction", "Record"]

CONFIDENCES = ("a guess", "fairly sure", "certain")


@dataclass(frozen=True)
class Record:
    """A recorded answer, how sure the learner was, and the time (seconds since the epoch)."""

    option: Any
    confidence: str
    at: float


class Prediction:
    """A question with the learner's answer. Experiments that run `after=` it stay covered until it is answered.

    In a notebook it shows itself as a form. Without a front end it is open from the start, and shows its text.
    """

    def __init__(self, question: Asking, name: str = "") -> None:
        """With a name, such as "03 cancel", it counts in the learner's progress."""
        self.question = question
        self.name = name
        self.record: Record | None = None
        self._callbacks: list[Callable[[], None]] = []
        self.view: Any = None
        if someone_is_there():
            from pool_lab.lessons.predictions.form import prediction_view  # not needed without a front end

            self.view = prediction_view(self)

    def __repr__(self) -> str:
        return "\n".join([self.question.text, *(f"- {line}" for line in self.question.lines())])

    def answer(self, option: Any, confidence: str = CONFIDENCES[1]) -> None:
        """Record an answer. A later one replaces it.

        The option is a key, a number, an order or a drawing, as the question asks; `confidence` is one of
        `CONFIDENCES`. `ValueError` if there is no such option or confidence.
        """
        option = self.question.checked(option)
        if confidence not in CONFIDENCES:
            raise ValueError(f"there is no confidence {confidence!r}; choose one of {', '.join(CONFIDENCES)}")
        self.record = Record(option, confidence, time.time())
        self.keep("answered")
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    @property
    def is_open(self) -> bool:
        """Whether it is answered, or there is no front end to answer in."""
        return self.record is not None or self.view is None

    def when_open(self, callback: Callable[[], None], /) -> None:
        """Call back once, when this is open: at once if it is open now, otherwise in the thread that answers."""
        if self.is_open:
            callback()
        else:
            self._callbacks.append(callback)

    def doubt(self, evidence: Any, /) -> str:
        """Why this evidence cannot tell, as a sentence; empty if it can, or if there is no answer to judge."""
        found = None if self.record is None else self.question.happened(evidence)
        return found.reason if isinstance(found, Undecided) else ""

    def compare(self, experiment: Any) -> "Comparison":
        """Compare the prediction with the traces of an experiment; or with the value itself, if it has no `trace`.

        Returns at once. If nothing has run or nothing was predicted, the `Comparison` says so.
        """
        if hasattr(experiment, "trace"):
            trace = experiment.trace
            traces = {"": trace} if isinstance(trace, Trace) else trace
            return self.compare_with(traces, has_run=any(trace.spans for trace in traces.values()))
        return self.compare_with(experiment, has_run=True)

    def compare_with(self, evidence: Any, *, has_run: bool) -> "Comparison":
        """Compare with traces by name, or with a value. A right or wrong answer is added to the progress."""
        comparison = Comparison(self, evidence, has_run=has_run)
        if comparison.was_right is not None:
            self.keep("right" if comparison.was_right else "wrong")
        if comparison.happened is not None and self.record is not None and hasattr(self.view, "show_what_happened"):
            self.view.show_what_happened(comparison.happened)
        return comparison

    def keep(self, outcome: str) -> None:
        """Add an outcome to the learner's progress: "answered", "right" or "wrong"."""
        if self.name and self.record is not None:
            keep("prediction", self.name, outcome, f"{self.record.option}, {self.record.confidence}")

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": repr(self)}
        if self.view is not None:
            bundle[WIDGET_VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self.view.model_id}
        return bundle


class Comparison:
    """What was predicted, what happened, and why. `str` gives it as text, a notebook shows it as Markdown."""

    def __init__(self, prediction: Prediction, evidence: Any, *, has_run: bool) -> None:
        self._again = partial(prediction.compare_with, evidence, has_run=has_run)
        self._when_open = prediction.when_open
        self._question = prediction.question
        self._is_open = prediction.is_open
        self._is_for_someone = prediction.view is not None or prediction.record is not None
        self._record = prediction.record
        self._has_run = has_run
        found = self._question.happened(evidence) if has_run else None
        self._doubt = found.reason if isinstance(found, Undecided) else ""
        self.happened = None if self._doubt else found

    @property
    def was_right(self) -> bool | None:
        """None if nothing was predicted, nothing has run, or the run cannot tell."""
        if self._record is None or self.happened is None:
            return None
        return self._question.is_right(self._record.option, self.happened)

    def __repr__(self) -> str:
        """The same on every run, so that stored outputs can be compared. `str` says what happened."""
        return f"Comparison({self._question.text.splitlines()[0]})"

    def __str__(self) -> str:
        return "\n".join(self._sentences())

    def _repr_markdown_(self) -> str:
        return "\n\n".join(self._sentences(strong="**"))

    def _ipython_display_(self) -> None:
        """If the cell runs before the prediction is made, its output changes when that is made."""
        from IPython.display import display  # only IPython calls this method

        shown = display(self._bundle(), raw=True, display_id=True)  # type: ignore[no-untyped-call]
        if not self._is_open:
            self._when_open(lambda: shown.update(self._again()._bundle(), raw=True))

    def _bundle(self) -> dict[str, str]:
        return {"text/plain": repr(self), "text/markdown": self._repr_markdown_()}

    def _sentences(self, strong: str = "") -> list[str]:
        if not self._is_open:
            return ["Predict first: record your answer above. Then this tells you what happened."]
        if not self._has_run:
            return ["Nothing has run yet: run the experiment above, then this cell again."]
        if not self._is_for_someone and not self._question.on_any_machine:
            return ["The answer depends on the machine. Predict and run it in JupyterLab, and this cell explains it."]
        if self._doubt:
            return [f"This run cannot tell. {self._doubt} Run it again; your answer stays."]
        if self.happened is None:
            return ["This run showed none of the answers, perhaps because it was stopped or resized. Run it again."]
        question, chosen = self._question, None if self._record is None else self._record.option
        sentences = [f"{strong}What happened:{strong} {question.words(self.happened)}"]
        if self._record is not None:
            verdict = "You were right" if self.was_right else f"You predicted: {question.words(chosen)}"
            sentences.append(f"{verdict} ({self._record.confidence}).")
        return sentences + question.why(chosen, self.happened)
