"""The inspector on the page: an anywidget; the browser draws the diagram and the buttons (main.js).

    a future's thread --show()--> sender thread, 20 times a second at most --traits--> page
                                  kernel's main thread, or a subshell <--message-- a button

`show` only sets an event, so observing hardly changes what is observed. The sender thread asks for the picture and
sends all of it, so a page that is reloaded, or opened later, has everything.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from pool_lab.lab.notebook import showing_thread
from pool_lab.lab.views.bundle import script, style

__all__ = ["InspectorView"]

HERE = Path(__file__).parent
logger = logging.getLogger(__name__)

_REST_S = 0.05


class InspectorView(anywidget.AnyWidget):
    """`picture` makes what is shown, `press` does what a button says, `at_rest` is called when everything is shown."""

    _esm = script(HERE / "main.js")
    _css = style(HERE / "diagram.css", HERE / "buttons.css")

    title = traitlets.Unicode(help="The executor's name.").tag(sync=True)
    kind = traitlets.Unicode(help="Its kind: the colour.").tag(sync=True)
    futures: "traitlets.List[Any]" = traitlets.List(help="Each with its name and the states it has been in.").tag(
        sync=True
    )
    lines: "traitlets.List[Any]" = traitlets.List(help="What was asked, and Python's answers.").tag(sync=True)
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
        self._has_news = threading.Event()
        self._has_ended = threading.Event()
        self._has_failed = False
        super().__init__(**traits, **picture())
        self.on_msg(self._receive)
        showing_thread(self._serve, name="pool-lab-inspector").start()

    def __repr__(self) -> str:
        return "InspectorView()"

    def show(self) -> None:
        """Something has changed."""
        self._has_news.set()

    def end(self) -> None:
        """Show what there is now, and nothing after it."""
        self._has_ended.set()
        self._has_news.set()

    def _serve(self) -> None:
        while not self._has_ended.wait(_REST_S):
            self._has_news.wait()
            self._has_news.clear()
            self._send_picture()
        self._send_picture()
        self.closed = True

    def _send_picture(self) -> None:
        """If this fails, the futures go on: the first failure is logged."""
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

    def _receive(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        if content.get("type") == "press" and not self.closed:
            self._press(str(content.get("button")), int(content.get("future", -1)), content.get("value"))
