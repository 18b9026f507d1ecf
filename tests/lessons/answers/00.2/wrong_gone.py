# mistake: gone
import os

from pool_lab.lessons import exercise


@exercise("00.2")
def nap_all(pool, lengths):
    os._exit(1)
