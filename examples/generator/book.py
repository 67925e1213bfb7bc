"""Acting the story out: each step becomes events with exact amounts, at the day's prices and the venue's fees.

Balances are kept on the way: nobody sends what is not there, so a mistake in the story stops with its line.

Belongs here: what the story's verbs do. Does not belong here: how a venue writes the result.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from generator.chance import fraction, hex_hash, whole
from generator.events import Amount, Event, EventKind
from generator.market import Market
from generator.story import Step
from generator.venues import (
    BNB_FEE,
    EARN_COMMISSION,
    MAKER_FEE,
    MINED_DECIMALS,
    SWAP_FEE,
    TAKER_FEE,
    WITHDRAWAL_FEES,
    pair_of,
)

_EIGHT = 8
_ETHEREUM_LIKE = {"ETH", "ETC", "USDT", "USDC", "BNB"}
_PLAIN: dict[str, EventKind] = {"airdrop": "airdrop", "interest": "interest", "gift": "gift_in", "unseen": "unseen"}
_GIVEN: dict[str, EventKind] = {"cost": "cost", "give": "gift_out", "lose": "lost"}


def round_down(number: Decimal, decimals: int) -> Decimal:
    """`number` cut to `decimals` places (negative: to tens, thousands)."""
    return number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_DOWN) + Decimal(0)


class Book:
    """The balances of every account while the story is acted out, and the events so far."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self.balances: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self.events: list[Event] = []
        self._arrivals: list[Event] = []

    def act(self, steps: list[Step]) -> list[Event]:
        """All events of the story in the order of time. Raises `ValueError` with a step that can not be."""
        for step in steps:
            self._arrive(step.at)
            try:
                for event in self._verb(step.verb)(step):
                    self._book(event)
            except (KeyError, ValueError, IndexError) as error:
                raise ValueError(f"{step.key!r}: {error}") from error
        self._arrive(None)
        return sorted(self.events, key=lambda event: (event.at, event.key))

    def _verb(self, verb: str) -> Callable[[Step], Iterator[Event]]:
        if verb in _PLAIN:
            return self._get
        if verb in _GIVEN:
            return self._give
        return {
            "buy": self._trade,
            "sell": self._trade,
            "deposit": self._deposit,
            "receive": self._deposit,
            "payout": self._payout,
            "send": self._send,
            "stake": self._stake,
            "reward": self._reward,
            "instant": self._instant,
            "convert": self._convert,
            "dust": self._dust,
            "mine": self._mine,
            "swap": self._swap,
            "bad": self._bad,
        }[verb]

    def _book(self, event: Event) -> None:
        self.events.append(event)
        for quantity, asset in event.movements:
            self.balances[event.account, asset] += quantity
            if self.balances[event.account, asset] < 0:
                raise ValueError(f"{asset} of {event.account} falls to {self.balances[event.account, asset]}")

    def _arrive(self, at: datetime | None) -> None:
        for event in [event for event in self._arrivals if at is None or event.at <= at]:
            self._arrivals.remove(event)
            self._book(event)

    def _quantity(self, step: Step, word: str, asset: str) -> Decimal:
        """`12.5`, `all`, `50%` of what is there, or `12.5~20` for 12.5 give or take 20 %."""
        there = self.balances[step.account, asset]
        if word == "all":
            return there
        if word.endswith("%"):
            return there * Decimal(word[:-1]) / 100
        number, _, spread = word.partition("~")
        if not spread:
            return Decimal(number)
        percent = Decimal(whole(step.key, -10 * int(spread), 10 * int(spread))) / 10
        return Decimal(number) * (1 + percent / 100)

    def _trade(self, step: Step) -> Iterator[Event]:
        side, amount, base, quote, *options = step.words
        pair = pair_of(step.account, base, quote)
        decimals = min(pair.step, _EIGHT - pair.price_decimals)
        whole_order = round_down(self._quantity(step, amount, base), decimals)
        is_maker = "maker" in options
        cuts = next((int(option[6:]) for option in options if option.startswith("fills=")), 1)
        price = self._market.price_at(base, quote, step.at, pair.price_decimals)
        left = whole_order
        for number in range(cuts):
            share = Decimal(repr(0.5 + fraction(f"{step.key} {number}"))) / (cuts - number)
            quantity = left if number == cuts - 1 else round_down(min(left, left * share), decimals)
            left -= quantity
            if not quantity:
                continue
            at = step.at + timedelta(milliseconds=0 if "same" in options else number * whole(step.key, 0, 900))
            worth = quantity * price
            taken, given = (Amount(quantity, base), Amount(worth, quote))
            if side == "sell":
                taken, given = given, taken
            rate = (MAKER_FEE if is_maker else TAKER_FEE)[step.account]
            yield Event(
                at, step.account, "trade", f"{step.key} fill {number}", taken, given,
                self._trade_fee(step, rate, taken, worth, quote),
                (base, quote), price, is_maker, step.key,
            )  # fmt: skip

    def _trade_fee(self, step: Step, rate: Decimal, taken: Amount, worth: Decimal, quote: str) -> Amount:
        if step.account == "kraken":
            decimals = 4 if quote == "USD" else 10
            return Amount((worth * rate).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP), quote)
        if "bnb" in step.words:
            bnb = self._market.price_at("BNB", taken.asset, step.at, _EIGHT)
            return Amount(round_down(taken.quantity * BNB_FEE / bnb, _EIGHT), "BNB")
        return Amount(round_down(taken.quantity * rate, _EIGHT), taken.asset)

    def _deposit(self, step: Step) -> Iterator[Event]:
        _, amount, asset, *_ = step.words
        tx_hash = "" if asset == "USD" else chain_hash(step.key, asset)
        yield Event(
            step.at, step.account, "deposit", step.key, Amount(Decimal(amount), asset), tx_hash=tx_hash, order=step.key
        )

    def _payout(self, step: Step) -> Iterator[Event]:
        _, amount, asset = step.words
        fee = Decimal(WITHDRAWAL_FEES[step.account][asset])
        sent = Amount(self._quantity(step, amount, asset) - fee, asset)
        yield Event(step.at, step.account, "withdrawal", step.key, sent=sent, fee=Amount(fee, asset), order=step.key)

    def _send(self, step: Step) -> Iterator[Event]:
        _, amount, asset, to_account, *options = step.words
        fee = Decimal(WITHDRAWAL_FEES[step.account][asset])
        net = round_down(self._quantity(step, amount, asset), _EIGHT) - fee
        told = [option[5:] for option in options if option.startswith("hash=")]
        tx_hash = told[0] if told else chain_hash(step.key, asset)
        yield Event(
            step.at, step.account, "withdrawal", step.key, sent=Amount(net, asset), fee=Amount(fee, asset),
            tx_hash="" if "nohash" in options else tx_hash, order=step.key, counterparty=to_account,
        )  # fmt: skip
        if to_account != "outside":
            arrival = Event(
                step.at + timedelta(minutes=whole(step.key, 9, 48)), to_account, "deposit", f"{step.key} arrives",
                Amount(net, asset), tx_hash=tx_hash, order=step.key, counterparty=step.account,
            )  # fmt: skip
            self._arrivals.append(arrival)

    def _stake(self, step: Step) -> Iterator[Event]:
        _, amount, asset = step.words
        quantity = self._quantity(step, amount, asset)
        yield Event(
            step.at, step.account, "stake", step.key, Amount(quantity, f"{asset}.B"), Amount(quantity, asset),
            order=step.key,
        )  # fmt: skip

    def _reward(self, step: Step) -> Iterator[Event]:
        """`reward 0.06% ETH.B`: a share of what is held; Kraken keeps its commission, Binance pays net."""
        _, share, asset, *note = step.words
        gross = round_down(self._quantity(step, share, asset), _EIGHT)
        fee = Amount(round_down(gross * EARN_COMMISSION, _EIGHT), asset) if step.account == "kraken" else None
        if gross:
            yield Event(
                step.at, step.account, "reward", step.key, Amount(gross, asset), fee=fee, order=step.key,
                note=" ".join(note),
            )  # fmt: skip

    def _instant(self, step: Step) -> Iterator[Event]:
        """`instant 300 USD ETH`: Kraken's buy button, with its fee in what is given."""
        _, amount, asset, target = step.words
        fee = (Decimal(amount) * Decimal("0.015")).quantize(Decimal("0.01"))
        given = Amount(Decimal(amount) - fee, asset)
        price = self._market.price_at(target, asset, step.at, _EIGHT)
        taken = Amount(round_down(given.quantity / price, _EIGHT), target)
        yield Event(step.at, step.account, "instant", step.key, taken, given, Amount(fee, asset), order=step.key)

    def _convert(self, step: Step) -> Iterator[Event]:
        """`convert 500 USDT BNB`: no fee is named; the price is a little worse than the market's."""
        _, amount, asset, target = step.words
        given = round_down(self._quantity(step, amount, asset), _EIGHT)
        price = self._market.price_at(target, asset, step.at, _EIGHT) * Decimal("1.0015")
        taken = Amount(round_down(given / price, _EIGHT), target)
        yield Event(step.at, step.account, "conversion", step.key, taken, Amount(given, asset), order=step.key)

    def _dust(self, step: Step) -> Iterator[Event]:
        """`dust SC DOGE`: all of each for BNB, 2 % kept."""
        for asset in step.words[1:]:
            quantity = self.balances[step.account, asset]
            price = self._market.price_at("BNB", asset, step.at, _EIGHT)
            gross = round_down(quantity / price, _EIGHT)
            fee = round_down(gross * Decimal("0.02"), _EIGHT)
            yield Event(
                step.at, step.account, "dust", f"{step.key} {asset}", Amount(gross, "BNB"), Amount(quantity, asset),
                Amount(fee, "BNB"), order=step.key,
            )  # fmt: skip

    def _mine(self, step: Step) -> Iterator[Event]:
        _, amount, asset, *note = step.words
        quantity = round_down(self._quantity(step, amount, asset), MINED_DECIMALS.get(asset, 6))
        yield Event(
            step.at, step.account, "mined", step.key, Amount(quantity, asset),
            tx_hash=chain_hash(step.key, asset), note=" ".join(note),
        )  # fmt: skip

    def _swap(self, step: Step) -> Iterator[Event]:
        _, amount, asset, target = step.words
        there = round_down(self._quantity(step, amount, asset), 4)
        fee = round_down(there * SWAP_FEE, 4)
        price = self._market.price_at(asset, target, step.at, 12)
        taken = Amount(round_down((there - fee) * price, 6 if target == "USDT" else _EIGHT), target)
        yield Event(
            step.at, step.account, "swap", step.key, taken, Amount(there - fee, asset), Amount(fee, asset),
            tx_hash=chain_hash(step.key, asset),
        )  # fmt: skip

    def _get(self, step: Step) -> Iterator[Event]:
        verb, amount, asset, *note = step.words
        quantity = Amount(Decimal(amount), asset)
        tx_hash = chain_hash(step.key, asset)
        yield Event(step.at, step.account, _PLAIN[verb], step.key, quantity, tx_hash=tx_hash, note=" ".join(note))

    def _give(self, step: Step) -> Iterator[Event]:
        verb, amount, asset, *note = step.words
        quantity = Amount(self._quantity(step, amount, asset), asset)
        tx_hash = chain_hash(step.key, asset)
        yield Event(step.at, step.account, _GIVEN[verb], step.key, sent=quantity, tx_hash=tx_hash, note=" ".join(note))

    def _bad(self, step: Step) -> Iterator[Event]:
        """`bad 12,5 KAS`: an amount as it stands in a damaged export."""
        yield Event(step.at, step.account, "bad", step.key, note=" ".join(step.words[1:]))


def chain_hash(key: str, asset: str) -> str:
    """A transaction's hash as the chain of `asset` writes it."""
    return ("0x" if asset in _ETHEREUM_LIKE else "") + hex_hash(key)
