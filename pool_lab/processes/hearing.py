"""The last thing that a fork server loads. Until then it is deaf to Ctrl-C, which would end it; those it forks are not.

See `fork_server`. What came meanwhile was not meant for it.
"""

import signal

if hasattr(signal, "pthread_sigmask") and signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []):
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    signal.signal(signal.SIGINT, handler)
