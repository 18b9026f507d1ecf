"""The inspector on the page: an anywidget; the browser draws the diagram and its buttons (inspector.js).

    a future's thread --show()--> teller, 20 times a second at most --traits--> page
                                  kernel's main thread, or a subshell <--message-- a button

`show` only sets an event, so watching hardly changes what is watched. The teller, a thread, asks for the picture and
hands it to the page whole: a page that is reloaded, or opened later, has everything.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from pool_lab.lab.notebook import page_thread
from pool_lab.lab.views.bundle import joined

__all__ = ["InspectorView"]

logger = logging.getLogger(__name__)

_REST_S = 0.05


class InspectorView(anywidget.AnyWidget):
    """`picture` makes what is shown, `press` does what a button says, `at_rest` hears that all is shown."""

    _esm = joined("shared/controls.js", "inspector/inspector.js")
    _css = joined("shared/tokens.css", "timeline/timeline.css", "inspector/inspector.css")

    title = traitlets.Unicode(help="The executor's name.").tag(sync=True)
    kind = traitlets.Unicode(help="Its kind: the colour.").tag(sync=True)
    futures: "traitlets.List[Any]" = traitlets.List(help="Each with its name and the states it has been in.").tag(
        sync=True
    )
    lines: "traitlets.List[Any]" = traitlets.List(help="What was asked, and answered.").tag(sync=True)
    caption = traitlets.Unicode(help="The sentence under the picture.").tag(sync=True)
    cover = traitlets.Unicode(help="If not empty: hides the picture and is shown in its place.").tag(sync=True)
    closed = traitlets.Bool(help="Whether nothing can be pressed any more.").tag(sync=True)

    def __init__(
        self,
        picture: Callable[[], dict[str, Any]],
        press: Callable[[str, int, Any], None],
        at_rest: Callable[[], None],
        **traits: Any,
    ) -> None:
        self._picture, self._press, self._at_rest = picture, press, at_rest
        self._news = threading.Event()
        self._over = threading.Event()
        self._has_failed = False
        super().__init__(**traits, **picture())
        self.on_msg(self._hear)
        page_thread(self._serve, name="pool-lab-inspector").start()

    def __repr__(self) -> str:
        return "InspectorView()"

    def show(self) -> None:
        """Something has changed."""
        self._news.set()

    def end(self) -> None:
        """Show what there is, and nothing more."""
        self._over.set()
        self._news.set()

    def _serve(self) -> None:
        while not self._over.wait(_REST_S):
            self._news.wait()
            self._news.clear()
            self._tell()
        self._tell()
        self.closed = True

    def _tell(self) -> None:
        """A view that fails never harms the futures: that is logged, once."""
        try:
            picture = self._picture()
            with self.hold_sync():
                for name, value in picture.items():
                    self.set_trait(name, value)
            self._at_rest()
        except Exception:
            if not self._has_failed:
                logger.exception("the inspector cannot show its futures; they go on")
            self._has_failed = True

    def _hear(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        if content.get("type") == "press" and not self.closed:
            self._press(str(content.get("button")), int(content.get("future", -1)), content.get("value"))
