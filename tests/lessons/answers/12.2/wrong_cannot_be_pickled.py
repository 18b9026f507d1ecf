# mistake: cannot be pickled
from pool_lab.lessons import exercise


@exercise("12.2")
def call_on(executor, call, values):
    return list(executor.map(lambda value: call(value), values))
