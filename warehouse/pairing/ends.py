"""The two ends of a movement between own accounts, and a pair of them. Pure.

Belongs here: the shapes, the rules by which ends are paired and how sure each rule is. Does not belong here: which ends
fit (`plausible.py`, `candidates.py`), which of them are chosen (`choice.py`), what a pair does to lots.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class End:
    """What left or arrived. Quantities are units of 10^-18 above 0, instants microseconds since 1970 in UTC.

    `listed_fee` is what the same transaction lists apart as a fee in the same coin; `address` is the other side as the
    source tells it. `is_chain_hash`: `tx_hash` has the form of a hash of a chain and is not an id of the venue.
    """

    posting_id: str
    account: str
    asset: str
    quantity: int
    at_us: int
    is_departure: bool
    tx_hash: str | None = None
    is_chain_hash: bool = False
    address: str | None = None
    listed_fee: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """Why two ends belong together: `confidence` in hundredths, whether that is evidence, whether lots follow it."""

    name: str
    confidence: int
    is_confirmed: bool = False
    is_booked: bool = False


SURE_HASH = Rule("tx_hash", 100, is_confirmed=True, is_booked=True)
HASH_AND_FEE = Rule("tx_hash", 99, is_confirmed=True, is_booked=True)
UNCLEAR_HASH = Rule("tx_hash", 70)
"""The same hash, but another reading fits nearly as well: other ends of that hash, a twin without one, an address."""
PART_BY_HASH = Rule("tx_hash", 55)
"""The same hash, but more left than arrived and a fee."""
SURE_ADDRESS = Rule("address", 98, is_confirmed=True, is_booked=True)
ADDRESS = Rule("address", 90, is_booked=True)
UNCLEAR_ADDRESS = Rule("address", 65)
ODD_AMOUNT = Rule("amount_time", 95, is_booked=True)
ROUND_AMOUNT = Rule("amount_time", 90, is_booked=True)
UNCLEAR_AMOUNT = Rule("amount_time", 60)
AMOUNT_LESS_FEE = Rule("amount_fee_time", 75)
UNCLEAR_LESS_FEE = Rule("amount_fee_time", 50)
ROUNDED = Rule("rounded_amount", 70)
SPLIT = Rule("split", 70)
BATCH = Rule("batch", 70)
UNCLEAR_SUM = 45
"""Confidence of a split or batch where another reading is as good."""


@dataclass(frozen=True, slots=True)
class Part:
    """`quantity` left as (part of) a posting and arrived as (part of) another; `fee` left with it and never arrived."""

    from_id: str
    to_id: str
    quantity: int
    fee: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class Places:
    """What is known beside the ends: accounts' own addresses, and the chain of those on one, as the configuration says.

    `told` is what the sources say besides: the accounts whose arrivals tell an address. `apart` are departures and
    arrivals, by posting, of which the person says that they are not one movement.
    """

    addresses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    chains: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, frozenset[str]] = field(default_factory=dict)
    apart: frozenset[tuple[str, str]] = frozenset()


def plain_address(address: str | None) -> str | None:
    """The address in the one form that compares: hexadecimal ones do not depend on case, others do."""
    if not address:
        return None
    return address.lower() if address[:2] in ("0x", "0X") else address
