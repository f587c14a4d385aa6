"""``Sandbox``, the class that users hold."""

from __future__ import annotations

import logging
import secrets
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, Self, Unpack

from aiohttp import web

from threecommas_async.sandbox.api import ENDPOINTS, WEBHOOKS
from threecommas_async.sandbox.api.streams import channels
from threecommas_async.sandbox.control.accounts import SandboxAccounts
from threecommas_async.sandbox.control.arguments import Amount, checked_amount
from threecommas_async.sandbox.control.cable import SandboxCable
from threecommas_async.sandbox.control.faults import Faults
from threecommas_async.sandbox.control.pairs import SandboxPairs
from threecommas_async.sandbox.control.prices import SandboxPrices
from threecommas_async.sandbox.control.remote import CONTROL_PREFIX, RemoteControl
from threecommas_async.sandbox.control.signals import SandboxSignals
from threecommas_async.sandbox.http.application import Application, RequestRecord
from threecommas_async.sandbox.http.cable import CableServer
from threecommas_async.sandbox.http.faults import FaultQueue
from threecommas_async.sandbox.http.limits import Enforcement, SandboxLimit, limits_to_enforce
from threecommas_async.sandbox.http.routes import PREFIX
from threecommas_async.sandbox.state.keys import ALL_PERMISSIONS, SandboxKey
from threecommas_async.sandbox.state.platform import Platform, TradingMode
from threecommas_async.sandbox.state.trading import Trading
from threecommas_async.transport.clock import Clock, SystemClock

if TYPE_CHECKING:
    from types import TracebackType

    from threecommas_async.client import ClientOptions, ThreeCommasClient

_BIND: Final = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}
_SHUTDOWN_SECONDS: Final = 0.2
_REQUESTS_KEPT: Final = 10_000

# aiohttp's server logs what it cannot parse or handle, headers included: none of that may get out.
_nowhere: Final = logging.getLogger("threecommas_async.sandbox.aiohttp")
_nowhere.addFilter(lambda record: False)


