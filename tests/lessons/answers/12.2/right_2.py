from concurrent.futures import as_completed

from pool_lab.lessons import exercise


@exercise("12.2")
def call_on(executor, call, values):
    places = {executor.submit(call, value): place for place, value in enumerate(values)}
    results = [None] * len(places)
    for future in as_completed(places):
        results[places[future]] = future.result()
    return results
