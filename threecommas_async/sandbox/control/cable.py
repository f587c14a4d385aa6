"""The control of a sandbox's websocket: its connections, and fault injection."""

from __future__ import annotations

import random
from typing import Final, Literal, final

from threecommas_async.sandbox.control.arguments import checked_count, checked_share
from threecommas_async.sandbox.http.cable import CableServer
from threecommas_async.transport.clock import Clock


@final
class SandboxCable:
    """The websocket of a sandbox.

    :ivar faults: fault injection; see :class:`CableFaults`.
    """

    def __init__(self, server: CableServer) -> None:
        self._server: Final = server
        self.faults: Final = CableFaults(server)

    @property
    def connections(self) -> int:
        """The number of open websockets."""
        return len(self._server.connections)

    @property
    def subscriptions(self) -> int:
        """The number of subscriptions on all of them."""
        return sum(len(connection.subscriptions) for connection in self._server.connections)

    def ping_by(self, clock: Clock) -> None:
        """Send pings by another clock than the sandbox's, from the next one on.

        ::

            sandbox.cable.ping_by(SystemClock())

        For a sandbox on a simulated clock that has clients in real time, such as programs in other processes: they
        would take it for a dead connection if the clock stands still, and a replay would have to stop for a ping in
        every three seconds of a month.
        """
        self._server.ping_clock = clock

    def __repr__(self) -> str:
        return f"<SandboxCable: connections {self.connections}, subscriptions {self.subscriptions}>"


@final
class CableFaults:
    """Fault injection for the websocket.

    A share is a share of pushes, from 0 to 1. It stays in force until it is set to 0, or until :meth:`clear`.
    """

    def __init__(self, server: CableServer) -> None:
        self._server: Final = server
        self._state: Final = server.faults

    def seed(self, seed: int) -> None:
        """Seed the random choice of the pushes that meet a fault."""
        self._state.rng = random.Random(seed)  # noqa: S311 - which pushes meet a fault

    def drop(self, *, after: int = 0) -> None:
        """Cut the next connection that has sent ``after`` frames, without a close frame.

        :param after: frames, counted from the beginning of a connection; with 0, the next frame is not sent.
        """
        self._state.drop_after, self._state.drop_in_frame = checked_count("after", after), False

    def drop_now(self) -> None:
        """Cut all connections, without a close frame."""
        for connection in [*self._server.connections]:
            connection.cut()

    def drop_share(self, share: float) -> None:
        """Cut the connection before this share of frames, or in the middle of a frame for half of the pushes."""
        self._state.drop_share = checked_share("share", share)

    def half_frame(self) -> None:
        """Send half of the next push, and cut the connection."""
        self._state.drop_after, self._state.drop_in_frame = 0, True

    def stall(self) -> None:
        """Send nothing more on the present connections, not even pings, and keep them open."""
        for connection in self._server.connections:
            connection.is_stalled = True

    def mute(self, share: float = 1.0) -> None:
        """Lose this share of pushes, while pings continue."""
        self._state.muted = checked_share("share", share)

    def duplicate(self, share: float = 1.0) -> None:
        """Send this share of pushes twice."""
        self._state.duplicated = checked_share("share", share)

    def reorder(self, share: float = 1.0) -> None:
        """Let the next push overtake this share of pushes, if it follows at once."""
        self._state.reordered = checked_share("share", share)

    def ignore_subscribe(self, times: int = 1) -> None:
        """Do not respond to the next subscriptions."""
        self._state.ignored_subscriptions = checked_count("times", times)

    def reject(self, times: int = 1) -> None:
        """Reject the next subscriptions, whether or not they are allowed."""
        self._state.rejected_subscriptions = checked_count("times", times)

    def answer_wrong_signatures(self, how: Literal["reject", "silence"]) -> None:
        """Choose the response to a subscription that is not permitted; what 3Commas does is not known."""
        if how not in ("reject", "silence"):
            raise ValueError(f"how must be 'reject' or 'silence', not {how!r}")
        self._state.is_silent_on_rejection = how == "silence"

    def disconnect(self, reason: str = "server_restart", *, reconnect: bool = True) -> None:
        """Tell all connections that the server disconnects and whether to reconnect, and close them."""
        self._server.disconnect(reason, reconnect=reconnect)

    def refuse(self, status: int = 503, *, times: int = 1) -> None:
        """Respond to the next handshakes with a status."""
        if not 400 <= status <= 599:
            raise ValueError(f"status must be between 400 and 599, not {status}")
        self._state.refusals.extend([status] * checked_count("times", times))

    def send(self, text: str) -> None:
        """Send any text on all connections that have a subscription."""
        self._server.send(text)

    def lag_rest(self, seconds: float) -> None:
        """Let the lists of deals and SmartTrades show changes from now on only after ``seconds``."""
        if not seconds >= 0:
            raise ValueError(f"seconds must be at least 0, not {seconds}")
        self._server.lag(seconds)

    def touch_without_updated_at(self, share: float = 1.0) -> None:
        """Let this share of changes leave ``updated_at`` unchanged; not the changes that end a deal or SmartTrade."""
        self._state.untouched = checked_share("share", share)

    def clear(self) -> None:
        """Drop all planned faults. Connections that were stalled remain so."""
        self._state.clear()
