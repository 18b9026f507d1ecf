"""`Curve`: how much faster an executor is with more workers. Pure, made from measured times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

__all__ = ["PAYS", "Curve", "Point", "curve"]

PAYS = 0.05
"""More workers pay off if they are faster by more than this share."""


@dataclass(frozen=True)
class Point:
    """Everything measured with one number of workers."""

    workers: int
    speed_ups: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.speed_ups)


@dataclass(frozen=True)
class Curve:
    name: str
    kind: str
    points: tuple[Point, ...]
    """In order of the number of workers."""

    @property
    def best(self) -> Point | None:
        """The point with the highest median; None without a point."""
        return max(self.points, key=lambda point: point.median, default=None)

    @property
    def pays_until(self) -> Point | None:
        """The first point that no larger number of workers beats by more than 5 %; None without a point."""
        return next(
            (
                point
                for number, point in enumerate(self.points)
                if all(more.median <= point.median * (1 + PAYS) for more in self.points[number + 1 :])
            ),
            None,
        )


def curve(name: str, kind: str, speed_ups: Mapping[int, Sequence[float]]) -> Curve:
    """From the measured speed-ups, by number of workers."""
    return Curve(name, kind, tuple(Point(workers, tuple(speed_ups[workers])) for workers in sorted(speed_ups)))
