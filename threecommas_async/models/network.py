"""The networks that a currency is deposited and withdrawn over."""

from __future__ import annotations

from decimal import Decimal

import attrs

from threecommas_async.models.base import JSON_KEY, Model


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class Network(Model):
    """A network that a currency is deposited and withdrawn over.

    :ivar network: the network's code, as ``accounts.deposit_data`` takes it.
    :ivar address_tag: the name of ``network`` in the vendor's table; in no answer that has been seen.
    :ivar network_name: the network, as people call it.
    :ivar network_url: the network's site.
    :ivar default: whether the exchange uses it unless told otherwise.
    :ivar deposit_enable: whether deposits are open.
    :ivar withdraw_enable: whether withdrawals are open.
    :ivar deposit_tip: the exchange's remark on deposits.
    :ivar withdraw_tip: the exchange's remark on withdrawals.
    :ivar special_tip: the exchange's remark on this network.
    :ivar address_regexp: what an address looks like, as a regular expression.
    :ivar memo_regexp: what a memo looks like, as a regular expression.
    :ivar withdraw_fee: the fee of a withdrawal, in the currency.
    :ivar withdraw_min: the least that can be withdrawn.
    :ivar withdraw_max: the most that can be withdrawn.
    :ivar withdraw_multiple: the step that a withdrawal's amount must keep to.
    :ivar label: what the additional field is called: ``MEMO/Tag``.
    :ivar require_address_tag: whether that field must be filled in.
    """

    network: str | None = None
    address_tag: str | None = None
    network_name: str | None = None
    network_url: str | None = None
    default: bool | None = None
    deposit_enable: bool | None = None
    withdraw_enable: bool | None = None
    deposit_tip: str | None = None
    withdraw_tip: str | None = None
    special_tip: str | None = None
    address_regexp: str | None = None
    memo_regexp: str | None = None
    withdraw_fee: Decimal | None = None
    withdraw_min: Decimal | None = None
    withdraw_max: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "withdrawMax"})
    withdraw_multiple: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "withdrawMultiple"})
    label: str | None = None
    require_address_tag: bool | None = None


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class CurrencyNetworks(Model):
    """A currency and the networks that it travels over. Vendor's page: "Deposit or withdraw networks info".

    :ivar currency: the currency's code, such as ``BTC``.
    :ivar name: the currency's name.
    :ivar deposit_enable: whether the account can deposit it.
    :ivar withdraw_enable: whether the account can withdraw it.
    :ivar network_list: the networks.
    """

    currency: str | None = None
    name: str | None = None
    deposit_enable: bool | None = None
    withdraw_enable: bool | None = None
    network_list: tuple[Network, ...] | None = None
