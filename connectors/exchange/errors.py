"""What a venue does not have, as opposed to what it did not answer.

Belongs here: that one distinction. Does not belong here: failures (`connectors/sync.py`).
"""


class NotOfferedError(Exception):
    """The venue, or ccxt for it, does not offer what was asked. Nothing failed, and nothing is known to be empty."""
