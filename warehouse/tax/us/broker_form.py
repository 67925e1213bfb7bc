"""A Form 1099-DA as a CSV file: one line a sale, columns by box. Pure.

Brokers hand the form out as CSV under headings of their own. Recognized are the boxes by number (`1a`, `box 1f`,
`1f_proceeds`), the words of the form (`Date sold or disposed`, `Cost or other basis`) and the headings of a common
issuer (`asset_symbol`, `disposed_date`, `cost_basis`). Capitals, spaces and signs in a heading make no difference.

Needed are the asset (1a or 1b), 1c, 1e and 1f; what else is missing is blank. Columns that are not understood are left
out only where they can not change a figure: see `IGNORED`; any other stops with its name.

Belongs here: what a cell says. Does not belong here: what it is compared with (`broker_match.py`).
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from warehouse.exact import QUANTITY_PLACES, USD_PLACES, to_units

ASSET, UNITS, ACQUIRED, SOLD, PROCEEDS = "1a/1b asset", "1c units", "1d acquired", "1e sold", "1f proceeds"
COST, WASH, BASIS_REPORTED, NET = "1g basis", "1i wash sale", "2 basis reported", "3a gross or net"
TERM, NONCOVERED, AGGREGATE, TRANSFERRED = "6 term", "9 noncovered", "11 aggregate", "12b transferred in"
SYMBOL, NAME = "symbol", "1b name"

_HEADINGS: Mapping[str, tuple[str, ...]] = {
    SYMBOL: ("assetsymbol", "symbol", "asset", "ticker", "currency", "digitalasset"),
    ASSET: ("1a", "box1a", "codefordigitalasset", "1acode"),
    NAME: ("1b", "box1b", "nameofdigitalasset", "assetname", "1bname"),
    UNITS: ("1c", "box1c", "numberofunits", "units", "assetquantity", "quantity", "1cunits"),
    ACQUIRED: ("1d", "box1d", "dateacquired", "acquireddate", "1dacquired", "1ddateacquired"),
    SOLD: (
        "1e", "box1e", "datesold", "datesoldordisposed", "dateofsale", "disposeddate", "saledate", "1esold",
        "1edatesoldordisposed",
    ),
    PROCEEDS: ("1f", "box1f", "proceeds", "grossproceeds", "1fproceeds"),
    COST: ("1g", "box1g", "costorotherbasis", "costbasis", "basis", "1gbasis", "1gcostorotherbasis"),
    WASH: ("1i", "box1i", "washsalelossdisallowed", "washsale", "1iwashsalelossdisallowed"),
    BASIS_REPORTED: ("2", "box2", "basisreportedtoirs", "checkifbasisreportedtoirs", "basisreported"),
    NET: ("3a", "box3a", "proceedstype", "grossproceedsornetproceeds", "reportedtoirs"),
    TERM: ("6", "box6", "gainlossclassification", "term", "shorttermorlongterm", "typeofgainorloss"),
    NONCOVERED: ("9", "box9", "noncovered", "isnoncoveredsecurity", "noncoveredsecurity"),
    AGGREGATE: ("11a", "box11a", "aggregatestablecoinnft"),
    TRANSFERRED: ("12b", "box12b", "transferredindate", "datetransferredin"),
}  # fmt: skip
IGNORED = re.compile(
    r"^(|(box)?(1h|3b|4|5|7|8|1[0-9][a-z]?)|accountid|accountnumber|assetdtifcode|federaltaxwithheld|cashproceeds"
    r"|customerprovided.*|transactionid|description|state.*|corrected|tin|recipient.*|payer.*|filer.*|taxyear"
    r"|gainorloss|gain|accruedmarketdiscount|checkboxonform8949|applicablecheckbox.*)$"
)
"""Headings that change no figure here: withholding, state, account, codes, and gains that are worked out anyway."""

_NAMES = {
    "bitcoin": "BTC", "ethereum": "ETH", "ether": "ETH", "solana": "SOL", "litecoin": "LTC", "dogecoin": "DOGE",
    "cardano": "ADA", "tether": "USDT", "usd coin": "USDC", "ripple": "XRP", "polkadot": "DOT", "bitcoin cash": "BCH",
}  # fmt: skip
"""Names of box 1b; any other is taken as the symbol, for `[aliases]` to translate."""

_KNOWN = {name: column for column, names in _HEADINGS.items() for name in names}
_NEEDED = (UNITS, SOLD, PROCEEDS)
_NO_LETTERS = re.compile(r"[\W_]+")
_AMOUNT = re.compile(r"\$?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?", re.ASCII)
_REGISTRY_CODE = re.compile(r"(?=.*\d)[A-Z0-9]{9}", re.ASCII)
"""A code of the digital token registry, which box 1a may have in the symbol's place; box 1b then names the asset."""

