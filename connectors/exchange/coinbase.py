"""Coinbase: fills by cursor, and everything else in one list of transactions for each of the account's wallets.

v3 fills answer 100 rows newest first, by cursor. The v2 transactions of a wallet answer 100 rows newest first, behind
an id, and can not be bounded by time; they tell deposits, withdrawals, rewards, conversions and purchases alike, so
there are no streams of deposits and withdrawals besides (the v2 lists of those hold fiat only, and repeat it).
`amount` is all that a wallet gained or lost, network fee included. Source: https://docs.cdp.coinbase.com

Belongs here: Coinbase. Does not belong here: what is the same for all venues.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from connectors.exchange.errors import NotOfferedError
from connectors.exchange.feeds import Feed, RowByRow
from connectors.exchange.generic import GenericVenue, Transfer
from connectors.exchange.groups import Grouping, Leg
from connectors.exchange.ledger import Meaning, ledger_line
from connectors.exchange.markets import pair_of
from connectors.exchange.paging import Ask, Entry, Page, bounded, by_cursor
from connectors.exchange.reading import asset_of, exact, fee_of, id_of, moved, needed, transaction
from connectors.exchange.trades import read_trade
from connectors.records import Posting, Status, Transaction

FILLS_PAGE = 100
TRANSACTIONS_PAGE = 100
ACCOUNTS_PAGE = 100

_BY_SIGN = {
    "send", "receive", "request", "tx", "fiat_deposit", "fiat_withdrawal", "exchange_deposit", "exchange_withdrawal",
    "pro_deposit", "pro_withdrawal", "intx_deposit", "intx_withdrawal", "fcm_futures_usd_sweep",
    "international_transfer",
}  # fmt: skip
"""Deposits where the wallet gained, withdrawals where it lost."""

_MEANINGS: Mapping[str, Meaning] = {
    "advanced_trade_fill": "mirror",
    "transfer": "mirror",
    "vault_withdrawal": "mirror",
    "vault_deposit": "mirror",
    "staking_transfer": "mirror",
    "unstaking_transfer": "mirror",
    "retail_eth2_deprecation": "mirror",
    "staking_reward": "reward",
    "inflation_reward": "reward",
    "interest": "interest",
    "airdrop": "airdrop",
    "earn_payout": "income",
    "incentives_rewards_payout": "income",
    "incentives_shared_clawback": "income",
    "subscription_rebate": "income",
    "cardbuyback": "income",
    "cardspend": "spend",
    "clawback": "fee",
    "subscription": "fee",
    "derivatives_settlement": "margin",
}
_LEGS = {"trade", "buy", "sell"}
_UNDONE = {"failed", "expired", "canceled", "cancelled"}
_REVERSAL = "REVERSAL"


class Coinbase(GenericVenue):
    """A Coinbase user with all wallets."""

    def trades(self) -> Iterable[Feed]:
        """Advanced Trade fills of all products together."""

        def fetch(ask: Ask) -> Page:
            answer = self.client.call(
                "fills",
                self.exchange.v3PrivateGetBrokerageOrdersHistoricalFills,
                {
                    "limit": FILLS_PAGE,
                    "start_sequence_timestamp": self.exchange.iso8601(max(0, (ask.since_ms or 0) - 1)),
                    "end_sequence_timestamp": self.exchange.iso8601((ask.until_ms or 0) + 1),
                }
                | ({"cursor": ask.cursor} if ask.cursor else {}),
            )
            rows = answer["fills"] or []
            parsed = [self.exchange.parse_trade(row) | {"id": row.get("entry_id") or row["trade_id"]} for row in rows]
            return Page(parsed, len(rows), cursor=answer.get("cursor") or None)

        walk = partial(by_cursor, fetch, is_newest_first=True, honours_since=True)
        return [Feed("", walk, RowByRow(self._read_fill))]

    def transfers(self, kind: Transfer) -> Iterable[Feed]:
        """Raises `NotOfferedError`: the ledger has them."""
        raise NotOfferedError(f"Coinbase tells every {kind} among a wallet's transactions: they are in the ledger")

    def conversions(self) -> Iterable[Feed]:
        """Raises `NotOfferedError`: the ledger has them."""
        raise NotOfferedError("Coinbase tells conversions among a wallet's transactions: they are in the ledger")

    def ledger(self) -> Iterable[Feed]:
        """The transactions of every wallet; the legs of a conversion are in two of them."""
        reading = Grouping(self._leg_of, self._read_line, alone=self._bought_or_sold)
        for wallet in self._wallets():
            walk = partial(by_cursor, self._transactions_of(wallet), is_newest_first=True, honours_since=False)
            yield Feed(wallet, walk, reading)

    def balance_params(self) -> dict[str, Any]:
        """The v3 list of accounts, whose pages ccxt follows; it does not follow those of v2."""
        return {"v3": True}

    def _wallets(self) -> Iterable[str]:
        after: str | None = None
        for _ in bounded():
            answer = self.client.call(
                "wallets",
                self.exchange.v2PrivateGetAccounts,
                {"limit": ACCOUNTS_PAGE} | ({"starting_after": after} if after else {}),
            )
            yield from [str(wallet["id"]) for wallet in answer["data"]]
            after = (answer.get("pagination") or {}).get("next_starting_after") or None
            if after is None:
                return

    def _transactions_of(self, wallet: str) -> Any:
        def fetch(ask: Ask) -> Page:
            answer = self.client.call(
                "transactions",
                self.exchange.v2PrivateGetAccountsAccountIdTransactions,
                {"account_id": wallet, "limit": TRANSACTIONS_PAGE}
                | ({"starting_after": ask.cursor} if ask.cursor else {}),
            )
            rows = [
                {"id": row["id"], "timestamp": self.exchange.parse8601(row["created_at"]), "info": row}
                for row in answer["data"]
            ]
            return Page(rows, len(rows), cursor=(answer.get("pagination") or {}).get("next_starting_after") or None)

        return fetch

    def _read_fill(self, entry: Entry) -> Transaction:
        """A fill; a reversal takes one back."""
        if entry["info"].get("trade_type") == _REVERSAL:
            entry = entry | {"side": "sell" if entry.get("side") == "buy" else "buy"}
        return read_trade(entry, pair_of(self.exchange, entry), identifier=id_of(entry))

    def _postings(self, entry: Entry) -> list[Posting]:
        """What the wallet gained or lost, with the network fee that is inside taken apart."""
        info = entry["info"]
        amount = info.get("amount") or {}
        asset, quantity = self._asset(amount.get("currency")), needed(amount.get("amount"), "amount")
        fee = (info.get("network") or {}).get("transaction_fee") or {}
        cost = exact(fee.get("amount"))
        if quantity > 0 or not cost or self._asset(fee.get("currency")) != asset:
            return moved(asset, quantity)
        return moved(asset, quantity + cost.copy_abs()) + fee_of(asset, format(cost.copy_abs(), "f"))

    def _asset(self, code: Any) -> str:
        """The common code of an asset; `ETH2` was the name of staked ether."""
        asset = asset_of(self.exchange.safe_currency_code(code), "asset")
        return "ETH" if asset == "ETH2" else asset

    def _leg_of(self, entry: Entry) -> Leg | None:
        info = entry["info"]
        word = info.get("type")
        reference = (info.get(word) or {}).get("id") if word in _LEGS else None
        if not reference or _status(info) != "final" or exact((info.get("amount") or {}).get("amount")) is None:
            return None
        return Leg(f"{word}-{reference}", entry, self._postings(entry))

    def _bought_or_sold(self, leg: Leg) -> Transaction | None:
        """A purchase or sale whose other side is money outside: the row's own value in the user's currency."""
        info = leg.entry["info"]
        native = info.get("native_amount") or {}
        worth = exact(native.get("amount"))
        currency = native.get("currency")
        if info["type"] not in ("buy", "sell") or not worth or not currency:
            return None
        if any(posting.asset == currency for posting in leg.postings):
            return None
        postings = leg.postings + moved(self._asset(currency), worth.copy_negate())
        return transaction(
            leg.entry, "trade", postings, identifier=leg.group, description=f"{info['type']}, settled outside"
        )

    def _read_line(self, entry: Entry) -> Transaction:
        info = entry["info"]
        word = str(info.get("type") or "")
        amount = needed((info.get("amount") or {}).get("amount"), "amount")
        meaning = ("deposit" if amount > 0 else "withdrawal") if word in _BY_SIGN else _MEANINGS.get(word, "unknown")
        network = info.get("network") or {}
        side = info.get("to") if amount < 0 else info.get("from")
        reference = (info.get(word) or {}).get("id") if word in _LEGS else None
        record = ledger_line(entry, meaning, self._postings(entry), quantity=amount, description=word or None)
        status = record.status if record.status == "mirror" else _status(info)
        return transaction(
            entry,
            record.kind,
            list(record.postings),
            identifier=f"{word}-{reference}" if reference else None,
            status=status,
            tx_hash=network.get("hash"),
            counterparty=side.get("address") if isinstance(side, dict) else None,
            description=record.description,
        )


def _status(info: Mapping[str, Any]) -> Status:
    word = str(info.get("status") or "completed").lower()
    return "final" if word == "completed" else "canceled" if word in _UNDONE else "pending"
