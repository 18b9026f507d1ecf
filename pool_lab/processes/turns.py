"""`Turn`: what only one at a time may do, and nobody waits for.

Unlike a lock, a turn knows whose it is. So it can be given back whatever exception has come in between, and where:

    who = object()
    try:
        if turn.take(who):
            ...
    finally:
        turn.give_back(who)
"""

__all__ = ["Turn"]


class Turn:
    def __init__(self) -> None:
        self._had: dict[str, object] = {}

    def take(self, who: object) -> bool:
        """False: somebody else has it. A single step of the interpreter, as no two may come to have it."""
        return self._had.setdefault("by", who) is who

    def give_back(self, who: object) -> None:
        """Nothing happens if they do not have it."""
        if self._had.get("by") is who:
            del self._had["by"]

    def is_taken(self) -> bool:
        return bool(self._had)
