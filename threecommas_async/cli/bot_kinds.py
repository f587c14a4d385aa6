"""The kinds of bots whose settings are kept in files, and how bots of each kind are read and changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import attrs

from threecommas_async.models import dca_bot_settings, grid_bot_settings
from threecommas_async.models.dca_bot_settings import DcaBotSettings
from threecommas_async.models.grid_bot_settings import GridBotSettings
from threecommas_async.models.request import Request

if TYPE_CHECKING:
    from threecommas_async.client import ThreeCommasClient
    from threecommas_async.models.dca_bot import DcaBot
    from threecommas_async.models.grid_bot import GridBot


class Bot(Protocol):
    """A bot of any kind."""

    @property
    def id(self) -> int: ...

    @property
    def name(self) -> str | None: ...

    @property
    def account_id(self) -> int | None: ...

    def settings(self) -> Request: ...


@attrs.frozen(kw_only=True)
class BotKind:
    """A kind of bots.

    :ivar noun: what messages call one.
    :ivar plural: what the heading of a file calls them.
    :ivar group: the group of commands.
    :ivar settings: the class of their settings.
    :ivar create_only: the settings that a bot is given when it is created and that cannot be changed.
    :ivar get: fetches the bot with an id.
    :ivar iterate: walks through all bots.
    :ivar edit: changes settings of a bot, given as it was read.
    """

    noun: str
    plural: str
    group: str
    settings: type[Request]
    create_only: frozenset[str]
    get: Callable[[ThreeCommasClient, int], Awaitable[Bot]]
    iterate: Callable[[ThreeCommasClient], AsyncIterator[Bot]]
    edit: Callable[[ThreeCommasClient, Bot, Mapping[str, Any]], Awaitable[Bot]]

    @property
    def table(self) -> str:
        """What heads each bot in a file: ``bots`` for ``[[bots]]``."""
        return self.group.replace("-", "_")

    @property
    def title(self) -> str:
        """What a progress bar calls them."""
        return f"{self.noun.capitalize()}s"

    @property
    def fixed(self) -> frozenset[str]:
        """What stands in a file and cannot be changed."""
        return self.create_only | {"account_id"}


DCA_BOTS: Final = BotKind(
    noun="bot",
    plural="DCA bots",
    group="bots",
    settings=DcaBotSettings,
    create_only=dca_bot_settings.CREATE_ONLY,
    get=lambda client, number: client.bots.get(number),
    iterate=lambda client: client.bots.iterate(),
    edit=lambda client, bot, changes: client.bots.edit(cast("DcaBot", bot), **changes),
)
GRID_BOTS: Final = BotKind(
    noun="grid bot",
    plural="grid bots",
    group="grid-bots",
    settings=GridBotSettings,
    create_only=grid_bot_settings.CREATE_ONLY,
    get=lambda client, number: client.grid_bots.get(number),
    iterate=lambda client: client.grid_bots.iterate(),
    edit=lambda client, bot, changes: client.grid_bots.edit(cast("GridBot", bot), **changes),
)
