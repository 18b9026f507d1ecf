# mistake: without a pool


from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):
    return call()
