# mistake: called here
from pool_lab.lessons import exercise


@exercise("10.2")
def submit_all(pool, call, inputs, tell):
    return [pool.submit(call(value)) for value in inputs]
