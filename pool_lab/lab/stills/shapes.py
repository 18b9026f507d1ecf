"""The shapes of a timeline: a rounded bar, and marks for what went wrong."""

from matplotlib.path import Path

__all__ = ["BRACKET", "BROKEN", "CLOCK", "TORN", "rounded"]

BRACKET = Path([(0, -1), (0, 1), (0, 0), (1.4, 0)], [Path.MOVETO, Path.LINETO, Path.MOVETO, Path.LINETO])
TORN = Path([(0, -0.5), (0.15, -0.3), (-0.15, -0.1), (0.15, 0.1), (-0.15, 0.3), (0, 0.5)])

BROKEN = Path([(-0.7, -1), (0, 1), (0.1, -1), (0.8, 1)], [Path.MOVETO, Path.LINETO, Path.MOVETO, Path.LINETO])
CLOCK = Path.make_compound_path(Path.circle(), Path([(0, 0.75), (0, 0), (0.6, 0)]))


def rounded(left: float, right: float, top: float, bottom: float, across: float, down: float) -> Path:
    """A rectangle with rounded corners; `across` and `down` are the radii."""
    corners = [
        ((left + across, top), (right - across, top), (right, top), (right, top + down)),
        ((right, bottom - down), (right, bottom), (right - across, bottom)),
        ((left + across, bottom), (left, bottom), (left, bottom - down)),
        ((left, top + down), (left, top), (left + across, top), (left + across, top)),
    ]
    line, curve = Path.LINETO, Path.CURVE3
    first, last = (Path.MOVETO, line, curve, curve), (line, curve, curve, Path.CLOSEPOLY)
    return Path([point for corner in corners for point in corner], [*first, *(line, curve, curve) * 2, *last])
