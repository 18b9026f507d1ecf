"""`Prediction`: a learner commits to an answer, sees what happens, and is told why.

What the right answer is, no one has written down: a question has a judge that reads it off the traces of the run. So a
prediction is compared with what really ran, on this machine, with this Python.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pool_lab.lab.exhibit import WIDGET_VIEW, someone_is_there
from pool_lab.lab.trace import Trace
from pool_lab.lessons.records import keep

__all__ = ["CONFIDENCES", "Comparison", "Option", "Prediction", "Question", "Record"]

CONFIDENCES = ("a guess", "fairly sure", "certain")

Traces = Mapping[str, Trace]


@dataclass(frozen=True)
class Option:
    """One possible answer, and what there is to say about it after the run."""

    text: str
    if_right: str
    if_wrong: str = ""


@dataclass(frozen=True)
class Question:
    """What will happen? The judge returns the key of the option that did; None if it was none of them."""

    text: str
    options: Mapping[str, Option]
    judge: Callable[[Traces], str | None]
    on_any_machine: bool = True
    """Whether the same happens on every machine, however busy it is."""


@dataclass(frozen=True)
class Record:
    """An answer that was given, how sure its giver was, and when (seconds since the epoch)."""

    option: str
    confidence: str
    at: float


class Prediction:
    """A question that waits for an answer. Experiments started `after` it stay covered until it has one."""

    def __init__(self, question: Question, name: str = "") -> None:
        """With a name it becomes part of the learner's progress."""
        self.question = question
        self.name = name
        self.record: Record | None = None
        self._callbacks: list[Callable[[], None]] = []
        self.view: Any = None
        if someone_is_there():
            from pool_lab.lessons.prediction_view import prediction_view  # without a front end no one needs widgets

            self.view = prediction_view(self)

    def __repr__(self) -> str:
        options = "\n".join(f"- {option.text}" for option in self.question.options.values())
        return f"{self.question.text}\n{options}"

    def answer(self, option: str, confidence: str = CONFIDENCES[1]) -> None:
        """Record an answer; a later one replaces it. `ValueError` if there is no such option or confidence."""
        if option not in self.question.options:
            raise ValueError(f"there is no option {option!r}; choose one of {', '.join(self.question.options)}")
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
        """Hold the prediction against what ran in a race or a watch."""
        trace = experiment.trace
        comparison = Comparison(self, {"": trace} if isinstance(trace, Trace) else trace)
        if comparison.was_right is not None:
            self.keep("right" if comparison.was_right else "wrong")
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

    def __init__(self, prediction: Prediction, traces: Traces) -> None:
        self._question = prediction.question
        self._is_open = prediction.is_open
        self._is_for_someone = prediction.view is not None or prediction.record is not None
        self._record = prediction.record
        self._has_run = any(trace.spans for trace in traces.values())
        self._happened = self._question.judge(traces) if self._has_run else None

    @property
    def was_right(self) -> bool | None:
        """None if nothing was predicted, nothing has run, or something else happened than was foreseen."""
        if self._record is None or self._happened is None:
            return None
        return self._record.option == self._happened

    def __repr__(self) -> str:
        """The same on every run, so that stored outputs can be compared; what it says is `str`."""
        return f"Comparison({self._question.text.splitlines()[0]})"

    def __str__(self) -> str:
        return "\n".join(self._sentences())

    def _repr_markdown_(self) -> str:
        return "\n\n".join(self._sentences(strong="**"))

    def _sentences(self, strong: str = "") -> list[str]:
        if not self._is_open:
            return ["Predict first: record your answer above, then run this cell again."]
        if not self._has_run:
            return ["Nothing has run yet: run the experiment above, then this cell again."]
        if not self._is_for_someone and not self._question.on_any_machine:
            return ["What happens here depends on the machine. Predict and run it in JupyterLab: this cell says why."]
        if self._happened is None:
            return ["This run showed none of the answers: it was stopped early, perhaps, or steered. Run it once more."]
        right = self._question.options[self._happened]
        sentences = [f"{strong}What happened:{strong} {right.text}", right.if_right]
        if self._record is not None:
            chosen = self._question.options[self._record.option]
            verdict = "Just as you said" if self.was_right else f"You had said: {chosen.text}"
            sentences.insert(1, f"{verdict} ({self._record.confidence}).")
            sentences += [chosen.if_wrong] if not self.was_right and chosen.if_wrong else []
        return sentences
