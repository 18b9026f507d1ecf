"""A call is called after the function of the program, not after what carries it."""

import asyncio
import concurrent.futures
from functools import partial

import joblib
import pytest

from pool_lab.lab.programs.recording import record
from pool_lab.lab.recording.function_name import function_name


def double(number: int) -> int:
    return 2 * number


def test_the_chunks_of_a_process_pools_map_have_the_name_of_its_function() -> None:
    with record() as made, concurrent.futures.ProcessPoolExecutor(1) as pool:
        assert list(pool.map(double, range(4), chunksize=2)) == [0, 2, 4, 6]
    assert [span.name for span in made.run.traces[0].spans] == ["double", "double"]


def test_what_asyncio_sends_to_a_thread_has_its_own_name() -> None:
    async def main() -> int:
        return await asyncio.to_thread(partial(double), 3)

    with record() as made:
        assert asyncio.run(main()) == 6
    assert [span.name for span in made.run.traces[0].spans] == ["double"]


def test_what_joblib_sends_to_its_threads_has_its_own_name() -> None:
    with record() as made:
        assert joblib.Parallel(2, backend="threading", batch_size=2)(joblib.delayed(double)(n) for n in range(4))
    assert [span.name for span in made.run.traces[0].spans] == ["double", "double"]


@pytest.mark.parametrize(("function", "name"), [(partial(partial(double, 1)), "double"), (partial(str.join), "join")])
def test_other_functions_have_their_names(function: object, name: str) -> None:
    assert callable(function)
    assert function_name(function) == name
