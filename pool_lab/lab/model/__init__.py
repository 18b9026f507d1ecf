"""A pool on a virtual clock: the executors' interface and the same events, without waiting and without noise.

    pool = SimulatedPool(4, machine=Machine(cores=2))       submit, map, resize, shutdown, observers
    LiveSimulatedPool(4, work=Work(wait=0.2))               in real time, to watch and race beside real pools
    simulate(Work(wait=0.2), calls=100, workers=8)          the trace of a whole run
    estimate(Work(wait=0.2), poisson(400), calls=10**6, workers=100)     figures of a run that no trace could hold

What a call spends its time on is a `Work`; what it runs on is a `Machine`, whose cores and GIL the calls share.
Formulas to compare with are in `pool_lab.lab.model.theory`.

How it differs from a real machine:

- Cores and the GIL are shared evenly at every moment. A real GIL is held for turns of 5 ms, so a thread that needs it
  briefly, after an answer has come, waits up to 5 ms for each thread that computes in Python. Here it gets its part
  at once. And calls of exactly equal length stay in step here.
- A thread that submits calls takes no core. What a submit costs is counted where a worker takes the call.
- Calls of a batch behind a long one are not given back to other workers.
- Caches, memory, disks and other programs do not exist.

Read it in this order: work, machine, costs (what a call goes through), clock (how time passes), virtual_scheduler (how
workers take calls), simulated_pool.
"""

from pool_lab.lab.model.arrivals import Poisson, Recording, poisson, recorded
from pool_lab.lab.model.calibration import calibrate
from pool_lab.lab.model.lengths import constant, distribution, exponential, from_list, lognormal, uniform
from pool_lab.lab.model.live_simulated_pool import LiveSimulatedPool
from pool_lab.lab.model.machine import TYPICAL, Machine
from pool_lab.lab.model.measuring import measured
from pool_lab.lab.model.runs import estimate, simulate
from pool_lab.lab.model.simulated_call import DeadlockError
from pool_lab.lab.model.simulated_pool import SimulatedPool
from pool_lab.lab.model.simulation_result import SimulationResult
from pool_lab.lab.model.virtual_waiting import as_completed, wait
from pool_lab.lab.model.work import Work

__all__ = [
    "TYPICAL",
    "DeadlockError",
    "LiveSimulatedPool",
    "Machine",
    "Poisson",
    "Recording",
    "SimulatedPool",
    "SimulationResult",
    "Work",
    "as_completed",
    "calibrate",
    "constant",
    "distribution",
    "estimate",
    "exponential",
    "from_list",
    "lognormal",
    "measured",
    "poisson",
    "recorded",
    "simulate",
    "uniform",
    "wait",
]
