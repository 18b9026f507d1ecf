"""`Prediction`: a learner commits to an answer, sees what happens, and is told why.

What the right answer is, no one has written down: a question has a judge that reads it off the traces of the run, or
off what a call gave. So a prediction is compared with what really ran, on this machine, with this Python.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from pool_lab.lab.display import WIDGET_VIEW
from pool_lab.lab.notebook import someone_is_there
from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.questions import Asking
from pool_lab.lessons.records import keep

__all__ = ["CONFIDENCES", "Comparison", "Prediction", "Record"]

CONFIDENCES = ("a guess", "fairly sure", "certain")


@dataclass(frozen=True)
class Record:
    """An answer that was given, how sure its giver was, and when (seconds since the epoch)."""

    option: Any
    confidence: str
    at: float


class Prediction:
    """A question that waits for an answer. Experiments started `after` it stay covered until it has one."""

    def __init__(self, question: Asking, name: str = "") -> None:
        """With a name it becomes part of the learner's progress."""
        self.question = question
        self.name = name
        self.record: Record | None = None
        self._callbacks: list[Callable[[], None]] = []
        self.view: Any = None
        if someone_is_there():
            from pool_lab.lessons.predictions.form import prediction_view  # without a front end no one needs widgets

            self.view = prediction_view(self)

    def __repr__(self) -> str:
        return "\n".join([self.question.text, *(f"- {line}" for line in self.question.lines())])

    def answer(self, option: Any, confidence: str = CONFIDENCES[1]) -> None:
        """Record an answer; a later one replaces it. `ValueError` if there is no such option or confidence."""
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
        """Whether an answer is in, or nobody is there to give one."""
        return self.record is not None or self.view is None

    def when_open(self, callback: Callable[[], None], /) -> None:
        if self.is_open:
            callback()
        else:
            self._callbacks.append(callback)

    def compare(self, experiment: Any) -> "Comparison":
        """Hold the prediction against what ran in a race or a watch; of anything else, against the value itself."""
        if hasattr(experiment, "trace"):
            trace = experiment.trace
            traces = {"": trace} if isinstance(trace, Trace) else trace
            return self.held_against(traces, has_run=any(trace.spans for trace in traces.values()))
        return self.held_against(experiment, has_run=True)

    def held_against(self, evidence: Any, *, has_run: bool) -> "Comparison":
        comparison = Comparison(self, evidence, has_run=has_run)
        if comparison.was_right is not None:
            self.keep("right" if comparison.was_right else "wrong")
        if comparison.happened is not None and self.record is not None and hasattr(self.view, "show_what_happened"):
            self.view.show_what_happened(comparison.happened)
        return comparison

    def keep(self, outcome: str) -> None:
        """Make it part of the learner's progress: "answered", "right" or "wrong"."""
        if self.name and self.record is not None:
            keep("prediction", self.name, outcome, f"{self.record.option}, {self.record.confidence}")

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": repr(self)}
        if self.view is not None:
            bundle[WIDGET_VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self.view.model_id}
        return bundle


class Comparison:
    """What was predicted, what happened, and why."""

    def __init__(self, prediction: Prediction, evidence: Any, *, has_run: bool) -> None:
        self._again = partial(prediction.held_against, evidence, has_run=has_run)
        self._when_open = prediction.when_open
        self._question = prediction.question
        self._is_open = prediction.is_open
        self._is_for_someone = prediction.view is not None or prediction.record is not None
        self._record = prediction.record
        self._has_run = has_run
        self.happened = self._question.happened(evidence) if has_run else None

    @property
    def was_right(self) -> bool | None:
        """None if nothing was predicted, nothing has run, or something else happened than was foreseen."""
        if self._record is None or self.happened is None:
            return None
        return self._question.is_right(self._record.option, self.happened)

    def __repr__(self) -> str:
        """The same on every run, so that stored outputs can be compared; what it says is `str`."""
        return f"Comparison({self._question.text.splitlines()[0]})"

    def __str__(self) -> str:
        return "\n".join(self._sentences())

    def _repr_markdown_(self) -> str:
        return "\n\n".join(self._sentences(strong="**"))

    def _ipython_display_(self) -> None:
        """Who runs the cell before there is a prediction need not run it again: what it says changes then."""
        from IPython.display import display  # only ever called by IPython

        shown = display(self._bundle(), raw=True, display_id=True)  # type: ignore[no-untyped-call]
        if not self._is_open:
            self._when_open(lambda: shown.update(self._again()._bundle(), raw=True))

    def _bundle(self) -> dict[str, str]:
        return {"text/plain": repr(self), "text/markdown": self._repr_markdown_()}

    def _sentences(self, strong: str = "") -> list[str]:
        if not self._is_open:
            return ["Predict first: record your answer above. What happened is told here then."]
        if not self._has_run:
            return ["Nothing has run yet: run the experiment above, then this cell again."]
        if not self._is_for_someone and not self._question.on_any_machine:
            return ["What happens here depends on the machine. Predict and run it in JupyterLab: this cell says why."]
        if self.happened is None:
            return ["This run showed none of the answers: it was stopped early, perhaps, or steered. Run it once more."]
        question, chosen = self._question, None if self._record is None else self._record.option
        sentences = [f"{strong}What happened:{strong} {question.words(self.happened)}"]
        if self._record is not None:
            verdict = "Just as you said" if self.was_right else f"You had said: {question.words(chosen)}"
            sentences.append(f"{verdict} ({self._record.confidence}).")
        return sentences + question.why(chosen, self.happened)
