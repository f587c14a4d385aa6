"""Exchange accounts."""

from __future__ import annotations

import builtins
import datetime
from collections.abc import AsyncIterator, Sequence
from types import NoneType
from typing import Final, Literal

from threecommas_async.errors import ThreeCommasError
from threecommas_async.models.account import Account
from threecommas_async.models.account_volume import AccountVolume, DailyVolume, MonthlyVolume
from threecommas_async.models.active_entities import ActiveTradingEntities
from threecommas_async.models.balance import AccountTableRow, BalancePoint, PieChartSlice
from threecommas_async.models.deposit import DepositData
from threecommas_async.models.dust import DustConversion
from threecommas_async.models.leverage import LeverageType
from threecommas_async.models.market import MarketCode
from threecommas_async.models.market_subtype import MarketSubtype
from threecommas_async.models.network import CurrencyNetworks
from threecommas_async.redaction import conceals_arguments
from threecommas_async.resources.checks import (
    day,
    flag,
    given,
    identifier,
    in_range,
    moment,
    one_of,
    optional_secret,
    required_moment,
    required_text,
    text,
    texts,
    year_and_month,
)
from threecommas_async.resources.created import find_created
from threecommas_async.resources.paging import numbered, walk
from threecommas_async.secret import Secret, secret_text
from threecommas_async.transport.transport import Transport

AccountId = int | Literal["summary"]
"""An account's number, or the word that some calls take for the sum over all of them."""

_LARGEST_PAGE: Final = 100


