# mistake: special
from pool_lab.lessons import exercise


@exercise("12.2")
def call_on(executor, call, values):
    executor.resize(len(values))
    return list(executor.map(call, values))
