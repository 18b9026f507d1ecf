# mistake: called here
from pool_lab.lessons import exercise


@exercise("10.2")
def submit_all(pool, call, inputs, tell):
    futures = []
    for value in inputs:
        try:
            futures.append(pool.submit(call(value)))
        except Exception as error:
            tell(error)
    return futures
