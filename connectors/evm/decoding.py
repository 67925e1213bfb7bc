"""What on-chain movements mean: rows for the books, by effect and not by protocol. Pure.

A transaction is what the owned addresses had more and less of after it, and what its gas cost. Received and given
different coins: a trade, whoever's contract did it; a mark says where one of them is a pool's own token for the others.
The rules for what only came or only went are in decision 0045.

Belongs here: kinds and postings. Does not belong here: finding movements, names (`naming.py`), what anything is worth.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.evm.gifts import ValidatorRule, rows_of_block
from connectors.evm.holdings import Holdings
from connectors.evm.known_names import contract_name, received_by, signature
from connectors.evm.movements import Happening, Movement, Tokens, TransactionFacts
from connectors.evm.naming import Names, quantity
from connectors.evm.pairs import liquidity_of
from connectors.evm.suspicion import is_bait
from connectors.records import Balance, Kind, Mark, MarkWord, Posting, Role, Transaction

_FEES = frozenset({"gas", "l2_fee"})
_INCOME: frozenset[Kind] = frozenset({"reward", "airdrop", "mining"})
_SENDS = frozenset({"0xa9059cbb", "0x23b872dd", "0x42842e0e", "0xb88d4fde", "0xf242432a"})
"""transfer, transferFrom, safeTransferFrom: somebody sends what is theirs."""

_Key = tuple[str | None, int | None]
"""Contract, and number of one of a kind; both `None` for the chain's own coin."""


@dataclass(frozen=True, slots=True)
class DecodingSettings:
    """What the user says: names of tokens by contract in lower case, and what validators' withdrawals are."""

    tokens: Mapping[str, str] = field(default_factory=dict)
    validator_withdrawals: ValidatorRule = "by_amount"


