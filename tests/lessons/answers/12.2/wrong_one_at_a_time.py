# mistake: one at a time
from pool_lab.lessons import exercise


@exercise("12.2")
def call_on(executor, call, values):
    return [executor.submit(call, value).result() for value in values]
