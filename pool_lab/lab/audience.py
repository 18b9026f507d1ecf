"""Whether someone is there to see what a cell shows, and to answer what it asks; and what they see until they have."""

import sys

__all__ = ["COVER", "someone_is_there"]

COVER = "Predict first: this opens when your answer is in."
"""Stands in the place of what is covered."""


def someone_is_there() -> bool:
    """Whether a person sits before this kernel: whoever runs cells for one lets them ask for `input()`."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return bool(getattr(getattr(shell, "kernel", None), "_allow_stdin", False))
