# mistake: by finish
from concurrent.futures import as_completed

from pool_lab.lessons import exercise


@exercise("12.2")
def call_on(executor, call, values):
    return [future.result() for future in as_completed([executor.submit(call, value) for value in values])]
