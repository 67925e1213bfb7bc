"""`lotkeeper scores` on the sample book: a night in October, and what was sold since."""

import json
from decimal import Decimal
from pathlib import Path

from support.command import lotkeeper
from support.sample import copy_sample


def test_scores__an_earlier_night_of_the_sample__is_set_beside_what_was_sold(tmp_path: Path) -> None:
    config = copy_sample(tmp_path)
    lotkeeper("sync", "--config", config, "--as-of", "2026-10-15T07:00:00Z")
    assert "no plan of an earlier night" in lotkeeper("scores", "--config", config).stdout
    lotkeeper("sync", "--config", config)
    told = json.loads(lotkeeper("scores", "--config", config, "--format", "json").stdout)
    rows = {(row["account"], row["asset"]): row for row in told}
    sold = rows["kraken", "BTC"]
    # TIOT7B-PUXOJ-M6JI4O in examples/venues/kraken/TradesHistory.json: 0.03 at 103,282 for 3,098.46, fee 12.3938
    assert (sold["outcome"], Decimal(sold["sold_quantity"])) == ("partly", Decimal("0.03"))
    assert Decimal(sold["actual_price_usd"]) == 103282
    assert Decimal(sold["actual_proceeds_usd"]) == Decimal("3098.46") - Decimal("12.3938")
    assert any("0.03 of" in reason for reason in sold["reasons"])
    waiting = [row for row in told if row["outcome"] == "open"]
    assert waiting
    assert all(row["missed_loss_usd"] is not None for row in waiting)
    shown = lotkeeper("scores", "--config", config, "--limit", "1").stdout
    assert "What came of planned sales" in shown
