"""Whether someone is there to see what a cell shows, and to answer what it asks."""

import sys

__all__ = ["someone_is_there"]


def someone_is_there() -> bool:
    """Whether a person sits before this kernel: whoever runs cells for one lets them ask for `input()`."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return bool(getattr(getattr(shell, "kernel", None), "_allow_stdin", False))