_YES = frozenset({"true", "yes", "y", "x", "1", "checked"})
_NO = frozenset({"false", "no", "n", "", "0", "unchecked"})
_VARIOUS = frozenset({"", "various", "n/a", "unknown"})
_DATES = ("%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d", "%m-%d-%Y")
_TERMS = {"": None, "s": "short", "l": "long", "o": "ordinary"}


class BrokerFormError(ValueError):
    """A file says something that no Form 1099-DA says. Names file, line, column and what was expected."""


@dataclass(frozen=True, slots=True)
class ReportedSale:
    """A line of the form. Units are integers of 10^-18, money integers of 10^-8 USD.

    `unit_places` are the decimals in which the broker wrote the units. `acquired_date` is `None` where blank or
    VARIOUS, `sold_date` only on a line that adds up many sales.
    """

    line: int
    asset: str
    units: int
    unit_places: int
    acquired_date: date | None
    sold_date: date | None
    proceeds: int
    cost: int | None = None
    wash_sale: int | None = None
    is_basis_reported: bool = False
    is_net: bool = False
    term: str | None = None
    is_noncovered: bool = False
    is_aggregate: bool = False
    transferred_in_date: date | None = None


def read_broker_form(lines: Iterable[str], *, file: str, aliases: Mapping[str, str]) -> list[ReportedSale]:
    """Every line of the file. Raises `BrokerFormError`.

    A file without any line below its header is one of a broker that reported nothing.
    """
    reader = csv.reader(lines, skipinitialspace=True)
    columns = _header(next(reader, []), file)
    return [
        _sale(_Row(file, reader.line_num, columns, [cell.strip() for cell in cells]), aliases)
        for cells in reader
        if any(cell.strip() for cell in cells)
    ]


def _header(cells: list[str], file: str) -> list[str]:
    names: list[str] = []
    for cell in cells:
        plain = _NO_LETTERS.sub("", cell.lstrip("\ufeff").casefold())
        if plain not in _KNOWN and not IGNORED.match(plain):
            raise BrokerFormError(
                f"{file}, line 1: the column {cell.strip()!r} is not understood. Name the columns by box, as 1a, 1c, "
                "1d, 1e, 1f, 1g, 2, 3a, 6, 9; remove those that are in no box"
            )
        names.append(_KNOWN.get(plain, ""))
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise BrokerFormError(f"{file}, line 1: two columns say {', '.join(twice)}. Remove or rename one of them")
    absent = [name for name in _NEEDED if name not in names]
    if not {SYMBOL, ASSET, NAME} & set(names):
        absent.insert(0, ASSET)
    if absent:
        raise BrokerFormError(
            f"{file}, line 1: no column for box {', '.join(absent)}. Expected columns by box: 1a, 1c, 1d, 1e, 1f, 1g, "
            "2, 3a, 6, 9"
        )
    return names


