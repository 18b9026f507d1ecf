"""`CoveredStill`: a picture that is covered until a prediction has an answer."""

from pool_lab.lab.display import Display
from pool_lab.lab.notebook import COVER_TEXT, Cover

__all__ = ["CoveredStill"]


class CoveredStill(Display):
    """When its cover opens, the picture and the words appear where it is shown; the cell need not run again."""

    def __init__(self, cover: Cover | None) -> None:
        super().__init__()
        self._cover = cover

    def __repr__(self) -> str:
        return self._name() if self._shows_a_still() else COVER_TEXT

    def _name(self) -> str:
        """Its `repr` when it is not covered."""
        raise NotImplementedError

    def _shows_a_still(self) -> bool:
        return self._cover is None or self._cover.is_open

    def _ipython_display_(self) -> None:
        if self._shows_a_still() or self._cover is None:
            super()._ipython_display_()
            return
        from IPython.display import display  # only IPython calls this

        picture = self._show(display, ({"text/plain": repr(self)}, {}))
        words = self._show(display, ({"text/plain": ""}, {}))

        def uncover() -> None:
            data, metadata = self._still(with_caption=False)  # the words are below
            picture.update(data, metadata=metadata, raw=True)
            words.update({"text/plain": self.summary()}, raw=True)

        self._cover.when_open(uncover)
