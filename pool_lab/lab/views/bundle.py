"""The scripts and styles that the browser loads, by their paths below this folder."""

from pathlib import Path

__all__ = ["joined"]


def joined(*names: str) -> str:
    """These files, one after the other: one module, or one style sheet."""
    return "\n".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in names)