class _Row:
    """A line of the file, its cells by column; what is wrong in one is said with its place."""

    def __init__(self, file: str, line: int, columns: list[str], cells: list[str]) -> None:
        self.file, self.line = file, line
        if len(cells) > len(columns) and any(cells[len(columns) :]):
            raise BrokerFormError(f"{file}, line {line}: {len(cells)} cells. Expected {len(columns)}")
        self._cells = dict(zip(columns, cells, strict=False))

    def text(self, column: str) -> str:
        return self._cells.get(column, "")

    def wrong(self, column: str, expected: str) -> BrokerFormError:
        return BrokerFormError(
            f"{self.file}, line {self.line}, box {column}: expected {expected}, found {self.text(column)!r}"
        )

    def number(self, column: str, places: int) -> tuple[int, int] | None:
        """The number of a cell as an integer of 10^-`places`, and how many decimals it was written with."""
        text = self.text(column)
        if not text:
            return None
        try:
            if not _AMOUNT.fullmatch(text):
                raise InvalidOperation
            value = Decimal(text.replace("$", "").replace(",", ""))
            return to_units(value, places), max(0, -int(value.as_tuple().exponent))
        except ArithmeticError:
            raise self.wrong(column, f"an amount such as 1234.5, with at most {places} decimals") from None

    def day(self, column: str) -> date | None:
        """The date of a cell; a time after it is left out."""
        text = self.text(column)
        if text.casefold() in _VARIOUS:
            return None
        for form in _DATES:
            try:
                return datetime.strptime(re.split(r"[T ]", text)[0], form).date()  # noqa: DTZ007 - a date only
            except ValueError:
                continue
        raise self.wrong(column, "a date as MM/DD/YYYY or YYYY-MM-DD, or VARIOUS")

    def flag(self, column: str, *, also: frozenset[str] = frozenset()) -> bool:
        """Whether a box is checked."""
        text = self.text(column).casefold()
        if text in _YES | also:
            return True
        if text in _NO:
            return False
        raise self.wrong(column, "a checked box as TRUE, yes or X, or an empty one")


def _sale(row: _Row, aliases: Mapping[str, str]) -> ReportedSale:
    code = row.text(ASSET)
    asset = row.text(SYMBOL) or ("" if _REGISTRY_CODE.fullmatch(code) else code) or row.text(NAME) or code
    if not asset:
        raise row.wrong(ASSET, "the digital asset's symbol")
    asset = _NAMES.get(asset.casefold(), asset.upper() if asset.islower() else asset)
    units = row.number(UNITS, QUANTITY_PLACES)
    proceeds = row.number(PROCEEDS, USD_PLACES)
    if units is None or not units[0]:
        raise row.wrong(UNITS, "a number of units above zero")
    if proceeds is None:
        raise row.wrong(PROCEEDS, "an amount")
    is_aggregate = bool(row.text(AGGREGATE)) and row.text(AGGREGATE).casefold() not in _NO
    sold = row.day(SOLD)
    if sold is None and not is_aggregate:
        raise row.wrong(SOLD, "the date of the sale (it may be blank only where box 11a is checked)")
    cost, wash = row.number(COST, USD_PLACES), row.number(WASH, USD_PLACES)
    is_basis_reported = row.flag(BASIS_REPORTED)
    if is_basis_reported and cost is None:
        raise row.wrong(COST, "the basis, as box 2 says that it was reported")
    term = row.text(TERM).casefold()[:1]
    if term not in _TERMS:
        raise row.wrong(TERM, "short, long or ordinary")
    return ReportedSale(
        line=row.line,
        asset=aliases.get(asset, asset),
        units=units[0],
        unit_places=units[1],
        acquired_date=row.day(ACQUIRED),
        sold_date=sold,
        proceeds=proceeds[0],
        cost=None if cost is None else cost[0],
        wash_sale=None if wash is None else wash[0],
        is_basis_reported=is_basis_reported,
        is_net="net" in row.text(NET).casefold(),
        term=_TERMS[term],
        is_noncovered=row.flag(NONCOVERED),
        is_aggregate=is_aggregate,
        transferred_in_date=row.day(TRANSFERRED),
    )
