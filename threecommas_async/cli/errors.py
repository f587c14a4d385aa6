"""The command's own error, and advice on the library's errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from threecommas_async.errors import Outcome, ThreeCommasError

_READS_BY_POST: Final = ("/ver1/accounts/{account_id}/account_table_data",)
_WHERE_TO_LOOK: Final[Mapping[str, str]] = {
    "/ver1/bots/{bot_id}": "threecommas bots show {bot_id}",
    "/ver1/bots": "threecommas bots list",
    "/ver1/deals": "threecommas deals show {deal_id}",
    "/ver1/grid_bots/{id}": "threecommas grid-bots show {id}",
    "/ver1/trades": "threecommas trades list",
    "/v2/smart_trades/{id}": "threecommas smart-trades show {id}",
    "/trade_signal": "threecommas deals list",
    "/signal_bots": "threecommas smart-trades list",
    "": "threecommas accounts list",
}
"""By the beginning of the path; the first match counts."""


class CommandError(Exception):
    """The command cannot continue; the text is the line that the user sees."""


def explained(error: ThreeCommasError) -> str:
    """Return the error's text and, if a write may have been carried out, the command that shows whether it was."""
    if error.outcome is Outcome.NOT_DONE or error.method in ("GET", "") or error.path in _READS_BY_POST:
        return str(error)
    look = next(text for begin, text in _WHERE_TO_LOOK.items() if error.path.startswith(begin))
    return f"{error}; check with '{look.format_map(error.ids)}' before you repeat it"
