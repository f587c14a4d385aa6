"""What a test holds of the websocket: who is connected, and what is to go wrong."""

from __future__ import annotations

import random
from typing import Final, Literal, final

from threecommas_async.sandbox.control.arguments import checked_count, checked_share
from threecommas_async.sandbox.http.cable import CableServer


@final
class SandboxCable:
    """The websocket of a sandbox.

    :ivar faults: what is to go wrong on it.
    """

    def __init__(self, server: CableServer) -> None:
        self._server: Final = server
        self.faults: Final = CableFaults(server)

    @property
    def connections(self) -> int:
        """How many websockets are open."""
        return len(self._server.connections)

    @property
    def subscriptions(self) -> int:
        """How many subscriptions there are on all of them."""
        return sum(len(connection.subscriptions) for connection in self._server.connections)

    def __repr__(self) -> str:
        return f"<SandboxCable: connections {self.connections}, subscriptions {self.subscriptions}>"


@final
class CableFaults:
    """Fault injection for the websocket.

    Shares are of pushes, from 0 to 1, and stay in force until they are set to 0, or until :meth:`clear`.
    """

    def __init__(self, server: CableServer) -> None:
        self._server: Final = server
        self._state: Final = server.faults

    def seed(self, seed: int) -> None:
        """Choose which pushes meet a fault."""
        self._state.rng = random.Random(seed)  # noqa: S311 - which pushes meet a fault

    def drop(self, *, after: int = 0) -> None:
        """Cut the connection that sends the next frame once it has sent so many, without a close frame.

        :param after: counted from the beginning of the connection; 0 for the next frame.
        """
        self._state.drop_after, self._state.drop_in_frame = checked_count("after", after), False

    def drop_now(self) -> None:
        """Cut all connections, without a close frame."""
        for connection in [*self._server.connections]:
            connection.cut()

    def drop_share(self, share: float) -> None:
        """Cut the connection before this share of frames, half of them in the middle of the frame."""
        self._state.drop_share = checked_share("share", share)

    def half_frame(self) -> None:
        """Send half of the next push, and cut the connection."""
        self._state.drop_after, self._state.drop_in_frame = 0, True

    def stall(self) -> None:
        """Send nothing more on the connections that are open, pings neither; they stay open."""
        for connection in self._server.connections:
            connection.is_stalled = True

    def mute(self, share: float = 1.0) -> None:
        """Lose this share of pushes, while pings go on."""
        self._state.muted = checked_share("share", share)

    def duplicate(self, share: float = 1.0) -> None:
        """Send this share of pushes twice."""
        self._state.duplicated = checked_share("share", share)

    def reorder(self, share: float = 1.0) -> None:
        """Let this share of pushes be passed by the next, where one follows at once."""
        self._state.reordered = checked_share("share", share)

    def ignore_subscribe(self, times: int = 1) -> None:
        """Do not answer the next subscriptions."""
        self._state.ignored_subscriptions = checked_count("times", times)

    def reject(self, times: int = 1) -> None:
        """Reject the next subscriptions."""
        self._state.rejected_subscriptions = checked_count("times", times)

    def answer_wrong_signatures(self, how: Literal["reject", "silence"]) -> None:
        """Choose what follows on a subscription that is not allowed; which of them 3Commas does is not known."""
        if how not in ("reject", "silence"):
            raise ValueError(f"how must be 'reject' or 'silence', not {how!r}")
        self._state.is_silent_on_rejection = how == "silence"

    def disconnect(self, reason: str = "server_restart", *, reconnect: bool = True) -> None:
        """Tell all connections that the server disconnects, and whether to connect again."""
        self._server.disconnect(reason, reconnect=reconnect)

    def refuse(self, status: int = 503, *, times: int = 1) -> None:
        """Answer the next handshakes with a status."""
        if not 400 <= status <= 599:
            raise ValueError(f"status must be between 400 and 599, not {status}")
        self._state.refusals.extend([status] * checked_count("times", times))

    def send(self, text: str) -> None:
        """Send a text to all who have subscribed to anything, whatever it is."""
        self._server.send(text)

    def lag_rest(self, seconds: float) -> None:
        """Let the lists of deals and SmartTrades show what was so many seconds ago; what changes from now on lags."""
        if not seconds >= 0:
            raise ValueError(f"seconds must be at least 0, not {seconds}")
        self._state.rest_lag = seconds

    def touch_without_updated_at(self, share: float = 1.0) -> None:
        """Let this share of changes leave ``updated_at`` as it was."""
        self._state.untouched = checked_share("share", share)

    def clear(self) -> None:
        """Let nothing more go wrong."""
        self._state.clear()
