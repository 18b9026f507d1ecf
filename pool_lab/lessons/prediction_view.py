"""The form in which a prediction is made: a question, its options, how sure, and a button."""

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets

if TYPE_CHECKING:
    from pool_lab.lessons.predictions import Prediction

__all__ = ["prediction_view"]

HERE = Path(__file__).parent
STYLE = "".join(
    path.read_text(encoding="utf-8") for path in (HERE.parent / "lab" / "tokens.css", HERE / "prediction.css")
)


def prediction_view(prediction: "Prediction") -> ipywidgets.VBox:
    """The form; pressing its button records the answer."""
    from pool_lab.lessons.predictions import CONFIDENCES  # it is about to import this module

    options = [(option.text, key) for key, option in prediction.question.options.items()]
    question = ipywidgets.HTML(f"<style>{STYLE}</style><p>{escape(prediction.question.text)}</p>")
    choice = ipywidgets.RadioButtons(options=options, value=None)
    confidence = ipywidgets.ToggleButtons(options=CONFIDENCES, value=CONFIDENCES[1], description="How sure?")
    button = ipywidgets.Button(description="Record my prediction", button_style="primary")
    recorded = ipywidgets.HTML()

    def record(_: object) -> None:
        if choice.value is None:
            recorded.value = "Choose an answer first."
            return
        prediction.answer(choice.value, confidence.value)
        button.description = "Change my prediction"
        recorded.value = f"Recorded, {escape(confidence.value)}. Now see what happens."

    button.on_click(record)
    foot = ipywidgets.HBox([confidence, button, recorded])
    foot.add_class("pool-lab-prediction-foot")
    view = ipywidgets.VBox([question, choice, foot])
    view.add_class("pool-lab").add_class("pool-lab-prediction")
    return view
