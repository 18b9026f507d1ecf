# mistake: shut down
from pool_lab.lessons import exercise


@exercise("12.2")
def call_on(executor, call, values):
    with executor:
        return list(executor.map(call, values))
