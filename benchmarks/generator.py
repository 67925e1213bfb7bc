"""A seeded table of events: buys and sells of many assets in a few accounts, with 18-decimal quantities.

Belongs here: making events. Does not belong here: timing anything.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.lots.events import INSTANT, QUANTITY, USD
from warehouse.lots.limbs import decimals_of

ASSETS = 20
ACCOUNTS = 2
ACQUISITIONS = 0.6
_FIRST_US = 1_483_228_800_000_000
_SPAN_US = 9 * 365 * 86_400_000_000


def events_table(count: int, *, seed: int = 1) -> pa.Table:
    """`count` events in order of time over nine years; sales are smaller than buys on average, so open lots grow.

    Buys bring 10^-18 to 2 units, sells up to 2; prices wander between 0.01 and 60,000 USD. There are no transfers.
    """
    random = np.random.default_rng(seed)
    kind = (random.random(count) >= ACQUISITIONS).astype(np.int32)
    asset = random.integers(0, ASSETS, count)
    account = random.integers(0, ACCOUNTS, count)
    when = np.sort(random.integers(_FIRST_US, _FIRST_US + _SPAN_US, count))
    units = random.integers(1, 2 * 10**18, count, dtype=np.int64)
    level = 10.0 ** random.uniform(-2, 4.5, ASSETS)
    drift = np.exp(np.cumsum(random.normal(0, 0.3 / np.sqrt(count), count)))
    price = level[asset] * drift * np.exp(random.normal(0, 0.02, count))
    cents = np.maximum(1, (units / 1e18 * price * 1e8).astype(np.int64))
    return pa.table(
        {
            "event_id": _ids(count),
            "occurred_at": pa.array(when).view(INSTANT),
            "account": _names([f"venue{number}" for number in range(ACCOUNTS)], account),
            "asset": _names([f"COIN{number:02d}" for number in range(ASSETS)], asset),
            "kind": _names(["acquire", "dispose"], kind),
            "quantity": decimals_of(_limbs(units), QUANTITY),
            "value_usd": decimals_of(_limbs(cents), USD),
        }
    )


def _ids(count: int) -> pa.Array:
    number = pc.utf8_lpad(pa.array(np.arange(count)).cast(pa.string()), 9, "0")
    return pc.binary_join_element_wise("event", number, "-")


def _names(names: list[str], codes: npt.NDArray[np.generic]) -> pa.Array:
    return pa.array(names).take(pa.array(codes))


def _limbs(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    return np.stack([numbers.astype(np.uint64), np.zeros(len(numbers), np.uint64)], axis=1)
