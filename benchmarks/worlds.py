"""Made-up people (seeded): what they truly moved, and what each of their sources tells of it.

True events are known. A source leaves out hashes, takes network fees out of the amount or lists them in another coin,
rounds, has a clock of its own, holds withdrawals back, splits and batches them, has lost its beginning, calls a coin by
another name, and strangers pay and are paid in the same days with the same round amounts.

Belongs here: worlds. Does not belong here: judging what the books make of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from connectors.records import Kind, Posting, Transaction

START = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 330
PRICES = {"BTC": "60000", "ETH": "3000", "SOL": "150", "XRP": "0.6", "USDC": "1", "KAS": "0.1", "BNB": "600"}
_FEES = {"BTC": "0.0002", "ETH": "0.002", "SOL": "0.01", "XRP": "0.2", "USDC": "2", "KAS": "0.5"}
_ROUND = {"BTC": ("0.1", "0.5", "0.05"), "ETH": ("1", "0.5", "2"), "SOL": ("10", "5", "20"), "XRP": ("500", "1000"),
          "USDC": ("500", "1000", "2500"), "KAS": ("5000", "10000")}  # fmt: skip
_MINUTES = {"BTC": 40, "ETH": 6, "SOL": 2, "XRP": 2, "USDC": 6, "KAS": 3}
_PLACES = Decimal("0.00000001")
_ACCOUNTS = ("kraken", "binance", "old", "cold", "warm", "phone")


@dataclass(frozen=True, slots=True)
class Source:
    """How one account tells what happened in it. `decimals` is what it rounds to, `None` where it does not."""

    name: str
    hash_share: float
    tells_address: bool
    fee: str = "listed"
    decimals: int | None = None
    skew: timedelta = timedelta(0)
    begins: datetime = START
    names: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class World:
    """What the sources tell, by account and stream, and which postings are truly two ends of one movement.

    `pairs` has only pairs of which both ends are told; `copies` are transactions told a second time, each with the one
    that it repeats; `lost` counts rows of before a source's beginning.
    """

    sources: dict[str, Source]
    rows: dict[tuple[str, str], list[Transaction]] = field(default_factory=dict)
    pairs: set[tuple[str, str]] = field(default_factory=set)
    copies: dict[str, str] = field(default_factory=dict)
    lost: int = 0
    aliases: dict[str, str] = field(default_factory=dict)

    def addresses(self, account: str) -> tuple[str, ...]:
        """The addresses that the configuration knows of an account: those of wallets that are read from a chain."""
        return tuple(_address(account, asset) for asset in _FEES) if account in ("cold", "warm") else ()


def make_world(seed: int, *, is_plain: bool = False) -> World:
    """The world of `seed`; `is_plain`: told by sources without a fault, so that it says what is true."""
    maker = _Maker(Random(seed), World(_sources(Random(seed + 1_000_000), is_plain=is_plain)))
    maker.live()
    return maker.world


def _sources(random: Random, *, is_plain: bool) -> dict[str, Source]:
    if is_plain:
        return {name: Source(name, 1.0, tells_address=True) for name in _ACCOUNTS}

    def skew() -> timedelta:
        return timedelta(seconds=random.randint(-900, 900))

    late = START + timedelta(days=random.randint(20, 150))
    begins = [late if _happens(random, chance) else START for chance in (0.05, 0.1, 0.2)]
    renamed = {"BTC": "XBT"} if _happens(random, 0.3) else {}
    told = [
        Source(
            "kraken",
            0.9,
            tells_address=True,
            fee=random.choice(["listed", "taken"]),
            skew=skew(),
            names=renamed,
            begins=begins[0],
        ),
        Source(
            "binance",
            0.95,
            tells_address=_happens(random, 0.7),
            fee=random.choice(["listed", "third"]),
            skew=skew(),
            begins=begins[1],
        ),
        Source(
            "old",
            random.choice([0.0, 0.3]),
            tells_address=False,
            fee=random.choice(["taken", "listed"]),
            decimals=random.choice([None, 4, 6]),
            skew=skew(),
            begins=begins[2],
        ),
        Source("cold", 1.0, tells_address=True),
        Source("warm", 1.0, tells_address=True),
        Source("phone", 0.0, tells_address=False, fee="taken"),
    ]
    return {source.name: source for source in told}


def _happens(random: Random, chance: float) -> bool:
    return random.random() < chance


def _address(account: str, asset: str) -> str:
    return f"{asset.lower()}-shared-{account}" if asset == "XRP" else f"{asset.lower()}-of-{account}"


class _Maker:
    """Lives a life: every happening is drawn once, so that a plain world and a told one have the same truth."""

    def __init__(self, random: Random, world: World) -> None:
        self._random = random
        self._telling = Random(random.random())  # what sources do with it, apart from what happens
        self.world = world
        self._number = 0

    def live(self) -> None:
        """Purchases first, then half a year and more of everything, in order of time."""
        for asset in _FEES:
            for account in self.world.sources:
                quantity = Decimal(PRICES["BTC"]) / Decimal(PRICES[asset]) * 10
                self._buy(account, asset, START + timedelta(hours=1), quantity)
        for account in self.world.sources:
            self._buy(account, "BNB", START + timedelta(hours=1), Decimal(10))
        for _ in range(self._random.randint(25, 60)):
            at = START + timedelta(minutes=self._random.randint(2 * 1440, DAYS * 1440))
            asset = self._random.choice(sorted(_FEES))
            happening = self._random.choices(
                [
                    self._transfer,
                    self._split,
                    self._batch,
                    self._pay,
                    self._receive,
                    self._sell,
                    self._reward,
                    self._twins,
                ],
                weights=[45, 4, 4, 8, 8, 14, 8, 4],
            )[0]
            happening(asset, at)

    def _quantity(self, asset: str) -> Decimal:
        if _happens(self._random, 0.4):
            return Decimal(self._random.choice(_ROUND[asset]))
        whole = Decimal(self._random.choice(_ROUND[asset]))
        return (whole * Decimal(self._random.randint(10**7, 3 * 10**8)) / Decimal(10**8)).quantize(_PLACES)

    def _two(self) -> tuple[str, str]:
        first, second = self._random.sample(sorted(self.world.sources), 2)
        return first, second

    def _hash(self) -> str:
        return f"{self._random.getrandbits(256):064x}"

    def _delay(self, asset: str) -> timedelta:
        """From the sending to the crediting; and now and then a venue holds for a day or two."""
        usual = timedelta(minutes=_MINUTES[asset] * (0.5 + self._random.expovariate(1)))
        return usual + timedelta(hours=self._random.uniform(3, 50)) if _happens(self._random, 0.05) else usual

    def _transfer(self, asset: str, at: datetime) -> None:
        one, other = self._two()
        self._moves(asset, at, one, [self._quantity(asset)], other=other)

    def _twins(self, asset: str, at: datetime) -> None:
        """The same round amount twice within hours, to two places."""
        quantity = Decimal(_ROUND[asset][0])
        for hours in (0, self._random.randint(1, 30)):
            one, other = self._two()
            self._moves(asset, at + timedelta(hours=hours), one, [quantity], other=other)

    def _split(self, asset: str, at: datetime) -> None:
        one, other = self._two()
        parts = [self._quantity(asset) for _ in range(self._random.randint(2, 3))]
        self._moves(asset, at, one, [sum(parts, Decimal(0))], other=other, came=parts)

    def _batch(self, asset: str, at: datetime) -> None:
        one, other = self._two()
        parts = [self._quantity(asset) for _ in range(self._random.randint(2, 3))]
        self._moves(asset, at, one, parts, other=other, came=[sum(parts, Decimal(0))])

    def _moves(
        self, asset: str, at: datetime, one: str, left: Sequence[Decimal], *, other: str, came: Sequence[Decimal] = ()
    ) -> None:
        """What leaves `one` arrives in `other`: as much in each posting as left, or as `came` says."""
        tx_hash, came = self._hash(), came or left
        arrived = at + self._delay(asset)
        fee = Decimal(_FEES[asset])
        taken = self._random.randint(0, len(left) - 1)
        sent = [
            self._send(
                one,
                at + timedelta(minutes=number),
                (asset, quantity),
                fee=fee if number == taken else None,
                tx_hash=tx_hash,
                to=other,
            )
            for number, quantity in enumerate(left)
        ]
        got = [
            self._get(other, arrived + timedelta(minutes=number), (asset, quantity), tx_hash=tx_hash)
            for number, quantity in enumerate(came)
        ]
        self.world.pairs |= {(a, b) for a in sent for b in got if a is not None and b is not None}
        if _happens(self._random, 0.1):  # a venue pays a stranger in the same transaction of the chain
            self._send(one, at, (asset, self._quantity(asset)), fee=fee, tx_hash=tx_hash, to=None)

    def _pay(self, asset: str, at: datetime) -> None:
        moved = (asset, self._quantity(asset))
        self._send(self._two()[0], at, moved, fee=Decimal(_FEES[asset]), tx_hash=self._hash(), to=None)

    def _receive(self, asset: str, at: datetime) -> None:
        self._get(self._two()[0], at, (asset, self._quantity(asset)), tx_hash=self._hash())

    def _send(
        self,
        account: str,
        at: datetime,
        moved: tuple[str, Decimal],
        *,
        fee: Decimal | None,
        tx_hash: str,
        to: str | None,
    ) -> str | None:
        source = self.world.sources[account]
        asset, quantity = moved
        fees: list[tuple[str, Decimal]] = []
        if fee is not None and source.fee == "taken":
            quantity += fee
        elif fee is not None:
            fees = [("BNB", Decimal("0.001")) if source.fee == "third" else (asset, fee)]
        address = _address(to, asset) if to else f"stranger-{self._random.getrandbits(40)}"
        sent = [(asset, -quantity)]
        return self._tell(source, "withdrawal", at, sent, fees=fees, tx_hash=tx_hash, address=address)

    def _get(self, account: str, at: datetime, moved: tuple[str, Decimal], *, tx_hash: str) -> str | None:
        address = _address(account, moved[0])
        return self._tell(self.world.sources[account], "deposit", at, [moved], tx_hash=tx_hash, address=address)

    def _buy(self, account: str, asset: str, at: datetime, quantity: Decimal) -> None:
        quantity = quantity.quantize(_PLACES)
        paid = (quantity * Decimal(PRICES[asset])).quantize(Decimal("0.01"))
        self._tell(self.world.sources[account], "trade", at, [(asset, quantity), ("USD", -paid)])

    def _sell(self, asset: str, at: datetime) -> None:
        quantity = self._quantity(asset)
        brought = (quantity * Decimal(PRICES[asset]) * self._random.randint(80, 130) / 100).quantize(Decimal("0.01"))
        self._tell(self.world.sources[self._two()[0]], "trade", at, [(asset, -quantity), ("USD", brought)])

    def _reward(self, asset: str, at: datetime) -> None:
        quantity = (self._quantity(asset) / 1000).quantize(_PLACES)
        self._tell(self.world.sources[self._two()[0]], "reward", at, [(asset, quantity)])

    def _tell(
        self,
        source: Source,
        kind: Kind,
        at: datetime,
        moved: Sequence[tuple[str, Decimal]],
        *,
        fees: Sequence[tuple[str, Decimal]] = (),
        tx_hash: str | None = None,
        address: str | None = None,
    ) -> str | None:
        """The row of a source, and the id of its first posting; `None` where the source has lost it."""
        self._number += 1
        tells_hash = _happens(self._telling, source.hash_share)
        if at < source.begins:
            self.world.lost += 1
            return None
        self.world.aliases.update({name: asset for asset, name in source.names.items()})
        postings = [
            Posting(source.names.get(asset, asset), _text(source, quantity, asset)) for asset, quantity in moved
        ]
        postings += [Posting(source.names.get(asset, asset), f"{-fee:f}", "fee") for asset, fee in fees]
        name, stream = f"{kind[0].upper()}{self._number}", f"{kind}s"
        self.world.rows.setdefault((source.name, stream), []).append(
            Transaction(
                id=name,
                kind=kind,
                occurred_at=at + source.skew,
                postings=postings,
                payload=f'{{"id": "{name}"}}',
                tx_hash=tx_hash if tells_hash else None,
                counterparty=address if source.tells_address else None,
            )
        )
        return f"{source.name}/{stream}/{name}#1"


def _text(source: Source, quantity: Decimal, asset: str) -> str:
    if source.decimals is None or asset == "USD":
        return f"{quantity:f}"
    return f"{quantity.quantize(Decimal(1).scaleb(-source.decimals), ROUND_HALF_UP):f}"
