"""Calls that worker processes can import."""

import threading


def square(number: int) -> int:
    return number * number


def fail(text: str) -> None:
    raise ValueError(text)


def nap_for_ever() -> None:
    threading.Event().wait()
