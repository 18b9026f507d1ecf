"""What the tests of `task_timeout` share."""

import time

import pytest

from pool_lab.processes.child import STOP_SIGNAL
from tests.contract.gates import PATIENCE_S

__all__ = ["SOON_S", "asks_first", "nap_forever"]

SOON_S = 0.2

asks_first = pytest.mark.skipif(STOP_SIGNAL is None, reason="this system can only terminate")


def nap_forever() -> None:
    time.sleep(PATIENCE_S)
