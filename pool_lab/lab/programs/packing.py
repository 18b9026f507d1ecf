"""The rows of calls, packed: as few letters as it takes without loss. `docs/run-file.md` describes the form.

A run of 20,000 calls is 1.4 MB of JSON, and 90 kB packed: times as differences, column by column, and then zlib.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Any

from pool_lab.lab.views.timeline.rows import (
    ARRIVED,
    BEGAN,
    CALL,
    CPU_S,
    DISPATCHED,
    ENDED,
    ERROR,
    SUBMITTED,
    shortened,
)

__all__ = ["pack", "unpack"]

Row = list[Any]
Column = list[Any]

WIDTH = ERROR + 1
TO_THE_CALL_BEFORE = (CALL, SUBMITTED, DISPATCHED)
"""These columns have the difference to the last value above; 0 if there is none."""
TO_ANOTHER_COLUMN = {CPU_S: ENDED, BEGAN: DISPATCHED, ENDED: BEGAN, ARRIVED: ENDED}
"""These columns have the difference to another one in the same row; null there counts as 0. In this order they are
unpacked: the seconds on a core are compared with how long the call took."""


def pack(data: dict[str, Any]) -> str:
    """JSON that has lists of numbers under "calls", as one text."""
    packed = {**data, "calls": _columns(data["calls"])}
    text = json.dumps(packed, separators=(",", ":"), ensure_ascii=False)
    return b64encode(zlib.compress(text.encode("utf-8", "backslashreplace"), 9)).decode("ascii")


def unpack(text: str) -> dict[str, Any]:
    """What was given to `pack`, with the calls of each pool in order. `ValueError` if it is no such text."""
    try:
        data: dict[str, Any] = json.loads(zlib.decompress(b64decode(text, validate=True)))
        return {**data, "calls": _rows(data["calls"])}
    except (zlib.error, TypeError, KeyError) as error:
        raise ValueError(f"this is not a packed run: {error}") from error


def _columns(calls: Iterable[Row]) -> list[Column]:
    rows = sorted(([*row, *[None] * (WIDTH - len(row))] for row in calls), key=lambda row: row[: CALL + 1])
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        for place, other in reversed(TO_ANOTHER_COLUMN.items()):
            columns[place] = [
                _minus(value, beside) for value, beside in zip(columns[place], columns[other], strict=True)
            ]
        for place in TO_THE_CALL_BEFORE:
            columns[place] = [_minus(value, last) for value, last in _with_last(columns[place])]
    return columns


def _rows(columns: list[Column]) -> list[Row]:
    if columns:
        for place in TO_THE_CALL_BEFORE:
            columns[place] = _summed(columns[place])
        for place, other in TO_ANOTHER_COLUMN.items():
            columns[place] = [
                _plus(value, beside) for value, beside in zip(columns[place], columns[other], strict=True)
            ]
    return [shortened(list(row)) for row in zip(*columns, strict=True)]


def _with_last(column: Column) -> Iterable[tuple[Any, Any]]:
    """Each value with the last one before it that is known."""
    last = None
    for value in column:
        yield value, last
        last = last if value is None else value


def _summed(column: Column) -> Column:
    summed, last = [], 0
    for value in column:
        last += value or 0
        summed.append(None if value is None else last)
    return summed


def _minus(value: Any, other: Any) -> Any:
    return None if value is None else value - (other or 0)


def _plus(value: Any, other: Any) -> Any:
    return None if value is None else value + (other or 0)
