"""What a process reports about an attempt is plain values; what makes no sense ends the attempt and harms nobody."""

import io
import json
import math
from concurrent.futures import Future
from typing import Any

import pytest

from pool_lab.lessons.exercises import messages as module
from pool_lab.lessons.exercises.attempt import Setup, try_answer
from pool_lab.lessons.exercises.evidence import call, nothing
from pool_lab.lessons.exercises.messages import AttemptEnding, Foreign, line_of, messages, packed, unpacked
from tests.lessons.answer_files import function_of


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        1,
        -1.5,
        math.inf,
        "ä\ud800\n",
        b"\0\xff",
        [],
        [[1]],
        (),
        (1, (2,)),
        {1},
        {"a": [1], (1, 2): {3}},
    ],
    ids=repr,
)
def test_a_plain_value_arrives_as_it_was(value: Any) -> None:
    (message,) = messages(io.BytesIO(line_of(packed(value))))
    arrived = unpacked(message)
    assert arrived == value
    assert type(arrived) is type(value)


def test_a_set_in_a_set_can_be_told() -> None:
    assert unpacked(packed({frozenset([1])})) == {frozenset([1])}


def test_of_other_values_only_the_type_is_reported() -> None:
    class Number(int): ...

    values: list[object] = [Future(), iter([]), Number(1)]
    assert unpacked(packed(values)) == [
        Foreign("future", "Future"),
        Foreign("iterator", "list_iterator"),
        Foreign("object", "Number"),
    ]


@pytest.mark.parametrize("data", [{}, {"a": 1, "b": 2}, {"eval": "1"}, {"set": [[1]]}, {"bytes": 5}, {"dict": [1]}])
def test_what_was_never_packed_is_refused(data: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        unpacked(data)


def test_messages_do_not_go_on_and_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    read = messages(io.BytesIO(b"[1]\n" * 3))
    assert [next(read), next(read)] == [[1], [1]]
    with pytest.raises(ValueError, match="that much"):
        next(read)


SENSELESS: list[Any] = [
    [],
    ["understood", None],
    ["ended"],
    ["ended", "returned", {"set": [[1]]}, "", 0, []],
    ["ended", "won", None, "", 0, []],
    ["events", [[9, [0, 0.0, "submitted"]]], 0.0],
    ["opened", 0, "Pool", "threads", "many", True],
    ["alive", ["now"]],
]


@pytest.mark.parametrize(
    "line", [b"\x80\x05.", b"null", b"5", b"[" * 100_000, *(json.dumps(message).encode() for message in SENSELESS)]
)
def test_a_line_that_makes_no_sense_ends_the_attempt(line: bytes) -> None:
    body = f"""
        import os, time
        for descriptor in range(3, 20):
            try:
                os.write(descriptor, {line!r} + bytes([10]))
            except OSError:
                pass
        time.sleep(60)
    """
    assert try_answer(Setup(call, nothing), function_of(body)).ending is AttemptEnding.GONE
