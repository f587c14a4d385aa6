"""``.. picture:: one-call``: drawings in the page itself, so that they follow the theme's light and dark.

Those of states are compared with the tables that the sandbox and the client use: no state is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from itertools import pairwise
from typing import Final, get_args

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

_HIGH: Final = 34


class Drawing:
    """Boxes and arrows.

    :param title: what it shows, for those who do not see it.
    """

    def __init__(self, title: str, width: int, height: int) -> None:
        self._title = title
        self._size = f"0 0 {width} {height}"
        self._parts: list[str] = []
        self._boxes: dict[str, tuple[float, float, float, float]] = {}

    def box(self, name: str, x: float, y: float, width: float, *lines: str, kind: str = "box") -> None:
        """Draw a box with its lines of text, by default its name."""
        lines = lines or (name,)
        high = _HIGH + 15 * (len(lines) - 1)
        self._boxes[name] = (x, y, width, high)
        self._parts.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{high}" rx="6"/>')
        for number, line in enumerate(lines):
            small = ' class="small"' if number else ""
            self._text(line, x + width / 2, y + 21.5 + 15 * number, small)

    def frame(self, name: str, x: float, y: float, width: float, high: float) -> None:
        """Draw a frame around boxes, with its name on top."""
        self._boxes[name] = (x, y, width, high)
        self._parts.append(f'<rect class="frame" x="{x}" y="{y}" width="{width}" height="{high}" rx="10"/>')
        self._text(name, x + width / 2, y + 17, ' class="small"')

    def arrow(
        self, start: str, end: str, text: str = "", *, sides: str = "rl", shift: tuple[float, float] = (0, 0)
    ) -> None:
        """Draw an arrow from one box to another: from which side to which, each moved along it by a share."""
        (x1, y1), (x2, y2) = self._side(start, sides[0], shift[0]), self._side(end, sides[1], shift[1])
        self.path(f"M{x1:g} {y1:g}L{x2:g} {y2:g}")

    def path(self, d: str, text: str = "", at: tuple[float, float] = (0, 0)) -> None:
        """Draw an arrow along a path."""
        self._parts.append(f'<path class="arrow" marker-end="url(#head)" d="{d}"/>')
        if text:
            self._text(text, *at, ' class="small"')

    def _side(self, name: str, side: str, share: float) -> tuple[float, float]:
        x, y, width, high = self._boxes[name]
        if side in "rl":
            return (x + width if side == "r" else x), y + high / 2 + share * high
        return x + width / 2 + share * width, (y + high if side == "b" else y)

    def _text(self, text: str, x: float, y: float, attributes: str = "") -> None:
        self._parts.append(f'<text{attributes} x="{x:g}" y="{y:g}">{escape(text)}</text>')

    @property
    def svg(self) -> str:
        head = '<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        head += '<path d="M0 0L8 4L0 8z"/></marker>'
        title = f"<title>{escape(self._title)}</title>"
        return f'<svg viewBox="{self._size}" role="img">{title}<defs>{head}</defs>{"".join(self._parts)}</svg>'


def one_call() -> str:
    drawing = Drawing("The way of one call: down to the wire on the left, back up on the right", 760, 470)
    down = (
        ("method", "client.accounts.create(...)", "checks and conceals its arguments"),
        ("codec", "codec", "writes query and body, once"),
        ("admission", "admission", "no ban, within the limits and the deadline"),
        ("yours", "your middlewares", ""),
        ("attempt", "attempt", "notes when the request is handed to a connection"),
        ("signing", "signing", "signs the path, query and bytes that go out"),
    )
    for number, (name, *lines) in enumerate(down):
        drawing.box(name, 20, 14 + 68 * number, 300, *(line for line in lines if line))
    for (start, *_), (end, *_) in pairwise(down):
        drawing.arrow(start, end, sides="bt")
    drawing.box("wire", 250, 426, 260, "3Commas", kind="box strong")
    drawing.path("M170 403L170 443L248 443")
    up = (("result", 14, "a result", "the codec reads it, every digit"), ("error", 82, "an error with its outcome", ""))
    for name, y, *lines in up:
        drawing.box(name, 440, y, 300, *(line for line in lines if line), kind="box strong")
    drawing.box("verdict", 440, 196, 300, "verdict", "what the response, or its absence, means")
    drawing.box("body", 440, 300, 300, "body", "read under a cap, before your code sees it")
    drawing.path("M512 443L590 443L590 351")
    drawing.path("M590 300L590 247")
    drawing.path("M590 196L590 118")
    drawing.path("M720 196L720 65")
    drawing.path("M440 221C380 221 360 175 322 175", "again: reads, and what was not sent", (381, 268))
    return drawing.svg


def deal() -> str:
    from threecommas_async.sandbox.engine.deals.statuses import TRANSITIONS

    drawing = Drawing("The statuses of a deal, and what leads from one to another", 860, 330)
    drawing.box("base_order_placed", 10, 130, 140)
    drawing.box("failed", 10, 270, 140, kind="box end")
    drawing.frame("active", 190, 20, 220, 250)
    for number, name in enumerate(("ttp_activated", "bought", "close_strategy_activated")):
        drawing.box(name, 205, 50 + 80 * number, 190)
    ends = {"completed": 20, "stop_loss_finished": 90, "panic_sell_pending": 170, "cancel_pending": 240}
    for name, y in ends.items():
        drawing.box(name, 470, y, 160, kind="box" if name.endswith("pending") else "box end")
    for name, y in {"panic_sold": 170, "cancelled": 240}.items():
        drawing.box(name, 710, y, 130, kind="box end")
    drawing.arrow("base_order_placed", "bought")
    drawing.arrow("base_order_placed", "failed", sides="bt")
    drawing.arrow("bought", "ttp_activated", sides="tb", shift=(-0.1, -0.1))
    drawing.arrow("ttp_activated", "bought", sides="bt", shift=(0.1, 0.1))
    drawing.arrow("bought", "close_strategy_activated", sides="bt")
    for name in ends:
        drawing.arrow("active", name, shift=((ends[name] + 17 - 145) / 250, 0))
    drawing.arrow("panic_sell_pending", "panic_sold")
    drawing.arrow("panic_sell_pending", "cancel_pending", sides="bt")
    drawing.arrow("cancel_pending", "cancelled")
    drawing.path("M300 270L300 308L775 308L775 206", "the last step was sold by hand", (540, 301))
    drawn = {
        "base_order_placed": {"bought", "failed"},
        "bought": {"ttp_activated", "close_strategy_activated", "panic_sold"} | ends.keys(),
        "ttp_activated": {"bought"} | ends.keys(),
        "close_strategy_activated": set(ends),
        "panic_sell_pending": {"panic_sold", "cancel_pending"},
        "cancel_pending": {"cancelled"},
    }
    if drawn != TRANSITIONS:
        raise ValueError("the statuses of a deal are not those of the drawing any more")
    return drawing.svg


def stream() -> str:
    from threecommas_async.transport.cable import CableState

    drawing = Drawing("The states of the connection of a stream", 860, 250)
    states = {"idle": 10, "connecting": 140, "greeting": 300, "subscribing": 460, "live": 640}
    for name, x in states.items():
        drawing.box(name, x, 40, 110 if name != "idle" else 90, kind="box strong" if name == "live" else "box")
    for start, end in pairwise(states):
        drawing.arrow(start, end)
    drawing.box("waiting", 300, 140, 110)
    drawing.box("failed", 300, 205, 110, kind="box end")
    drawing.box("closed", 640, 205, 110, kind="box end")
    drawing.path("M695 74L695 157L412 157", "lost: Gap", (560, 150))
    drawing.path("M298 157L195 157L195 76", "again, after a pause", (240, 175))
    drawing.path("M515 74L515 222L412 222", "rejected", (464, 216))
    drawing.path("M725 74L725 203", "left", (745, 140))
    drawing.path("M750 50C800 20 800 92 752 66", "what was missed, then Resynced", (760, 18))
    if set(get_args(CableState)) != {*states, "waiting", "failed", "closed"}:
        raise ValueError("the states of a stream are not those of the drawing any more")
    return drawing.svg


DRAWINGS: Final[Mapping[str, Callable[[], str]]] = {"one-call": one_call, "deal": deal, "stream": stream}


class Picture(SphinxDirective):
    """A drawing, by its name in :data:`DRAWINGS`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        if name not in DRAWINGS:
            raise self.error(f"there is no drawing {name}")
        svg = DRAWINGS[name]().replace('id="head"', f'id="head-{name}"').replace("url(#head)", f"url(#head-{name})")
        return [nodes.raw("", f'<figure class="picture">{svg}</figure>', format="html")]


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_directive("picture", Picture)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
