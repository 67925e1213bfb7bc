"""Which tokens look like bait: sent to strangers so that they visit a site and sign their coins away.

A name is only looked at for a token that nobody of ours asked for and that is not known. It never decides what an asked
for or a known token is.

Belongs here: names that are bait. Does not belong here: who asked for what (`decoding.py`), and what the books do about
it (`warehouse/market/spam.py`).
"""

import re

from connectors.evm.movements import Token

_SITE = re.compile(
    r"https?:|www\.|t\.me/|t\.ly/|bit\.ly|"
    r"\b[a-z0-9-]+\.(?:com|org|net|io|xyz|site|app|fi|finance|gift|gifts|top|vip|pro|live|online|lol|cc|me|info|"
    r"click|link|network|claims?|events?|fund|cfd|lat|icu|us|eu|co|gg|to|ws|pw|win|bond|cash|promo|money|space|website|"
    r"tech|store|shop|club|run|one|dev|rip|ru|cn|in)\b",
    re.IGNORECASE,
)
_BAIT = re.compile(
    r"\b(?:claim|visit|airdrop|voucher|redeem|giveaway|eligible|free mint|get reward|rewards? (?:at|on)|bonus)\b",
    re.IGNORECASE,
)


def is_bait(token: Token | None) -> bool:
    """Whether the symbol or the name of a token points to a site or asks to claim something."""
    if token is None:
        return False
    return any(_SITE.search(text) or _BAIT.search(text) for text in (token.symbol, token.name) if text)
