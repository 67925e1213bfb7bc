"""What a venue does not have, as opposed to what it did not answer.

Belongs here: that distinction. Does not belong here: failures (`connectors/sync.py`).
"""

from connectors.sync import SourceAnswerError


class NotOfferedError(Exception):
    """The venue, or ccxt for it, does not offer what was asked. Nothing failed, and nothing is known to be empty."""


class UnknownMarketError(SourceAnswerError):
    """The venue has no such market, or not any more: nothing can be asked of it."""
