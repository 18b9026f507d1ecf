"""Functions that the exercises of lesson 03 submit."""

import time

__all__ = ["nap_and_return"]


def nap_and_return() -> int:
    time.sleep(0.8)
    return 42
