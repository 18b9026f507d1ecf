"""Calls that worker processes can import."""


def square(number: int) -> int:
    return number * number


def fail(text: str) -> None:
    raise ValueError(text)
