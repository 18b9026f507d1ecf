"""What many people believe about pools, what is true, and which lesson shows it: `misconceptions.toml`, by number."""

import tomllib
from typing import NamedTuple

from pool_lab.lessons.content import file_text
from pool_lab.lessons.series import notebook

__all__ = ["MISCONCEPTIONS", "Misconception"]


class Misconception(NamedTuple):
    belief: str
    fact: str
    shown_in: str
    """The number of the lesson."""

    @property
    def lesson(self) -> str:
        """Its notebook, without the ending."""
        return notebook(self.shown_in)


MISCONCEPTIONS = {
    int(number): Misconception(**facts)
    for number, facts in tomllib.loads(file_text(__package__, "misconceptions.toml")).items()
}
