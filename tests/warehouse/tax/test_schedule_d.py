"""Schedule D and the carryover worksheet, line by line: the official examples by id, and years in a chain."""

from decimal import Decimal

import pytest

from support.golden import golden_example, golden_ids
from warehouse.tax.us.form_8949 import CENT, Part, fill_columns, schedule_d_line
from warehouse.tax.us.netting import Carryover
from warehouse.tax.us.schedule_d import FormLines, FormYear, Totals, schedule_d


def gain(amount: str) -> Totals:
    return Totals(gain_usd=Decimal(amount))


def amounts(filled: FormLines, form: str = "schedule_d") -> dict[str, Decimal | None]:
    return {line.line: line.amount_usd for line in filled.lines if line.form == form}


def test_schedule_d__us_schedd_ex1__takes_totals_without_rows_to_line_8a() -> None:
    example = golden_example("us-schedd-ex1")
    sums = [Decimal(0)] * 4
    for sold, expected in zip(example["inputs"]["tx"], ("8a_first_only", "8a_both"), strict=True):
        part = Part(
            "long",
            int(sold["proceeds"]) * 10**8,
            int(sold["basis"]) * 10**8,
            reported_proceeds=int(sold["proceeds"]) * 10**8,
            reported_cost=int(sold["basis"]) * 10**8,
            is_basis_reported=example["inputs"]["basis_reported"],
        )
        columns = fill_columns(part, unit=CENT)
        assert columns.code == ""
        row = (columns.proceeds, columns.cost, columns.adjustment, columns.gain)
        sums = [total + Decimal(amount).scaleb(-8) for total, amount in zip(sums, row, strict=True)]
        line = schedule_d_line("long", "basis_reported", is_total=not columns.code)
        (filled,) = schedule_d([FormYear(2025, {line: Totals(*sums)})], present_year=2026)
        (line_8a,) = [found for found in filled.lines if found.line == "8a"]
        assert line_8a.totals == Totals(
            Decimal(example["expected"][expected]["d"]),
            Decimal(example["expected"][expected]["e"]),
            Decimal(0),
            Decimal(example["expected"][expected]["h"]),
        )
        assert amounts(filled)["16"] == Decimal(example["expected"][expected]["h"])


@pytest.mark.parametrize("example_id", golden_ids("us-carry-ws-"))
def test_schedule_d__us_carry_ws__stands_on_the_lines_of_two_years(example_id: str) -> None:
    example = golden_example(example_id)
    given_, expected = example["inputs"], {name: Decimal(text) for name, text in example["expected"].items()}
    first, second = schedule_d(
        [
            FormYear(
                2024,
                {"3": gain(given_["schD_line7"]), "10": gain(given_["schD_line15"])},
                taxable_income_usd=Decimal(given_["taxable_income_1040_line15_signed"]),
            ),
            FormYear(2025),
        ],
        present_year=2026,
    )
    assert amounts(first)["16"] == expected["schD_line16"]
    assert amounts(first)["21"] == expected["deduction_line21"]
    assert (amounts(second)["6"], amounts(second)["14"]) == (expected["st_carryover"], expected["lt_carryover"])
    worksheet = amounts(second, "carryover_worksheet")
    assert worksheet["1"] == Decimal(given_["taxable_income_1040_line15_signed"])
    assert (worksheet["8"], worksheet["13"]) == (expected["st_carryover"], expected["lt_carryover"])


def test_schedule_d__us_carry_pub550__deducts_3000_and_carries_the_rest() -> None:
    example = golden_example("us-carry-pub550")
    loss, income = Decimal(example["inputs"]["net_capital_loss"]), Decimal(example["inputs"]["taxable_income"])
    years = schedule_d(
        [
            FormYear(2025, {"3": Totals(gain_usd=loss)}, filing_status="married_joint", taxable_income_usd=income),
            FormYear(2026),
        ],
        present_year=2026,
    )
    assert amounts(years[0])["21"] == Decimal(example["expected"]["deducted"])
    assert amounts(years[1])["6"] == Decimal(example["expected"]["carryover"])


def test_schedule_d__married_separate__deducts_1500() -> None:
    (year,) = schedule_d([FormYear(2025, {"3": gain("-5000")}, filing_status="married_separate")], present_year=2026)
    assert amounts(year)["21"] == 1500


@pytest.mark.parametrize(("tax_year", "line"), [(2024, "line 7"), (2025, "line 7a")])
def test_schedule_d__form_1040__has_its_line_of_the_year(tax_year: int, line: str) -> None:
    (year,) = schedule_d([FormYear(tax_year, {"3": gain("10")})], present_year=2027)
    (line_16,) = [found for found in year.lines if found.line == "16"]
    assert line_16.description.endswith(f"to Form 1040 {line}")


def test_schedule_d__gap_in_a_year__taints_what_rests_on_it_until_a_carryover_is_told() -> None:
    years = schedule_d(
        [
            FormYear(2023, gap_count=2),
            FormYear(2024),
            FormYear(2025, carried_in=Carryover(Decimal(100), Decimal(0))),
        ],
        present_year=2026,
    )
    assert [year.is_proven for year in years] == [False, False, True]
    assert "2 of what belongs on Form 8949 is kept apart" in years[0].notes[0]
    assert "the carryover rests on 2023" in " ".join(years[1].notes)
    assert amounts(years[2])["6"] == 100


def test_schedule_d__year_of_unread_forms__says_so() -> None:
    (year,) = schedule_d([FormYear(2026)], present_year=2026)
    assert "the final forms of 2026 were not known here" in " ".join(year.notes)
    assert "the year is not over" in " ".join(year.notes)


def test_schedule_d__gains_from_elsewhere__are_netted_and_stand_apart() -> None:
    year = FormYear(
        2025, {"3": gain("-500")}, other_short_gain_usd=Decimal(200), other_long_gain_usd=Decimal("1000.50")
    )
    (filled,) = schedule_d([year], present_year=2026)
    found = amounts(filled)
    assert (found["other short"], found["7"], found["15"], found["16"]) == (
        200,
        -300,
        Decimal("1000.50"),
        Decimal("700.50"),
    )
    assert found["21"] is None
