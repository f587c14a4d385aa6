"""A bot: its settings, its deals and what they have brought."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol, final

from attrs import define, field

from threecommas_async.sandbox.engine.alarms import Alarm, Rank
from threecommas_async.sandbox.engine.deals.deal import Deal
from threecommas_async.sandbox.engine.deals.settings import BotSettings
from threecommas_async.sandbox.engine.events import Event
from threecommas_async.sandbox.engine.exact import ZERO, plus
from threecommas_async.sandbox.engine.funds import Account

BOTS: Final = 9
"""The kind of bots in a rank."""


class BotDesk(Protocol):
    """Who opens the deals of the bots."""

    def examine(self, bot: Bot) -> None: ...


@final
@define(eq=False)
class Bot:
    """A DCA bot."""

    id: int
    settings: BotSettings
    account: Account = field(repr=False)
    desk: BotDesk = field(repr=False)
    created_at: datetime
    updated_at: datetime
    is_enabled: bool = False
    enabled_at: datetime | None = None
    deals: dict[int, Deal] = field(factory=dict[int, Deal], repr=False)
    """By id, ascending."""
    active_deals: dict[int, Deal] = field(factory=dict[int, Deal], repr=False)
    """By id, ascending."""
    opened_deals: int = 0
    finished_deals_count: int = 0
    """Of all seven final statuses."""
    finished_deals_profit_usd: Decimal = ZERO
    """The sum of ``final_profit`` times the dollar price of the quote currency, losses included."""
    realised: Decimal = ZERO
    """The sum of ``final_profit`` of all finished deals."""
    closed_at: dict[str, datetime] = field(factory=dict[str, datetime], repr=False)
    """When the last deal on a pair was closed."""
    signals: list[tuple[datetime, str]] = field(factory=list[tuple[datetime, str]], repr=False)
    """Pairs for which a start signal waits out its delay, and until when."""
    lacks_funds: bool = field(default=False, repr=False)
    """Whether its last base order could not be paid."""
    opened_in_step: int = field(default=-1, repr=False)
    alarm: Alarm = field(factory=Alarm, repr=False)

    @property
    def rank(self) -> Rank:
        return BOTS, self.id

    def examine(self) -> None:
        self.desk.examine(self)

    @property
    def type(self) -> str:
        return "Bot::SingleBot" if len(self.settings.pairs) == 1 else "Bot::MultiBot"

    @property
    def is_nonstop(self) -> bool:
        """Whether it opens deals by itself. Only a bot of one pair does."""
        return self.settings.is_nonstop and len(self.settings.pairs) == 1

    @property
    def is_deletable(self) -> bool:
        """``deletable?``."""
        return not self.active_deals

    @property
    def active_deals_count(self) -> int:
        return len(self.active_deals)

    @property
    def active_deals_usd_profit(self) -> Decimal:
        return plus(ZERO, *(deal.actual_usd_profit for deal in self.active_deals.values()))

    @property
    def deals_counter(self) -> int | None:
        """How many deals it has opened; ``None`` while ``disable_after_deals_count`` is.

        Assumption: deals whose base order failed do not count, and it is not set back when the bot is enabled again.
        """
        return None if self.settings.disable_after_deals_count is None else self.opened_deals

    def active_on(self, pair: str) -> int:
        """Return the number of active deals on a pair."""
        return sum(deal.pair == pair for deal in self.active_deals.values())

    def events(self) -> list[Event]:
        """Return the events of all its deals, by time."""
        return sorted((event for deal in self.deals.values() for event in deal.events), key=lambda e: e.created_at)
