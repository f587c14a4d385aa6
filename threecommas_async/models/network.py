"""The networks that a currency is deposited and withdrawn over."""

from __future__ import annotations

from decimal import Decimal

import attrs

from threecommas_async.models.base import JSON_KEY, Model


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class Network(Model):
    """A network that a currency is deposited and withdrawn over."""

    network: str | None = None
    """The network's code, as ``accounts.deposit_data`` takes it."""
    address_tag: str | None = None
    """The name of ``network`` in the vendor's table; in no observed response."""
    network_name: str | None = None
    """The network, as people call it."""
    network_url: str | None = None
    """The network's site."""
    default: bool | None = None
    """Whether the exchange uses it unless told otherwise."""
    deposit_enable: bool | None = None
    """Whether deposits are open."""
    withdraw_enable: bool | None = None
    """Whether withdrawals are open."""
    deposit_tip: str | None = None
    """The exchange's remark on deposits."""
    withdraw_tip: str | None = None
    """The exchange's remark on withdrawals."""
    special_tip: str | None = None
    """The exchange's remark on this network."""
    address_regexp: str | None = None
    """What an address looks like, as a regular expression."""
    memo_regexp: str | None = None
    """What a memo looks like, as a regular expression."""
    withdraw_fee: Decimal | None = None
    """The fee of a withdrawal, in the currency."""
    withdraw_min: Decimal | None = None
    """The least that can be withdrawn."""
    withdraw_max: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "withdrawMax"})
    """The most that can be withdrawn."""
    withdraw_multiple: Decimal | None = attrs.field(default=None, metadata={JSON_KEY: "withdrawMultiple"})
    """The step that a withdrawal's amount must keep to."""
    label: str | None = None
    """What the additional field is called: ``MEMO/Tag``."""
    require_address_tag: bool | None = None
    """Whether that field must be filled in."""


@attrs.frozen(kw_only=True, weakref_slot=False, repr=False)
class CurrencyNetworks(Model):
    """A currency and the networks that it travels over. Vendor's page: "Deposit or withdraw networks info"."""

    currency: str | None = None
    """The currency's code, such as ``BTC``."""
    name: str | None = None
    """The currency's name."""
    deposit_enable: bool | None = None
    """Whether the account can deposit it."""
    withdraw_enable: bool | None = None
    """Whether the account can withdraw it."""
    network_list: tuple[Network, ...] | None = None
    """The networks."""
