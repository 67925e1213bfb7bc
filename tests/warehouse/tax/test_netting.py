"""Schedule D's netting and the carryover worksheet: the official examples by id, and what must always hold."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.golden import golden_example, golden_ids
from warehouse.tax.us.netting import Carryover, carryover_worksheet, loss_limit_usd, net_year

NOTHING = Carryover()
usd = st.decimals(-(10**9), 10**9, places=8)
positive_usd = st.decimals(0, 10**9, places=8)
limits = st.sampled_from([Decimal(3000), Decimal(1500)])


@pytest.mark.parametrize("example_id", golden_ids("us-carry-ws-"))
def test_worksheet__official_rule__gives_the_example(example_id: str) -> None:
    example = golden_example(example_id)
    given_, expected = example["inputs"], example["expected"]
    netting = net_year(
        short_gain_usd=Decimal(given_["schD_line7"]),
        long_gain_usd=Decimal(given_["schD_line15"]),
        carried_in=NOTHING,
        limit_usd=Decimal(given_["limit"]),
    )
    assert netting.net_gain_usd == Decimal(expected["schD_line16"])
    assert netting.deductible_loss_usd == Decimal(expected["deduction_line21"])
    worksheet = carryover_worksheet(netting, taxable_income_usd=Decimal(given_["taxable_income_1040_line15_signed"]))
    assert worksheet.carryover == Carryover(Decimal(expected["st_carryover"]), Decimal(expected["lt_carryover"]))


@pytest.mark.parametrize("term", ["short", "long"])
def test_worksheet__us_carry_pub550__bob_and_shelly_carry_4000(term: str) -> None:
    example = golden_example("us-carry-pub550")
    loss = Decimal(example["inputs"]["net_capital_loss"])
    netting = net_year(
        short_gain_usd=loss if term == "short" else Decimal(0),
        long_gain_usd=loss if term == "long" else Decimal(0),
        carried_in=NOTHING,
        limit_usd=loss_limit_usd(example["inputs"]["status"]),
    )
    worksheet = carryover_worksheet(netting, taxable_income_usd=Decimal(example["inputs"]["taxable_income"]))
    assert netting.deductible_loss_usd == Decimal(example["expected"]["deducted"])
    assert worksheet.carryover.short_usd + worksheet.carryover.long_usd == Decimal(example["expected"]["carryover"])


def test_worksheet__every_line__is_as_filled_in_by_hand() -> None:
    """Line 7 is -4,000, line 15 is -6,500, line 21 is (3,000); taxable income -1,200: 1,800 of the 3,000 is used."""
    worksheet = carryover_worksheet(
        net_year(
            short_gain_usd=Decimal(-4000), long_gain_usd=Decimal(-6500), carried_in=NOTHING, limit_usd=Decimal(3000)
        ),
        taxable_income_usd=Decimal(-1200),
    )
    by_hand = {1: -1200, 2: 3000, 3: 1800, 4: 1800, 5: 4000, 6: 0, 7: 1800, 8: 2200}
    by_hand |= {9: 6500, 10: 0, 11: 0, 12: 0, 13: 6500}
    assert {line: getattr(worksheet, f"line_{line}") for line in range(1, 14)} == by_hand


def test_worksheet__income_not_known__is_as_if_it_were_large() -> None:
    netting = net_year(
        short_gain_usd=Decimal(-1000), long_gain_usd=Decimal(-6500), carried_in=NOTHING, limit_usd=Decimal(3000)
    )
    unknown = carryover_worksheet(netting, taxable_income_usd=None)
    assert (unknown.line_1, unknown.line_3) == (None, None)
    assert unknown.carryover == carryover_worksheet(netting, taxable_income_usd=Decimal(10**6)).carryover
    assert unknown.carryover == Carryover(Decimal(0), Decimal(4500))


@pytest.mark.parametrize(("gain", "usable"), [(5000, 8000), (-1000, 2000), (-3000, 0), (-9000, 0)])
def test_usable_loss__gains_so_far__is_what_still_counts_this_year(gain: int, usable: int) -> None:
    netting = net_year(
        short_gain_usd=Decimal(gain), long_gain_usd=Decimal(0), carried_in=NOTHING, limit_usd=Decimal(3000)
    )
    assert netting.usable_loss_usd == usable


def test_loss_limit__married_filing_separately__is_half() -> None:
    assert loss_limit_usd("married_separate") == Decimal(1500)
    assert loss_limit_usd("married_joint") == Decimal(3000)


def test_loss_limit__unknown_status__names_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'wed' is none of head_of_household, married_joint"):
        loss_limit_usd("wed")


def test_carryover__negative__is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        Carryover(Decimal(-1))


@given(usd, usd, positive_usd, positive_usd, limits)
def test_netting_and_worksheet__large_income__lose_nothing(
    short: Decimal, long: Decimal, short_in: Decimal, long_in: Decimal, limit: Decimal
) -> None:
    """A net loss is either deducted now or carried on, to the last unit."""
    netting = net_year(
        short_gain_usd=short, long_gain_usd=long, carried_in=Carryover(short_in, long_in), limit_usd=limit
    )
    out = carryover_worksheet(netting, taxable_income_usd=None).carryover
    net = short + long - short_in - long_in
    assert netting.net_gain_usd == net
    assert max(-net, Decimal(0)) == netting.deductible_loss_usd + out.short_usd + out.long_usd


@given(usd, usd, limits, usd)
def test_worksheet__any_income__follows_section_1212(
    short: Decimal, long: Decimal, limit: Decimal, income: Decimal
) -> None:
    """IRC 1212(b) by its words: the deduction used up counts as a short-term gain, then each term's excess carries."""
    netting = net_year(short_gain_usd=short, long_gain_usd=long, carried_in=NOTHING, limit_usd=limit)
    used = max(Decimal(0), min(netting.deductible_loss_usd, income + netting.deductible_loss_usd))
    short_loss, long_loss = -(short + used), -long
    out = carryover_worksheet(netting, taxable_income_usd=income).carryover
    if netting.net_gain_usd < 0:
        assert out.short_usd == max(Decimal(0), short_loss - max(Decimal(0), -long_loss))
        assert out.long_usd == max(Decimal(0), long_loss - max(Decimal(0), -short_loss))
    else:
        assert out == Carryover()
