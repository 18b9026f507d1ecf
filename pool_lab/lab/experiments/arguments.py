"""Checks of what experiments are given. An error says what was given, and what to give instead."""

from collections.abc import Mapping, Sequence

from pool_lab.lab.notebook import Cover

__all__ = ["check_by_name", "check_cover", "check_names"]


def check_cover(after: Cover | None) -> None:
    """`TypeError` if it is neither a prediction nor None."""
    if after is not None and not (hasattr(after, "is_open") and hasattr(after, "when_open")):
        raise TypeError(f"after={after!r} is not a prediction: give what predict(...) returned, or leave it out")


def check_by_name(what: str, values: object, kind: type, example: str) -> None:
    """`TypeError` if this is no dictionary with values of this kind."""
    if not isinstance(values, Mapping) or not all(isinstance(value, kind) for value in values.values()):
        raise TypeError(
            f"{what} needs a dictionary from names to what {kind.__name__.lower()}() returns, such as {example}; "
            f"got {values!r}"
        )


def check_names(names: object) -> None:
    """`TypeError` if these are not the names of calls: a text, or a list of texts."""
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise TypeError(f'names={names!r} does not name calls: give a text with a letter for each, "ABC", or a list')
