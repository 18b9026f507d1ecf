"""What the inspector's page shows, and what its buttons do: always what the method of that name does.

What goes wrong with it is a line like any other: whoever presses a button has no cell that could fail.
"""

import ast
from typing import Any

from pool_lab.lab.callbacks import broken
from pool_lab.lab.following import Life
from pool_lab.lab.holding import Outcome
from pool_lab.lab.inspecting import FutureInspector

__all__ = ["ERRORS", "picture", "press"]

SHOWN_LINES = 200
ERRORS: dict[str, type[Exception]] = {"ValueError": ValueError, "TimeoutError": TimeoutError, "OSError": OSError}
"""What the button *raise* has to offer."""


def picture(inspector: FutureInspector) -> dict[str, Any]:
    """All that the page shows, in plain values."""
    return {
        "futures": [_shown(life) for life in inspector.lives],
        "lines": [line.shown for line in inspector.lines[-SHOWN_LINES:]],
        "caption": inspector.summary(),
    }


def _shown(life: Life) -> dict[str, Any]:
    more = {"raised": life.raised, "canEnd": life.can_be_ended, "text": repr(life.future)}
    return {"number": life.number, "name": life.name, "path": list(life.path), **more}


def press(inspector: FutureInspector, button: str, which: int, value: Any) -> None:
    try:
        _do(inspector, button, which, value)
    except Exception as error:
        if button != "submit":  # which has written its own line
            inspector.write(button, which).failed(error)


def _do(inspector: FutureInspector, button: str, which: int, value: Any) -> None:
    match button:
        case "submit":
            inspector.submit()
        case "cancel" | "cancelled" | "running" | "done":
            getattr(inspector, button)(which)
        case "result" | "exception":
            getattr(inspector, button)(which, value)
        case "note" | "broken":
            inspector.add_done_callback(which, broken if button == "broken" else None)
        case "return":
            given = _literal(value)
            inspector.end(which, f"return {given!r}", Outcome(given), settles_s=0)
        case "raise":
            error = ERRORS[value]("as you wished")
            inspector.end(which, f"raise {error!r}", Outcome(error=error), settles_s=0)


def _literal(text: str) -> Any:
    """What is typed is a value if Python reads it as one, else a text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
