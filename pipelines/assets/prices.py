"""The asset of fetched prices.

Belongs here: calling the fetch and telling Dagster how it went. Does not belong here: what prices are wanted, or how
they are fetched.
"""

import dagster as dg

PRICES_KEY = dg.AssetKey(["raw", "prices"])
EVERY_COIN_PRICED = "every_coin_priced"
EVERY_VENUE_ANSWERED = "every_venue_answered"
