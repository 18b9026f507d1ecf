# mistake: waits


from pool_lab.lessons import exercise


@exercise("02.1")
def count(futures):
    results = [future.result() for future in futures]
    return 0, 0, len(results)
