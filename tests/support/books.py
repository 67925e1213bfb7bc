"""Small books for tests of several rooms.

Belongs here: books whose every figure can be worked out by hand. Does not belong here: how a book is written and
built (`raw_book.py`).
"""

from datetime import timedelta
from pathlib import Path

from support.decided import decide, price
from support.raw_book import AS_OF, RawBook, row


def book_of_everything(folder: Path) -> RawBook:
    """A book with one of each thing that people ask about, as of 2026-11-24 06:00 UTC; not built yet.

    `kraken` and `cold` are fresh, `old` was last fetched three weeks ago, `idle` never.

    - BTC: 1 at 40,010 (2025-01-10, with its fee), of which 0.2 went to cold and 0.5 were sold for 30,000 in March 2026:
      a long-term gain of 30,000 - 20,005 = 9,995; 1 more at 90,000 (2026-01-15, long from 2027-01-16). Latest price
      60,000; kraken says it holds 1.25, the books 1.3.
    - KAS: 1,000 at 100 (2026-01-20), 50 of which left to nobody known; 10 more as a reward worth 1 (2026-02-10).
      Latest price 0.05.
    - ETC: 2 sold for 60 that were never bought; a price was decided for 2020-01-01, on which nothing rests.
    - LTC: 3 came from nobody known. XTM: a reward nobody has a price of.
    - LTC in old: 10 for 1,000, sold for 600 within 2025: a short-term loss of 400.
    """
    book = RawBook(folder)
    book.add(
        "kraken",
        "trades",
        row("b1", "trade", "2025-01-10 12:00", "1 BTC", "-40000 USD", fee=["-10 USD"]),
        row("b2", "trade", "2026-01-15 12:00", "1 BTC", "-90000 USD"),
        row("k1", "trade", "2026-01-20 12:00", "1000 KAS", "-100 USD"),
        row("s1", "trade", "2026-03-02 12:00", "-0.5 BTC", "30000 USD"),
        row("e1", "trade", "2026-04-01 12:00", "-2 ETC", "60 USD"),
        covers=("2025-01-01", "2026-11-24"),
    )
    book.add("kraken", "withdrawals", row("w1", "withdrawal", "2026-02-01 12:00", "-0.2 BTC", tx_hash="0xa"))
    book.add("kraken", "withdrawals", row("w2", "withdrawal", "2026-06-01 12:00", "-50 KAS", tx_hash="0xb"))
    book.add("kraken", "deposits", row("d1", "deposit", "2026-05-01 12:00", "3 LTC", tx_hash="0xc"))
    book.add("cold", "deposits", row("d2", "deposit", "2026-02-01 13:00", "0.2 BTC", tx_hash="0xa"))
    book.add(
        "kraken",
        "ledger",
        row("r1", "reward", "2026-02-10 12:00", "10 KAS"),
        row("r2", "reward", "2026-02-11 12:00", "5 XTM"),
    )
    book.add(
        "old",
        "trades",
        row("l1", "trade", "2025-02-01 12:00", "10 LTC", "-1000 USD"),
        row("l2", "trade", "2025-08-01 12:00", "-10 LTC", "600 USD"),
        fetched_at=AS_OF - timedelta(days=21),
    )
    book.accounts["idle"] = "fifo"
    book.hold("kraken", "2026-11-24 05:00", "1.25 BTC", "960 KAS", "3 LTC", "5 XTM")
    book.price("KAS", "2026-02-10", "0.1")
    book.price("BTC", "2026-11-23", "60000")
    book.price("KAS", "2026-11-23", "0.05")
    decide(book, price("ETC", "2020-01-01 12:00", "4.5"))
    return book
