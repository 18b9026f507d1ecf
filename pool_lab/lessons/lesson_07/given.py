"""Functions that the exercises of lesson 07 submit. A process of a pool imports only this file to call them."""

import time

__all__ = ["count_primes", "square"]

SLOW = {0, 5_000}


def count_primes(limit: int) -> int:
    """How many prime numbers there are below the limit. Nothing but Python, so it holds the GIL all along."""
    return sum(all(number % divisor for divisor in range(2, int(number**0.5) + 1)) for number in range(2, limit))


def square(number: int) -> int:
    """A few numbers take longer: those that are first in the exercise, so that their chunk is not done first."""
    if number in SLOW:
        time.sleep(0.3)
    return number * number
