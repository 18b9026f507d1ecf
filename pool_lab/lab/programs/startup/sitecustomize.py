"""Python imports this first in a program that `pool-lab record` runs, and in all Pythons which that starts.

Then it does what would have been done without it: it imports the `sitecustomize` of the system, if there is one.
"""

import os
import sys

_here = os.path.dirname(os.path.realpath(__file__))  # noqa: PTH120  # what a program has not loaded stays unloaded
sys.path[:] = [path for path in sys.path if os.path.realpath(path or ".") != _here]
if os.environ.get("POOL_LAB_RECORD"):
    try:
        from pool_lab.lab.programs.event_log import EventLog
        from pool_lab.lab.recording.every_pool import on_new_pools, on_unrecorded_pools

        _log = EventLog(os.environ["POOL_LAB_RECORD"])
        on_new_pools(_log.opened)
        on_unrecorded_pools(_log.unrecorded)
    except Exception:  # another Python, without pool_lab: it runs as ever, and is not recorded
        pass
_this = sys.modules.pop(__name__)
try:
    import sitecustomize  # type: ignore[import-not-found]  # noqa: F401
except ImportError:
    sys.modules[__name__] = _this  # Python looks for what it has imported
