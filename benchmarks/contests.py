"""`contest`: enters a contest, to be run by `python -m benchmarks`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["CONTESTS", "FLOOR", "OURS", "STANDARD", "Contest", "Target", "contest"]

FLOOR = "floor"
OURS = "pool_lab"
STANDARD = "concurrent.futures"


@dataclass(frozen=True)
class Target:
    """What pool_lab is to reach: at most `at_most` times the number of `than`, and `more`; or simply at most that."""

    at_most: float
    than: str | None = None
    more: float = 0.0

    def __str__(self) -> str:
        if self.than is None:
            return f"at most {self.at_most:g}"
        if self.more:
            return f"at most {self.more:g} more than {self.than}"
        if self.at_most < 1:
            return f"{1 / self.at_most:.3g} x as fast as {self.than}"
        return f"at most {self.at_most:g} x {self.than}"

    def reached(self, medians: Mapping[str, float]) -> bool | None:
        """Whether the medians, by contestant, reach it; None if one of the two was not measured."""
        measured, other = medians.get(OURS), 1.0 if self.than is None else medians.get(self.than)
        return None if measured is None or other is None else measured <= self.at_most * other + self.more


@dataclass(frozen=True)
class Contest:
    """One thing to be done, by each contestant; every number is better the smaller it is."""

    name: str
    unit: str
    contestants: Mapping[str, Callable[[], float]]
    targets: tuple[Target, ...]


CONTESTS: dict[str, Contest] = {}


def contest(
    name: str,
    unit: str,
    contestants: Mapping[str, Callable[[], float]],
    *targets: tuple[float, str | None] | tuple[float, str, float],
) -> None:
    """Enter a contest. A target is (ratio at most, to whom), or (number at most, None), or (1, whom, how much more)."""
    CONTESTS[name] = Contest(name, unit, contestants, tuple(Target(*target) for target in targets))
