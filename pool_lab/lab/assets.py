"""Assets: the scripts and styles beside this file, which the browser loads."""

from pathlib import Path

__all__ = ["joined"]


def joined(*names: str) -> str:
    """These files, one after the other: one module, or one style sheet."""
    return "\n".join(Path(__file__).with_name(name).read_text(encoding="utf-8") for name in names)
