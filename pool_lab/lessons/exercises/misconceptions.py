"""What is often believed of pools, what is true, and which lesson shows it. An exercise names them by number."""

from typing import NamedTuple

__all__ = ["MISCONCEPTIONS", "Misconception"]


class Misconception(NamedTuple):
    heard: str
    fact: str
    lesson: str
    """The notebook that shows it, without its ending."""


MISCONCEPTIONS = {
    2: Misconception(
        "the call runs when `submit` is called",
        "it is queued; a worker that is free takes it, while the one who handed it over goes on",
        "02_hand_over_a_call",
    ),
    4: Misconception(
        "each call gets a thread of its own",
        "workers are used again: a hundred calls, and no more threads than there are workers",
        "01_see_why_pools_exist",
    ),
    5: Misconception(
        "a future is the result",
        "it is a box that the result will be in; `result()` opens it",
        "03_hold_a_promise",
    ),
    11: Misconception(
        "results come in the order in which the calls finish",
        "`map` gives them in the order of the inputs; `as_completed` is the one that goes by who is first",
        "04_map_a_function",
    ),
    12: Misconception(
        "`map` waits for everything and then returns the results",
        "it returns an iterator at once; asking that for the next result is what waits",
        "04_map_a_function",
    ),
    19: Misconception(
        "a pool that was shut down still takes calls",
        "`submit` and `map` raise a `RuntimeError` from then on",
        "05_shut_down_cleanly",
    ),
    23: Misconception(
        "threads make any work faster",
        "threads that compute in Python take turns, for there is one GIL; processes have one each",
        "07_race_threads_and_processes",
    ),
    25: Misconception(
        "a process pool is the faster choice for many tiny calls",
        "to pickle a call and send it costs more than the call; sent in chunks, many calls pay it once",
        "09_build_a_process_pool",
    ),
    28: Misconception(
        "anything can be sent to a process pool",
        "it has to be pickled; the standard library cannot send lambdas, nor, as a rule, functions from a cell",
        "09_build_a_process_pool",
    ),
    30: Misconception(
        "a call may wait for another call of the same pool",
        "it may not: as soon as every worker waits, none is left to run what they wait for",
        "10_break_a_pool_safely",
    ),
}
