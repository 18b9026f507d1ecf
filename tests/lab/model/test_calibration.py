import time

import pytest

from pool_lab.lab.model import Machine, Work, calibrate, measured, simulate
from pool_lab.lab.model.clock import CORE, PYTHON
from pool_lab.pool import usable_cpus


def test_calibrate_gives_a_machine_that_pools_can_be_simulated_on() -> None:
    """What it measures is this machine's affair; what it gives is a machine with every cost."""
    machine = calibrate(limit_s=0.1)
    assert isinstance(machine, Machine)
    assert 1 <= machine.cores <= usable_cpus()
    costs = machine.thread_call_s, machine.process_call_s, machine.thread_start_s, *machine.process_start_s.values()
    assert all(0 < cost < 10 for cost in costs)
    for kind in ("threads", "processes"):
        assert simulate(Work(sends=1000), calls=20, workers=2, machine=machine, kind=kind).makespan_s > 0


def test_a_measured_call_is_what_it_spends() -> None:
    asleep = measured(time.sleep, 0.05)
    computing, released = (measured(sum, range(100_000), releases_gil=releases) for releases in (False, True))
    assert asleep.cpu_s < 0.05 < sum(seconds for _, seconds in asleep.steps) + 0.001
    assert [how for how, _ in (computing.steps[0], released.steps[0])] == [PYTHON, CORE]
    assert computing.cpu_s > 0
    with pytest.raises(ZeroDivisionError):
        measured(divmod, 1, 0)
    with pytest.raises(ValueError, match="rounds must be at least 1"):
        measured(abs, 1, rounds=0)
