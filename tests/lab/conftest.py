"""The lab's tests draw."""

import io

import pytest
from matplotlib.figure import Figure

from pool_lab.lab.stills import style as palette


@pytest.fixture(scope="session", autouse=True)
def _fonts_are_open() -> None:
    """matplotlib keeps the files of the fonts it has once used; what a test leaves behind is counted from there."""
    figure = Figure()
    figure.text(0, 0, "regular")
    figure.text(0, 0, "bold", fontweight="bold")
    with palette.styled():
        figure.savefig(io.BytesIO(), format="png")
