"""The words of a question as HTML, for the form in JupyterLab and for exported pages."""

import re
from html import escape

__all__ = ["inline_html", "question_html"]


def inline_html(text: str) -> str:
    """The text as HTML, with the words in backquotes as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def question_html(text: str) -> str:
    """A question as `repr` shows it: what is asked, and lines that begin with "- " for what one can choose."""
    asked, *choices = re.split(r"\n- ", text)
    items = "".join(f"<li>{inline_html(choice)}</li>" for choice in choices)
    return f"<p>{inline_html(asked)}</p>" + (f"<ul>{items}</ul>" if items else "")
