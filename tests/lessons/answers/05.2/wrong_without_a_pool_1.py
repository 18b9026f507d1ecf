# mistake: without a pool

from threading import Thread

from pool_lab.lessons import exercise


@exercise("05.2")
def ask(call, patience):
    box = []
    thread = Thread(target=lambda: box.append(call()))
    thread.start()
    thread.join(patience)
    return box[0] if box else "too late"
