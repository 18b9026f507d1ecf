"""Open JupyterLab on the first lesson of the repository: `open_lab.py [ARGUMENT OF JUPYTERLAB...]`."""

import sys
from pathlib import Path

from pool_lab.lessons.jupyterlab import open_jupyterlab

PROJECT = Path(__file__).resolve().parent.parent
FIRST_LESSON = "notebooks/00_start_here.ipynb"

if __name__ == "__main__":
    sys.exit(open_jupyterlab(PROJECT, FIRST_LESSON, sys.argv[1:]))