class Decoding:
    """Decodes one account on the chain called `chain`, whose own coin is `coin`.

    `owned` are the account's addresses, `family` those of all accounts of the book.
    """

    def __init__(
        self, *, chain: str, coin: str, owned: frozenset[str], family: frozenset[str], settings: DecodingSettings
    ) -> None:
        self._chain = chain
        self._owned = owned
        self._family = family | owned
        self._rule = settings.validator_withdrawals
        self.names = Names(chain=chain, coin=coin, own=settings.tokens)
        decides = [chain, coin, self.names.given, self._rule, sorted(self._family)]
        self.fingerprint = hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
        """Of what decides the decoding beside this code. Of another name, rule or family it is another one."""

    def transactions(self, happening: Happening, tokens: Tokens) -> list[Transaction]:
        """The rows that one happening makes; none if nothing of ours changed, as between two of the addresses.

        The first row's id is the transaction's hash. What nobody of ours asked for, and gas that belongs to no trade or
        transfer, are rows of their own. Amounts are exact, to the smallest unit.
        """
        facts = happening.facts
        if facts.tx_hash is None:
            return rows_of_block(happening, owned=self._owned, names=self.names, chain=self._chain, rule=self._rule)
        net = self._net(happening.movements)
        fees = [each for each in happening.movements if each.kind in _FEES and each.from_address in self._owned]
        fee = sum(each.amount for each in fees)
        marks = self._marks(facts, net, tokens)
        asked = {key: amount for key, amount in net.items() if key not in marks}
        unasked = {key: amount for key, amount in net.items() if key in marks}
        return [*self._asked(happening, asked, fee, tokens), *self._unasked(happening, unasked, marks, tokens)]

    def balances(self, held: Holdings, tokens: Tokens) -> list[Balance]:
        """What the owned addresses hold, under the names of the rows; `None` of what the contract does not tell."""
        amounts: dict[_Key, int] = {(None, None): held.coins}
        for (_, contract, token_id), amount in held.tokens.items():
            amounts[contract, token_id] = amount
        told = [posting for key, amount in amounts.items() for posting in self._posting(key, amount, tokens)]
        keys = [(contract, token_id) for _, contract, token_id in held.unanswered]
        untold = [posting.asset for key in keys for posting in self._posting(key, 0, tokens)]
        return [
            *(Balance(posting.asset, "free", posting.quantity) for posting in told),
            *(Balance(asset, "free", None) for asset in untold),
        ]

    def _net(self, movements: Sequence[Movement]) -> dict[_Key, int]:
        """What the owned addresses together have more or less of, fees apart. What came and went is not in it."""
        net: dict[_Key, int] = defaultdict(int)
        for each in movements:
            if each.kind in _FEES:
                continue
            change = (each.to_address in self._owned) - (each.from_address in self._owned)
            net[each.contract, each.token_id] += change * each.amount
        return {key: amount for key, amount in net.items() if amount}

    def _marks(self, facts: TransactionFacts, net: Mapping[_Key, int], tokens: Tokens) -> dict[_Key, MarkWord]:
        """Unknown tokens that moved without our doing, other than by a plain send.

        Nobody of ours sent the transaction, and nothing known was given or got for them: an order of ours that another
        carries out is asked for.
        """
        if facts.from_address in self._family:
            return {}
        known_out = any(amount < 0 and self.names.is_known(contract) for (contract, _), amount in net.items())
        known_in = any(amount > 0 and self.names.is_known(contract) for (contract, _), amount in net.items())
        unknown_out = any(amount < 0 and not self.names.is_known(contract) for (contract, _), amount in net.items())
        if known_out or (unknown_out and known_in):
            return {}
        marks: dict[_Key, MarkWord] = {}
        for key in net:
            contract = key[0]
            if contract is None or self.names.is_known(contract):
                continue
            if is_bait(tokens.get(contract)):
                marks[key] = "bait"
            elif facts.to_address != contract or facts.selector not in _SENDS:
                marks[key] = "unasked"
        return marks

    def _asked(self, happening: Happening, net: Mapping[_Key, int], fee: int, tokens: Tokens) -> Iterator[Transaction]:
        kind = self._kind(happening.facts, net, tokens)
        gas = self._posting((None, None), -fee, tokens, is_fee=True) if fee else []
        is_eaten = kind == "trade" and 0 < net.get((None, None), 0) <= fee  # the coins received are still proceeds
        is_apart = bool(gas) and (kind in _INCOME or is_eaten)
        if net or gas:
            postings = self._principal(net, tokens) + ([] if is_apart else gas)
            pool = liquidity_of(happening, net, tokens, self._owned) if kind == "trade" else None
            marks = [] if pool is None else [Mark(self.names.coin(pool, tokens).asset, "liquidity")]
            yield self._row(happening, "", kind, postings, marks)
        if is_apart:
            yield self._row(happening, ":gas", "fee", gas)

    def _unasked(
        self, happening: Happening, net: Mapping[_Key, int], marks: Mapping[_Key, MarkWord], tokens: Tokens
    ) -> Iterator[Transaction]:
        if not net:
            return
        kind = _plain_kind(net)
        if kind == "deposit" and all(marks[key] == "bait" for key in net):
            kind = "airdrop"
        words = {posting.asset: marks[key] for key in net for posting in self._posting(key, net[key], tokens)}
        marked = [Mark(asset, word) for asset, word in sorted(words.items())]
        yield self._row(happening, ":unasked", kind, self._principal(net, tokens), marked)

    def _kind(self, facts: TransactionFacts, net: Mapping[_Key, int], tokens: Tokens) -> Kind:
        if not net:
            return "fee"
        kind = _plain_kind(net)
        if kind == "trade" and self._is_wrap(net, tokens):
            return "wrap"
        if kind == "deposit" and facts.from_address in self._family:
            return received_by(facts.selector) or kind
        return kind

    def _is_wrap(self, net: Mapping[_Key, int], tokens: Tokens) -> bool:
        """The chain's own coin for as much of the token that stands for it, or back."""
        if len(net) != 2 or sum(net.values()) != 0 or (None, None) not in net:  # noqa: PLR2004
            return False
        contract, token_id = next(key for key in net if key != (None, None))
        return token_id is None and self.names.is_wrap_of_coin(self.names.coin(contract, tokens).asset)

    def _principal(self, net: Mapping[_Key, int], tokens: Tokens) -> list[Posting]:
        return [posting for key, amount in net.items() for posting in self._posting(key, amount, tokens)]

    def _posting(self, key: _Key, amount: int, tokens: Tokens, *, is_fee: bool = False) -> list[Posting]:
        contract, token_id = key
        role: Role = "fee" if is_fee else "principal"
        if contract is not None and token_id is not None:
            return [Posting(self.names.collectible(contract, token_id, tokens), str(amount), role)]
        coin = self.names.coin(contract, tokens)
        return [Posting(coin.asset, quantity(amount, coin.decimals), role)]

    def _row(
        self,
        happening: Happening,
        suffix: str,
        kind: Kind,
        postings: Sequence[Posting],
        marks: Sequence[Mark] = (),
    ) -> Transaction:
        facts = happening.facts
        return Transaction(
            id=f"{facts.tx_hash}{suffix}",
            kind=kind,
            occurred_at=facts.occurred_at,
            postings=postings,
            payload=facts.payload,
            tx_hash=facts.tx_hash,
            counterparty=self._counterparty(happening),
            description="; ".join([self._description(facts), *happening.notes]),
            order=facts.order,
            marks=marks,
        )

    def _counterparty(self, happening: Happening) -> str | None:
        """The one address that value came from or went to, else the contract that was called."""
        others = {
            end
            for each in happening.movements
            if each.kind not in _FEES
            for end in (each.from_address, each.to_address)
            if end is not None and end not in self._owned
        }
        return others.pop() if len(others) == 1 else happening.facts.to_address

    def _description(self, facts: TransactionFacts) -> str:
        called = signature(facts.selector) or facts.selector
        name = contract_name(self._chain, facts.to_address)
        target = facts.to_address or f"a new contract {facts.created}"
        where = f"{name} ({target})" if name else target
        text = f"{called} at {where}" if called else f"to {where}"
        sender = facts.from_address
        if sender is not None and sender not in self._owned and sender in self._family:
            text += f", sent by your own {sender}"
        return f"failed: {text}" if facts.is_failed else text


def _plain_kind(net: Mapping[_Key, int]) -> Kind:
    is_in, is_out = any(amount > 0 for amount in net.values()), any(amount < 0 for amount in net.values())
    if is_in and is_out:
        return "trade"
    return "deposit" if is_in else "withdrawal"
