"""Calls that worker processes can import."""

import threading


def square(number: int) -> int:
    return number * number


def fail(text: str) -> None:
    raise ValueError(text)


def nap_forever() -> None:
    threading.Event().wait()


def stand(inside: threading.Event, gate: threading.Event) -> bool:
    """Say that the call has begun, and wait until it may end; both are proxies of a manager's events."""
    inside.set()
    return gate.wait(30)
