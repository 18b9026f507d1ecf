# mistake: some told
from pool_lab.lessons import exercise


@exercise("10.2")
def submit_all(pool, call, inputs, tell):
    def call_and_tell(value):
        try:
            return call(value)
        except ZeroDivisionError as error:
            tell(error)
            raise

    return [pool.submit(call_and_tell, value) for value in inputs]