class Accounts:
    """``client.accounts``: the exchange accounts and wallets that are connected to 3Commas."""

    __slots__ = ("_transport",)

    def __init__(self, transport: Transport) -> None:
        self._transport: Final = transport

    @conceals_arguments
    async def connectable_types(
        self, *, type: MarketCode, name: str, api_key: str | Secret, secret: str | Secret
    ) -> builtins.list[MarketSubtype]:
        """List the kinds of account that an exchange's API key can connect. Needs no permission.

        ``GET /ver1/accounts/types_to_connect``. Vendor's page: "Available market subtypes".

        The API takes the exchange's key and secret in the query string. What this library logs and raises leaves
        the query out; see to it that your proxies do, too.

        :param type: the market's code, as :meth:`MarketData.markets` has it: ``binance``, ``okex`` ...
        :param name: what the account is to be called.
        :param api_key: the API key that the exchange gave you.
        :param secret: the secret that belongs to it.
        :returns: the kinds; those that are ``available`` and not ``connected`` can go into ``types_to_create`` of
            :meth:`create`.
        :raises ValueError: an argument is empty; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/accounts/types_to_connect",
            builtins.list[MarketSubtype],
            query={
                "type": required_text("type", type),
                "name": required_text("name", name),
                "api_key": secret_text("api_key", api_key),
                "secret": secret_text("secret", secret),
            },
        )

    @conceals_arguments
    async def create(
        self,
        *,
        type: MarketCode,
        name: str,
        api_key: str | Secret | None = None,
        secret: str | Secret | None = None,
        address: str | None = None,
        customer_id: str | None = None,
        passphrase: str | Secret | None = None,
        types_to_create: Sequence[str] | None = None,
    ) -> Account:
        """Connect an exchange account or a wallet. Needs the permission ACCOUNTS_WRITE.

        ``POST /ver1/accounts/new``. Vendor's page: "Add exchange account".

        :param type: the market's code, as :meth:`MarketData.markets` has it: ``binance``, ``okex`` ...
        :param name: what the account is to be called; at least 2 characters.
        :param api_key: the API key that the exchange gave you; at least 5 characters.
        :param secret: the secret that belongs to it; at least 5 characters.
        :param address: the wallet's address; needed when ``type`` is ``ethereumwallet``.
        :param customer_id: your customer number; needed when ``type`` is ``bitstamp``.
        :param passphrase: the passphrase of the API key; needed when ``type`` is ``coinbase``, and by some other
            exchanges (``form_fields`` of the market tells).
        :param types_to_create: related accounts to connect with the same key, such as ``["binance_margin"]``;
            :meth:`connectable_types` tells which can be.
        :returns: the new account.
        :raises ValueError: an argument is missing, too short or empty; nothing was sent.
        :raises TypeError: an argument is of the wrong type; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why. An exchange key that is connected
            already is refused with ``fields["api_key"]``.
        :raises OutcomeUnknownError: the response was lost: ask :meth:`find_created` before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/accounts/new",
            Account,
            body=given(
                type=required_text("type", type),
                name=required_text("name", name, shortest=2),
                api_key=optional_secret("api_key", api_key, shortest=5),
                secret=optional_secret("secret", secret, shortest=5),
                address=_needed_by("ethereumwallet", type, "address", address),
                customer_id=_needed_by("bitstamp", type, "customer_id", customer_id),
                passphrase=_secret_needed_by("coinbase", type, "passphrase", passphrase),
                types_to_create=texts("types_to_create", types_to_create, "['binance_margin']", may_be_empty=True),
            ),
        )

    async def find_created(self, error: ThreeCommasError) -> Account | None:
        """Find out what became of a :meth:`create` whose response was lost. Needs the permission ACCOUNTS_READ.

        ``GET /ver1/accounts``, all pages, up to four times within some seconds: that an account is absent right after a
        failure proves nothing. Looked for is an account of the same market and name that is not older than the call,
        give or take two minutes by which clocks may differ. So another account that was created with the same type and
        name at about the same time is taken for it; and a request that 3Commas carries out later than that is missed.

        :param error: what :meth:`create` ended in.
        :returns: the account, if it is there; None if it is not, or if ``error.outcome`` is ``NOT_DONE`` anyway.
        :raises ValueError: ``error`` does not come from :meth:`create`.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`; then nothing was found out.
        """
        wanted = str(error.sent.get("type")).lower(), error.sent.get("name")
        return await find_created(
            error,
            self._transport.clock,
            creates=("POST", "/ver1/accounts/new"),
            rows=self.iterate,
            is_same=lambda account: (str(account.market_code).lower(), account.name) == wanted,
        )

    async def get(self, account_id: AccountId) -> Account:
        """Fetch one account. Needs the permission ACCOUNTS_READ.

        ``GET /ver1/accounts/{account_id}``. Vendor's page: "Get account info".

        :param account_id: the account's ``id``, or ``"summary"`` for the sum over all accounts that count in it.
        :raises NotFoundError: there is no such account.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/accounts/{account_id}",
            Account,
            ids={"account_id": identifier("account_id", account_id, "summary")},
        )

    @conceals_arguments
    async def update(
        self,
        account_id: int,
        *,
        name: str | None = None,
        api_key: str | Secret | None = None,
        secret: str | Secret | None = None,
        customer_id: str | None = None,
        passphrase: str | Secret | None = None,
        include_in_summary: bool | None = None,
    ) -> Account:
        """Change an account, or connect it anew with other keys. Needs the permission ACCOUNTS_WRITE.

        ``POST /ver1/accounts/update``. Vendor's page: "Edit exchange account". What is None stays as it is.

        :param account_id: the account's ``id``.
        :param name: the new name; at least 2 characters.
        :param api_key: the new API key that the exchange gave you; at least 5 characters.
        :param secret: the secret that belongs to it; at least 5 characters.
        :param customer_id: your customer number at Bitstamp.
        :param passphrase: the passphrase of the new API key, where the exchange has one: OKX, Kucoin, Bitget.
        :param include_in_summary: whether the account is to count in the summary over all accounts.
        :returns: the changed account.
        :raises ValueError: an argument is too short or empty; nothing was sent.
        :raises TypeError: an argument is of the wrong type; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why. An exchange key that is connected
            already is refused with ``fields["api_key"]``.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/accounts/update",
            Account,
            body=given(
                account_id=identifier("account_id", account_id),
                name=text("name", name, shortest=2),
                api_key=optional_secret("api_key", api_key, shortest=5),
                secret=optional_secret("secret", secret, shortest=5),
                customer_id=text("customer_id", customer_id),
                passphrase=optional_secret("passphrase", passphrase),
                include_in_summary=flag("include_in_summary", include_in_summary),
            ),
        )

    @conceals_arguments
    async def list(
        self, *, api_key: str | Secret | None = None, page: int | None = None, per_page: int | None = None
    ) -> builtins.list[Account]:
        """Fetch one page of the connected accounts. Needs the permission ACCOUNTS_READ.

        ``GET /ver1/accounts``. Vendor's page: "List of connected exchanges".

        :param api_key: only the accounts that were connected with this API key of an exchange.
        :param page: number of the page, from 1; 1 by default.
        :param per_page: accounts on a page, from 1 to 100; 100 by default.
        :raises ValueError: ``page`` or ``per_page`` is out of range; nothing was sent.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/accounts",
            builtins.list[Account],
            query={
                "api_key": optional_secret("api_key", api_key),
                "page": in_range("page", page, 1),
                "per_page": in_range("per_page", per_page, 1, 100),
            },
        )

    @conceals_arguments
    def iterate(self, *, api_key: str | Secret | None = None) -> AsyncIterator[Account]:
        """Walk through all connected accounts: ``async for account in client.accounts.iterate()``.

        ``GET /ver1/accounts``, page by page as you go on. Needs the permission ACCOUNTS_READ. Vendor's page:
        "List of connected exchanges".

        No account comes twice, and none is missed that is connected for as long as the walk takes, even if others come
        and go meanwhile; for that the pages overlap. Only one page of accounts is in memory at a time.

        :param api_key: only the accounts that were connected with this API key of an exchange.
        :raises UnreadableResponseError: among others: the pages that came do not fit together.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return walk(
            "/ver1/accounts",
            lambda start, size: self.list(api_key=api_key, page=start // size + 1, per_page=size),
            lambda account: account.id,
            numbered(_LARGEST_PAGE),
        )

    async def active_trading_entities(self, account_id: int) -> ActiveTradingEntities:
        """Count the bots, deals, SmartTrades and orders that run on an account. Needs the permission ACCOUNTS_READ.

        ``GET /ver1/accounts/{account_id}/active_trading_entities``. Vendor's page: "Get the list of active entities".

        :param account_id: the account's ``id``.
        :returns: the counts. An account with any of these cannot be removed.
        :raises NotFoundError: there is no such account.
        :raises InvalidRequestError: with ``code`` ``invalid_api_key``: the exchange rejects the account's API key.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/accounts/{account_id}/active_trading_entities",
            ActiveTradingEntities,
            ids={"account_id": identifier("account_id", account_id)},
            envelope="data",
        )

    async def rename(self, account_id: int, name: str) -> Account:
        """Give an account another name. Needs the permission ACCOUNTS_WRITE.

        ``POST /ver1/accounts/{account_id}/rename``. Vendor's page: "Rename exchange account".

        :param account_id: the account's ``id``.
        :param name: the new name; at least 2 characters.
        :returns: the renamed account.
        :raises ValueError: ``name`` is too short; nothing was sent.
        :raises NotFoundError: there is no such account.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/accounts/{account_id}/rename",
            Account,
            ids={"account_id": identifier("account_id", account_id)},
            # In the query although it is a POST: the vendor's table and example both have it there.
            query={"name": required_text("name", name, shortest=2)},
        )

    async def balance_chart(
        self,
        account_id: AccountId,
        *,
        date_from: datetime.datetime | datetime.date,
        date_to: datetime.datetime | datetime.date | None = None,
    ) -> builtins.list[BalancePoint]:
        """Fetch what an account held over time. Needs the permission ACCOUNTS_READ.

        ``GET /ver1/accounts/{account_id}/balance_chart_data``. Vendor's page: "Balance history data".

        :param account_id: the account's ``id``, or ``"summary"`` for the sum over all accounts that count in it.
        :param date_from: the beginning: an aware datetime, or a date.
        :param date_to: the end; now by default.
        :returns: the balances in BTC and USD, oldest first in the vendor's example.
        :raises ValueError: a datetime has no time zone; nothing was sent.
        :raises TypeError: an argument is neither datetime nor date; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/accounts/{account_id}/balance_chart_data",
            builtins.list[BalancePoint],
            ids={"account_id": identifier("account_id", account_id, "summary")},
            query={"date_from": required_moment("date_from", date_from), "date_to": moment("date_to", date_to)},
        )

    async def load_balances(self, account_id: int) -> Account:
        """Have 3Commas ask the exchange for an account's balances now. Needs the permission ACCOUNTS_READ.

        ``POST /ver1/accounts/{account_id}/load_balances``. Vendor's page: "Load balances for specified exchange".

        :param account_id: the account's ``id``.
        :returns: the account with fresh amounts.
        :raises NotFoundError: there is no such account.
        :raises InvalidRequestError: with ``code`` ``invalid_api_key``: the exchange rejects the account's API key.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/accounts/{account_id}/load_balances",
            Account,
            ids={"account_id": identifier("account_id", account_id)},
            # It asks for no permission to write, and to refresh balances twice does no harm: it may be repeated.
            reads=True,
        )

    async def sell_all_to_btc(self, account_id: int) -> Account:
        """Sell everything that an account holds for BTC, at the market. Needs the permission ACCOUNTS_WRITE.

        ``POST /ver1/accounts/{account_id}/sell_all_to_btc``. Vendor's page: "Sell all to BTC".

        **Everything that runs on the account is stopped and closed first**, here and at the exchange: bots, deals,
        SmartTrades, trades and orders, Signal bots excepted. Spot accounts of some exchanges alone can do it:
        those with ``fast_convert_available``.

        :param account_id: the account's ``id``.
        :returns: the account afterwards.
        :raises PermissionDeniedError: the account cannot do it, or the key lacks the permission.
        :raises OutcomeUnknownError: the response was lost: look at the account before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/accounts/{account_id}/sell_all_to_btc",
            Account,
            ids={"account_id": identifier("account_id", account_id)},
        )

    async def sell_all_to_usd(self, account_id: int) -> Account:
        """Sell everything that an account holds for USD, at the market. Needs the permission ACCOUNTS_WRITE.

        ``POST /ver1/accounts/{account_id}/sell_all_to_usd``. Vendor's page: "Sell all to USD".

        **Everything that runs on the account is stopped and closed first**, as :meth:`sell_all_to_btc` does it.

        :param account_id: the account's ``id``.
        :returns: the account afterwards.
        :raises PermissionDeniedError: the account cannot do it, or the key lacks the permission.
        :raises OutcomeUnknownError: the response was lost: look at the account before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/accounts/{account_id}/sell_all_to_usd",
            Account,
            ids={"account_id": identifier("account_id", account_id)},
        )

    async def leverage(self, account_id: int, *, pair: str, page: int | None = None) -> builtins.list[LeverageType]:
        """List the kinds of leverage that an account can trade a pair with. Needs the permission ACCOUNTS_READ.

        ``GET /ver1/accounts/{account_id}/leverage_data``. Vendor's page: "Account leverage information", which says
        POST; its older versions, its own example and clients in use say GET.

        :param account_id: the account's ``id``.
        :param pair: the pair to trade, in 3Commas' form: ``USDC_DOGE``.
        :param page: number of the page, from 1; 1 by default.
        :raises ValueError: ``page`` is below 1, or ``pair`` is empty; nothing was sent.
        :raises NotFoundError: there is no such account.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/accounts/{account_id}/leverage_data",
            builtins.list[LeverageType],
            ids={"account_id": identifier("account_id", account_id)},
            query={"pair": required_text("pair", pair), "page": in_range("page", page, 1)},
        )

    async def networks(
        self, account_id: int, *, purpose: Literal["deposit", "withdraw"] | None = None
    ) -> CurrencyNetworks:
        """Fetch the networks that deposits and withdrawals can take. Needs the permission ACCOUNTS_READ.

        ``GET /ver1/accounts/{account_id}/networks_info``. Vendor's page: "Deposit or withdraw networks info". Accounts
        at Binance Spot, Binance US and OKX Spot have it.

        :param account_id: the account's ``id``.
        :param purpose: ``"deposit"`` or ``"withdraw"``: only what can be deposited, or withdrawn.
        :raises ValueError: ``purpose`` is another word; nothing was sent.
        :raises InvalidRequestError: 3Commas refused; ``fields`` tells what and why.
        :raises PermissionDeniedError: the account has no such data, or the key lacks the permission.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/accounts/{account_id}/networks_info",
            CurrencyNetworks,
            ids={"account_id": identifier("account_id", account_id)},
            query={"purpose": one_of("purpose", purpose, "deposit", "withdraw")},
        )

    async def deposit_data(self, account_id: int, *, currency: str, network: str) -> DepositData:
        """Fetch the address to deposit a currency to. Needs the permission ACCOUNTS_READ.

        ``GET /ver1/accounts/{account_id}/deposit_data``. Vendor's page: "User deposit data". Accounts at Binance Spot,
        Binance US and OKX Spot have it.

        :param account_id: the account's ``id``.
        :param currency: the currency's code, such as ``BTC``.
        :param network: the network's code, as :meth:`networks` has it.
        :raises ValueError: an argument is empty; nothing was sent.
        :raises InvalidRequestError: 3Commas or the exchange refused; ``fields`` or ``description`` tells why.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/accounts/{account_id}/deposit_data",
            DepositData,
            ids={"account_id": identifier("account_id", account_id)},
            # The vendor's table calls it `address_tag`; the example sends `network`, and the example of a refusal
            # misses `network`.
            query={"currency": required_text("currency", currency), "network": required_text("network", network)},
        )

    async def remove(self, account_id: int) -> None:
        """Disconnect an account from 3Commas. Needs the permission ACCOUNTS_WRITE.

        ``POST /ver1/accounts/{account_id}/remove``. Vendor's page: "Delete an exchange account". Nothing may run on the
        account: see :meth:`active_trading_entities`.

        :param account_id: the account's ``id``.
        :raises NotFoundError: there is no such account.
        :raises InvalidRequestError: with ``code`` ``account_not_deletable``: something runs on it.
        :raises OutcomeUnknownError: the response was lost: whether :meth:`get` still finds the account tells.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/accounts/{account_id}/remove",
            NoneType,
            ids={"account_id": identifier("account_id", account_id)},
        )

    async def pie_chart(self, account_id: AccountId) -> builtins.list[PieChartSlice]:
        """Fetch the currencies of an account and their shares of it. Needs the permission ACCOUNTS_READ.

        ``POST /ver1/accounts/{account_id}/pie_chart_data``. Vendor's page: "User balances for pie chart visualization".

        :param account_id: the account's ``id``, or ``"summary"`` for the sum over all accounts that count in it.
        :returns: one item for each currency.
        :raises NotFoundError: there is no such account.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/accounts/{account_id}/pie_chart_data",
            builtins.list[PieChartSlice],
            ids={"account_id": identifier("account_id", account_id, "summary")},
            reads=True,
        )

    async def account_table(self, account_id: AccountId) -> builtins.list[AccountTableRow]:
        """Fetch the currencies of an account in detail: amounts, orders, prices. Needs the permission ACCOUNTS_READ.

        ``POST /ver1/accounts/{account_id}/account_table_data``. Vendor's page: "User balances for table chart
        visualization".

        :param account_id: the account's ``id``, or ``"summary"`` for the sum over all accounts that count in it.
        :returns: one item for each currency.
        :raises NotFoundError: there is no such account.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/accounts/{account_id}/account_table_data",
            builtins.list[AccountTableRow],
            ids={"account_id": identifier("account_id", account_id, "summary")},
            reads=True,
        )

    async def convert_dust_to_bnb(self, account_id: int, codes: Sequence[str] | None = None) -> DustConversion:
        """Convert amounts too small to trade to BNB. Needs the permission ACCOUNTS_WRITE.

        ``POST /ver1/accounts/{account_id}/convert_dust_to_bnb``. Vendor's page: "Convert dust coins to BNB". Accounts
        at Binance Spot have it, once in 6 hours.

        :param account_id: the account's ``id``.
        :param codes: the codes of the currencies to convert, such as ``["USDT"]``. The vendor calls it optional, and
            does not say what is converted without it.
        :returns: the amounts that were converted, the BNB for them, and the fees.
        :raises TypeError: ``codes`` is not a sequence of strings; nothing was sent.
        :raises InvalidRequestError: 3Commas or the exchange refused, with ``code`` ``bnb_dust_limit_error`` if the last
            conversion is too recent; ``fields`` or ``description`` tells why.
        :raises PermissionDeniedError: the account cannot do it, or the key lacks the permission.
        :raises OutcomeUnknownError: the response was lost: look at the account before you repeat the call.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "POST",
            "/ver1/accounts/{account_id}/convert_dust_to_bnb",
            DustConversion,
            ids={"account_id": identifier("account_id", account_id)},
            body=given(codes=texts("codes", codes, "['USDT']")),
        )

    async def volume_daily(self, account_id: int, date: datetime.date | None = None) -> DailyVolume:
        """Fetch what an account traded on one day. Needs the permission ACCOUNTS_READ.

        ``GET /ver1/accounts/{account_id}/volume/daily``. Vendor's page: "Get daily trading volume".

        :param account_id: the account's ``id``.
        :param date: the day, in UTC; today by default.
        :raises TypeError: ``date`` is not a date; nothing was sent.
        :raises NotFoundError: there is no such account, or nothing is known of that day.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/accounts/{account_id}/volume/daily",
            DailyVolume,
            ids={"account_id": identifier("account_id", account_id)},
            query={"date": day("date", date)},
        )

    async def volume_monthly(self, account_id: int, month: datetime.date | None = None) -> MonthlyVolume:
        """Fetch what an account traded in one month. Needs the permission ACCOUNTS_READ.

        ``GET /ver1/accounts/{account_id}/volume/monthly``. Vendor's page: "Get monthly trading volume".

        :param account_id: the account's ``id``.
        :param month: any day of the month, in UTC; this month by default.
        :raises TypeError: ``month`` is not a date; nothing was sent.
        :raises NotFoundError: there is no such account, or nothing is known of that month.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/accounts/{account_id}/volume/monthly",
            MonthlyVolume,
            ids={"account_id": identifier("account_id", account_id)},
            query={"month": year_and_month("month", month)},
        )

    async def volume_total(self, account_id: int) -> AccountVolume:
        """Fetch what an account has traded since it was connected. Needs the permission ACCOUNTS_READ.

        ``GET /ver1/accounts/{account_id}/volume/total``. Vendor's page: "Get all-time trading volume".

        :param account_id: the account's ``id``.
        :raises NotFoundError: there is no such account.
        :raises ThreeCommasError: see :mod:`threecommas_async.errors`.
        """
        return await self._transport.request(
            "GET",
            "/ver1/accounts/{account_id}/volume/total",
            AccountVolume,
            ids={"account_id": identifier("account_id", account_id)},
        )


def _needed_by(market: str, type_: str, name: str, value: str | None) -> str | None:
    """Check a parameter that accounts of one market cannot be connected without."""
    if type_.lower() == market:
        return required_text(name, value, when=f" when type is {type_!r}")
    return text(name, value)


def _secret_needed_by(market: str, type_: str, name: str, value: str | Secret | None) -> Secret | None:
    if value is None and type_.lower() == market:
        raise ValueError(f"{name} is required when type is {type_!r}")
    return optional_secret(name, value)
