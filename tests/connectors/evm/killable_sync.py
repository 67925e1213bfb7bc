"""A program that syncs the test chain's wallet once, slowly enough to be killed. Prints how it ended.

Started as `python killable_sync.py URL RAW NOW`.
"""

import sys
from datetime import datetime
from pathlib import Path

from connectors.evm import syncing
from connectors.raw import RawStore
from support.chain.wallet import wallet

if __name__ == "__main__":
    url, raw, now = sys.argv[1:]
    syncing.FIRST_PART = 4
    syncing._GROWTH = 1
    report = wallet(url).sync(RawStore(Path(raw)), now=datetime.fromisoformat(now))
    sys.exit(1 if report.errors else 0)
