"""The connection of a command: a client of the API that the environment names, or of a sandbox."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from decimal import Decimal
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeVar, final

from threecommas_async.cli.options import TradingMode

if TYPE_CHECKING:
    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.models import DcaBotSettings, GridBotSettings, SimpleTradePlan, SmartTradePlan
    from threecommas_async.sandbox import Sandbox
    from threecommas_async.secret import Secret

T = TypeVar("T")

_PATIENCE: Final = 120.0
_FALL: Final = Decimal("0.985")


@final
class Session:
    """Runs the calls of a command. Its ``with`` block owns an event loop and, if asked for, a sandbox.

    Each :meth:`run` has a client of its own, so that no connection goes stale while a person answers a question.

    :param sandbox: whether to use a new sandbox, which has something of everything.
    :param mode: the trading mode of the calls.
    :param needs_key: whether the calls need a key; otherwise the environment need not have one.
    """

    def __init__(self, *, sandbox: bool, mode: TradingMode | None = None, needs_key: bool = True) -> None:
        self.in_sandbox: Final = sandbox
        self._mode: Final = mode
        self._needs_key: Final = needs_key
        self._runner: Final = asyncio.Runner()
        self._sandbox: Sandbox | None = None

    @property
    def place(self) -> str:
        """What a title adds to say where the data comes from."""
        return " in the sandbox (nothing left this machine)" if self.in_sandbox else ""

    def run(
        self,
        use: Callable[[ThreeCommasClient], Awaitable[T]],
        *,
        patient: bool = False,
        needs_key: bool | None = None,
    ) -> T:
        """Call ``use`` with a client, and return the result of what it returns, awaited.

        :param patient: whether a call may wait minutes for its turn, as one of many may have to.
        :param needs_key: whether these calls need a key; by default, if those of the session do.
        """
        return self._runner.run(self._use(use, patient, self._needs_key if needs_key is None else needs_key))

    @property
    def sandbox_email_token(self) -> Secret:
        """The token of signals in the sandbox.

        :raises RuntimeError: the sandbox does not run yet.
        """
        from threecommas_async.secret import Secret

        if self._sandbox is None:
            raise RuntimeError("the sandbox of a session begins with its first client")
        return Secret(self._sandbox.signals.email_token)

    async def _use(self, use: Callable[[ThreeCommasClient], Awaitable[T]], patient: bool, needs_key: bool) -> T:
        async with await self._client(needs_key) as client:
            return await use(client.with_options(max_wait=_PATIENCE, timeout=2 * _PATIENCE) if patient else client)

    async def _client(self, needs_key: bool) -> ThreeCommasClient:
        if self.in_sandbox:
            if self._sandbox is None:
                self._sandbox = await _furnished_sandbox()
            return self._sandbox.client(mode=self._mode)
        from threecommas_async.client import DEFAULT_BASE_URL, ThreeCommasClient

        if needs_key:
            return ThreeCommasClient.from_env(mode=self._mode)
        base_url = os.environ.get("THREECOMMAS_BASE_URL") or DEFAULT_BASE_URL
        return ThreeCommasClient(base_url=base_url, mode=self._mode)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._runner:
            if self._sandbox is not None:
                self._runner.run(self._sandbox.__aexit__(None, None, None))


async def _furnished_sandbox() -> Sandbox:
    from threecommas_async.sandbox import Sandbox

    server = Sandbox()
    await server.__aenter__()
    server.accounts.add(
        type="binance", name="Trading", balances={"BTC": "0.4125", "ETH": "4.2", "USDT": "2750.5", "BNB": "3.08"}
    )
    server.accounts.add(type="okex", name="Savings", balances={"USDC": "12000", "DOGE": "27076", "BTC": "0.0035"})
    account_id = server.accounts.add(type="binance", name="Bots", balances={"USDT": "1000"})
    async with server.client() as client:
        bot = await client.bots.create(account_id=account_id, settings=ladder())
        await client.bots.enable(bot.id)
        grid_bot = await client.grid_bots.create(account_id=account_id, settings=_grid_bot_settings())
        await client.grid_bots.enable(grid_bot.id)
        await client.smart_trades.create(account_id=account_id, plan=_smart_trade_plan())
        await client.trades.create(account_id=account_id, plan=_simple_trade_plan())
    # The price falls until orders are filled, and returns, so that the other accounts keep their values.
    price = server.prices.get("binance", "USDT_ETH")
    await server.prices.walk("binance", "USDT_ETH", (price * _FALL, price))
    return server


def ladder() -> DcaBotSettings:
    """Return the settings of the bot of the sandbox."""
    from threecommas_async.models import DcaBotSettings, StrategySettings

    return DcaBotSettings(
        name="Ladder",
        pairs=["USDT_ETH"],
        strategy_list=[StrategySettings(strategy="nonstop")],
        base_order_volume="100",
        take_profit_type="total",
        take_profit="2",
        safety_order_volume="50",
        safety_order_step_percentage="1",
        max_safety_orders=3,
        active_safety_orders_count=2,
        martingale_volume_coefficient="1.5",
        martingale_step_coefficient="2",
    )


def _grid_bot_settings() -> GridBotSettings:
    from threecommas_async.models import GridBotSettings

    return GridBotSettings(
        name="Grid",
        pair="USDT_ETH",
        lower_price="2340",
        upper_price="2520",
        grids_quantity=7,
        quantity_per_grid="25",
        grid_type="arithmetic",
        order_currency_type="quote",
        profit_currency_type="quote",
        lower_stop_loss_enabled=True,
        lower_stop_loss_price="2200",
        lower_stop_loss_action="stop_bot",
    )


def _smart_trade_plan() -> SmartTradePlan:
    from threecommas_async.models import SmartTradePlan, StopLoss, TakeProfit, TakeProfitStep

    return SmartTradePlan.buy(
        "USDT_ETH",
        units="0.05",
        price="2440",
        take_profit=TakeProfit.of(
            TakeProfitStep.at(percent="5", volume="50"), TakeProfitStep.at(percent="10", volume="50", trailing="0.5")
        ),
        stop_loss=StopLoss.at(price="2300", timeout=60),
        note="To look at",
    )


def _simple_trade_plan() -> SimpleTradePlan:
    from threecommas_async.models import SimpleTradePlan

    return SimpleTradePlan.buy_limit(pair="USDT_ETH", units="0.01", price="2100")
