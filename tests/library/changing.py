"""A module whose variable a test changes."""

FACTOR = 2


def times(number: int) -> int:
    return number * FACTOR