class Sandbox:
    """An offline 3Commas on the loopback interface, for as long as an ``async with`` block lasts.

    It checks signatures, permissions and parameters, keeps the accounts that it is given (but not their secrets), and
    responds in the shapes and with the errors of the real service. Its bots trade at the prices that you set, exact to
    the last digit; what depends on time, such as the end of a cooldown, happens at its own moment. Accounts, keys, bots
    and deals outlive the block: the same sandbox can be entered again, at another port if ``port`` is 0.

    :param host: ``127.0.0.1``, ``localhost`` or ``::1``; a sandbox is not reachable from other machines.
    :param port: 0 chooses a free one.
    :param clock: the clock of the sandbox and of its clients, such as a :class:`~threecommas_async.SimulatedClock`; by
        default the system's.
    :param limits: whether to enforce rate limits and bans: True for the documented ones
        (:data:`~threecommas_async.sandbox.ENFORCED_LIMITS`), or limits of your own. Off by default, so that tests are
        not slowed down.
    :param send_retry_after: whether a 429 or 418 has the header ``Retry-After``, which the real ones do not have.
    :param fee: the fee rate of all exchange accounts; by default 0.001, which is 0.1 USDT of 100.
    :param settle_automatically: whether closing or cancelling a deal is finished before the next request; if not, the
        deal stays ``panic_sell_pending`` or ``cancel_pending`` until :meth:`settle`. So do SmartTrades, which are also
        created, edited, started and reduced in two phases.
    :raises ValueError: an argument is not valid.

    :ivar prices: the prices of its markets; see :class:`~threecommas_async.sandbox.SandboxPrices`.
    :ivar pairs: the pairs that its markets trade; see :class:`~threecommas_async.sandbox.SandboxPairs`.
    :ivar signals: the start and close conditions of bots, and the webhooks; see
        :class:`~threecommas_async.sandbox.SandboxSignals`.
    :ivar cable: the websocket; see :class:`~threecommas_async.sandbox.SandboxCable`.
    :ivar clock: its clock.
    :ivar control_key: the random key of the controls over HTTP (:attr:`control_url`).
    :ivar faults: fault injection; see :class:`~threecommas_async.sandbox.Faults`.
    :ivar accounts: its accounts; see :class:`~threecommas_async.sandbox.SandboxAccounts`.
    """

    requests: deque[RequestRecord]
    """The latest 10,000 requests, oldest first. May be cleared."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Clock | None = None,
        limits: bool | Sequence[SandboxLimit] = False,
        send_retry_after: bool = False,
        fee: Amount = "0.001",
        settle_automatically: bool = True,
    ) -> None:
        if host not in _BIND:
            raise ValueError(f"host must be one of {', '.join(_BIND)}, not {host!r}: a sandbox stays on this machine")
        if not 0 <= port <= 65535:
            raise ValueError(f"port must be between 0 and 65535, not {port}")
        clock = SystemClock() if clock is None else clock
        if clock.now().tzinfo is None:
            raise ValueError("the clock's now() must return aware datetimes, such as datetime.now(UTC)")
        self._host: Final = _BIND[host]
        self._port: Final = port
        self.clock: Final[Clock] = clock
        self.control_key: Final = secrets.token_hex(16)
        rate = checked_amount("fee", fee, above_zero=False)
        if rate >= 1:
            raise ValueError(f"fee must be a rate below 1, such as '0.001', not {fee}")
        trading = Trading(clock.now(), rate, settle_automatically=settle_automatically)
        self._platform: Final = Platform(trading)
        self._enforcement: Final = Enforcement(limits_to_enforce(limits))
        self._send_retry_after: Final = send_retry_after
        self._runner: web.AppRunner | None = None
        self._fault_queue: Final = FaultQueue(clock)
        self.faults: Final = Faults(self._fault_queue, clock)
        self.accounts: Final = SandboxAccounts(self._platform.accounts, trading, clock)
        self.prices: Final = SandboxPrices(trading, clock)
        self.pairs: Final = SandboxPairs(trading, clock)
        self.signals: Final = SandboxSignals(self._platform, clock)
        self._cable: Final = CableServer(
            clock, self._platform.keys, channels(self._platform), lambda: trading.bring_to(clock.now())
        )
        trading.listeners.append(self._cable.changed)
        trading.engine.keep_updated_at(self._cable.keeps_updated_at)
        self.cable: Final = SandboxCable(self._cable)
        self.requests = deque(maxlen=_REQUESTS_KEPT)

    def __repr__(self) -> str:
        where = "not running" if self._runner is None else self.url
        counts = {
            "accounts": len(self.accounts),
            "keys": len(self._platform.keys),
            "requests": len(self.requests),
            "faults to come": self.faults.pending,
        }
        return f"<Sandbox {where}: {', '.join(f'{what} {number}' for what, number in counts.items())}>"

    @property
    def url(self) -> str:
        """The base URL for clients, ``/public/api`` included.

        :raises RuntimeError: the sandbox is not running.
        """
        return self._origin + PREFIX

    @property
    def control_url(self) -> str:
        """The URL of the controls, for programs in other languages: ``POST {control_url}/prices/set``.

        The paths are the names of the methods of prices, pairs, signals, accounts, faults, cable.faults and clock.
        Bodies are JSON, and the header ``Sandbox-Key`` must contain ``control_key``.

        :raises RuntimeError: the sandbox is not running.
        """
        return self._origin + CONTROL_PREFIX

    @property
    def _origin(self) -> str:
        if self._runner is None or not self._runner.addresses:
            raise RuntimeError("the sandbox is not running: it has a URL inside its 'async with' block only")
        host, port, *_ = self._runner.addresses[0]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def mode(self) -> TradingMode:
        """The trading mode that ``change_mode`` set last, initially ``real``. Nothing else depends on it."""
        return self._platform.mode

    def settle(self) -> None:
        """Finish closing and cancelling deals; for ``settle_automatically=False``."""
        self._platform.trading.bring_to(self.clock.now())
        self._platform.trading.engine.settle()

    def add_key(
        self,
        *,
        api_key: str | None = None,
        secret: str | None = None,
        public_key: str | bytes | None = None,
        permissions: Iterable[str] = ALL_PERMISSIONS,
    ) -> SandboxKey:
        """Add an API key, and return it.

        :param api_key: by default random.
        :param secret: the HMAC secret; by default random, unless ``public_key`` is given.
        :param public_key: the public half of an RSA key in PEM form, for a key whose requests are signed with RSA.
        :param permissions: the permissions of the key, see :class:`Permission`; by default all.
        :raises ValueError: an argument is not valid, or the sandbox already has this ``api_key``.
        """
        return self._platform.keys.add(api_key, secret, public_key, permissions)

    def client(self, **options: Unpack[ClientOptions]) -> ThreeCommasClient:
        """Return a client of this sandbox, with a new key that has all permissions. You close the client.

        The options are those of :class:`~threecommas_async.ThreeCommasClient`. By default its clock is the sandbox's,
        and it keeps to no limits if the sandbox enforces none.

        :raises RuntimeError: the sandbox is not running.
        """
        url = self.url
        from threecommas_async.client import ThreeCommasClient

        if not self._enforcement.enforces and options.get("plan") is None:
            options.setdefault("limits", None)
        options.setdefault("clock", self.clock)
        return ThreeCommasClient(self.add_key().credentials(), base_url=url, **options)

    async def __aenter__(self) -> Self:
        if self._runner is not None:
            raise RuntimeError("the sandbox is already running")
        application = Application(
            ENDPOINTS,
            WEBHOOKS,
            self.clock,
            self._platform,
            self._enforcement,
            self._send_retry_after,
            self._fault_queue,
            self.requests,
            RemoteControl(self, self.control_key),
            self._cable,
        )
        runner = web.AppRunner(
            application.build(), access_log=None, logger=_nowhere, shutdown_timeout=_SHUTDOWN_SECONDS
        )
        self._runner = runner
        try:
            await runner.setup()
            await web.TCPSite(runner, self._host, self._port).start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _stop(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            await self._cable.close()
            await runner.cleanup()
