"""`Prediction`: a learner answers a question before a run, and then learns what happened and why.

The right answer is not stored. The judge of a question reads it off the traces of the run, or off a returned value. So
a prediction is compared with what really ran, on this machine, with this Python.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from pool_lab.lab.notebook import someone_is_there, widget_output
from pool_lab.lab.trace.trace import Trace
from pool_lab.lessons.predictions.questions import Asking, Undecided
from pool_lab.lessons.saved_progress import keep

__all__ = ["CONFIDENCES", "Comparison", "Prediction", "Record"]

CONFIDENCES = ("a guess", "fairly sure", "certain")


@dataclass(frozen=True)
class Record:
    """A recorded answer, and how sure the learner was."""

    option: Any
    confidence: str


class Prediction:
    """A question with the learner's answer. What would give the answer away is covered until it is answered or skipped.

    In a notebook it shows itself as a form. Without a front end it is open from the start, and shows its text.
    """

    def __init__(self, question: Asking, name: str = "") -> None:
        """With a name, such as "03 cancel", it counts in the learner's progress."""
        self.question = question
        self.name = name
        self.record: Record | None = None
        self.outcome = ""
        """How it was judged: "right", "nearly", "wrong" or "skipped". Empty until then."""
        self._callbacks: list[Callable[[], None]] = []
        self.view: Any = None
        if someone_is_there():
            # Not needed without a front end.
            from pool_lab.lessons.predictions.covered_outputs import cover_outputs
            from pool_lab.lessons.predictions.form import Form

            cover_outputs()
            self.view = Form(self)

    def __repr__(self) -> str:
        return "\n".join([self.question.text, *(f"- {line}" for line in self.question.lines())])

    @property
    def asks(self) -> str:
        """The question as the form shows it, without its answers."""
        return self.question.text.replace("`", "")

    def answer(self, option: Any, confidence: str = CONFIDENCES[1]) -> None:
        """Record an answer. A later one replaces it, until it has been compared with a run.

        The option is a key, a number, an order or a drawing, as the question asks; `confidence` is one of
        `CONFIDENCES`. `ValueError` if there is no such option or confidence. `RuntimeError` after the comparison, or
        if the question was skipped.
        """
        option = self.question.checked(option)
        if confidence not in CONFIDENCES:
            raise ValueError(f"there is no confidence {confidence!r}; choose one of {', '.join(CONFIDENCES)}")
        if self.outcome:
            raise RuntimeError("you have seen what happens, so this answer stays; to answer again, call predict again")
        self.record = Record(option, confidence)
        self._keep("answered")
        self._open()

    def skip(self) -> None:
        """Uncover it without an answer. Does nothing if it is uncovered already."""
        if not self.is_open:
            self._settle("skipped")
            self._open()

    @property
    def is_open(self) -> bool:
        """Whether what it covers is shown: it is answered or skipped, or there is no front end to answer in."""
        return self.record is not None or self.outcome != "" or self.view is None

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
        """Compare with traces by name, or with a value. The first outcome is added to the progress."""
        comparison = Comparison(self, evidence, has_run=has_run)
        if comparison.outcome and not self.outcome:
            self._settle(comparison.outcome)
        if comparison.outcome and self.view is not None:
            self.view.show_what_happened(comparison.happened)
        return comparison

    def _settle(self, outcome: str) -> None:
        self.outcome = outcome
        self._keep(outcome)
        if self.view is not None:
            self.view.close_answer("Skipped." if outcome == "skipped" else "Compared with the run. Your answer stays.")

    def _keep(self, outcome: str) -> None:
        if self.name:
            note = "" if self.record is None else f"{self.record.option}, {self.record.confidence}"
            keep("prediction", self.name, outcome, note)

    def _open(self) -> None:
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {"text/plain": repr(self)} if self.view is None else widget_output(self.view, repr(self))


class Comparison:
    """What was predicted, what happened, and why. `str` gives it as text, a notebook shows it as Markdown."""

    def __init__(self, prediction: Prediction, evidence: Any, *, has_run: bool) -> None:
        self._again = partial(prediction.compare_with, evidence, has_run=has_run)
        self._prediction = prediction
        self._question = prediction.question
        self._record = prediction.record
        self._has_run = has_run
        found = self._question.happened(evidence) if has_run else None
        self._doubt = found.reason if isinstance(found, Undecided) else ""
        self.happened = None if self._doubt else found

    @property
    def outcome(self) -> str:
        """How the answer was judged. Empty if nothing was predicted, nothing has run, or the run cannot tell."""
        if self._record is None or self.happened is None:
            return ""
        return self._question.outcome(self._record.option, self.happened)

    @property
    def was_right(self) -> bool | None:
        """None if there is no outcome."""
        return self.outcome == "right" if self.outcome else None

    def __repr__(self) -> str:
        """The same on every run, so that stored outputs can be compared. `str` says what happened."""
        return f"Comparison({self._question.text.splitlines()[0]})"

    def __str__(self) -> str:
        return "\n".join(self._sentences())

    def _repr_markdown_(self) -> str:
        return "\n\n".join(self._sentences(strong="**"))

    def _ipython_display_(self) -> None:
        """If the cell runs before the prediction is made, its output changes when that is made."""
        if self._prediction.is_open:
            from IPython.display import display  # only IPython calls this method

            display(self.outputs()[0][0], raw=True)  # type: ignore[no-untyped-call]
        else:
            from pool_lab.lab.views.cover.view import Covering  # needs widgets

            Covering([self._prediction]).show_later(self.outputs)

    def outputs(self) -> list[tuple[dict[str, str], dict[str, str]]]:
        """With the answer, if one was given since this was made."""
        latest = self._again()
        return [({"text/plain": repr(latest), "text/markdown": latest._repr_markdown_()}, {})]

    def _sentences(self, strong: str = "") -> list[str]:
        if not self._prediction.is_open:
            return ["Predict first: record your answer above. Then this tells you what happened."]
        if not self._has_run:
            return ["Nothing has run yet: run the experiment above, then this cell again."]
        is_for_someone = self._prediction.view is not None or self._record is not None
        if not is_for_someone and not self._question.on_any_machine:
            return ["The answer depends on the machine. Predict and run it in JupyterLab, and this cell explains it."]
        if self._doubt:
            return [f"This run cannot tell. {self._doubt} Run it again; your answer stays."]
        if self.happened is None:
            return ["This run showed none of the answers, perhaps because it was stopped or resized. Run it again."]
        question, chosen = self._question, None if self._record is None else self._record.option
        sentences = [f"{strong}What happened:{strong} {question.words(self.happened)}"]
        if self._record is not None:
            verdicts = {"right": "You were right", "nearly": "You were nearly right"}
            sure, verdict = f"({self._record.confidence})", verdicts.get(self.outcome)
            sentences.append(f"{verdict} {sure}." if verdict else f"You predicted {sure}: {question.words(chosen)}")
        return sentences + question.why(chosen, self.happened)
