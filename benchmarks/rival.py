"""rp2 1.7.2 beside the lot engine, on the same events in one run: `python -m benchmarks.rival --events 100000`.

rp2 gets an environment of its own from `rp2.lock`, under `.venv/rp2`, once. It knows one pool for each coin, so the
engine is given one as well, and sales without lots, on which rp2 stops, are left out for both. Both have to find the
same slices and, to rp2's precision, the same gain.

Belongs here: the two engines on the same events. Does not belong here: other comparisons (`lots.py`).
"""

import argparse
import json
import subprocess
import sys
import tempfile
from decimal import Decimal
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.generator import events_table
from benchmarks.lots import fastest, walk_seconds
from warehouse.lots.engine import match_lots
from warehouse.lots.policy import Method, Policy, Pool

HERE = Path(__file__).parent
METHODS: tuple[Method, ...] = ("fifo", "hifo")


def rp2_python() -> Path:
    """The interpreter of rp2's environment, made if need be."""
    folder = Path(sys.prefix) / "rp2"
    python = folder / "bin" / "python"
    if not (folder / "done").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([python, *install, "-r", HERE / "rp2.lock"], check=True)
        (folder / "done").touch()
    return python


def provable(events: pa.Table) -> pa.Table:
    """The events without the sales that find too few lots in one pool of their coin, under any of the methods."""
    matched = match_lots(events, policy=Policy(pool=Pool("universal")))
    short = pc.is_in(events.column("event_id"), matched.problems.column("event_id").combine_chunks())
    return events.filter(pc.invert(short))


def main() -> None:
    """Print seconds of both engines for each method, and how many times faster the walk and the match are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    count = parser.parse_args().events
    python = rp2_python()
    events = provable(events_table(count))
    print(f"\n{len(events):,} events, 20 assets, one pool each; rp2 is timed on computing gains alone")
    print(f"{'':8}{'rp2 s':>10}{'walk s':>10}{'x walk':>10}{'match s':>10}{'x match':>10}{'slices':>10}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.json"
        path.write_text(json.dumps(events.to_pylist(), default=_text), encoding="utf-8")
        for method in METHODS:
            command = [python, HERE / "rp2_match.py", path, method]
            told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder).stdout)
            policy = Policy(default_method=method, pool=Pool("universal"))
            disposals = match_lots(events, policy=policy).disposals
            gain = pc.sum(disposals.column("gain_usd")).as_py()
            assert told["slices"] == len(disposals), (told["slices"], len(disposals))
            assert abs(Decimal(told["gain"]) - gain) < 1, (told["gain"], gain)
            walk, match = walk_seconds(events, method), fastest(partial(match_lots, events, policy=policy))
            print(
                f"{method:8}{told['seconds']:>10.2f}{walk:>10.4f}{told['seconds'] / walk:>10,.0f}"
                f"{match:>10.3f}{told['seconds'] / match:>10,.0f}{len(disposals):>10,}"
            )


def _text(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


if __name__ == "__main__":
    main()
