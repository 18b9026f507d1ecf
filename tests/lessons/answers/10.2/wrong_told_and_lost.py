# mistake: told and lost
from pool_lab.lessons import exercise


@exercise("10.2")
def submit_all(pool, call, inputs, tell):
    def call_and_tell(value):
        try:
            return call(value)
        except Exception as error:
            tell(error)

    return [pool.submit(call_and_tell, value) for value in inputs]
