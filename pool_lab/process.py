"""`concurrent.futures.process` under the same name here, so that in a program only the import has to change."""

from .errors import BrokenProcessPool
from .processes.pool import ProcessPoolExecutor

__all__ = ["BrokenProcessPool", "ProcessPoolExecutor"]
