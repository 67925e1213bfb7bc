"""The benchmarks, one after the other: `make bench`, or only some of them.

    python -m benchmarks                 all of them: some ten minutes on a free machine
    python -m benchmarks lots build      only these
    python -m benchmarks --list          what there is

Belongs here: choosing, and running each in a process of its own. Does not belong here: measuring.
"""

import argparse
import subprocess
import sys

PARTS: dict[str, tuple[str, list[str]]] = {
    "lots": ("the lot engine: events a second by method and size, beside its floors", ["benchmarks.lots"]),
    "rival": ("the same events by rp2, as ratios (sets up an environment for it)", ["benchmarks.rival"]),
    "build": (
        "from raw to published: seconds of each step and peak memory at 10,000, 100,000 and 1,000,000 transactions",
        ["benchmarks.build", "10000", "100000", "1000000"],
    ),
    "harvest": ("plans and candidates of 10,000 lots; 200 books against simpler rules", ["benchmarks.harvest"]),
    "chain": (
        "a wallet by each way of finding, on a real node and a made-up one: requests against the least possible",
        ["benchmarks.chain", "--transactions", "2000", "--blocks", "20000", "--real", "5000"],
    ),
    "tax": ("the tax function: returns a second", ["benchmarks.tax"]),
    "pairing": (
        "transfers of 1,000 made-up worlds: how many pairs are found, and how many are false",
        ["benchmarks.pairing"],
    ),
}
BY_DEFAULT = ("lots", "rival", "build", "harvest", "chain", "tax")


def main() -> None:
    """Run the parts that are named."""
    listed = "\n".join(f"  {name:<9} {told}" for name, (told, _) in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Speed and size, as ratios in one run. Each part is a program with options of its own: "
        "`python -m benchmarks.build --help`.",
        epilog=f"parts:\n{listed}\n\nwithout any: {', '.join(BY_DEFAULT)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help="which to run, in this order")
    parser.add_argument("--list", action="store_true", help="list the parts and stop")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.parts) - PARTS.keys())
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}: choose from {', '.join(PARTS)}")
    if arguments.list:
        print(listed)
        return
    for name in arguments.parts or BY_DEFAULT:
        command = PARTS[name][1]
        print("==", *command, flush=True)
        subprocess.run([sys.executable, "-m", *command], check=True)


if __name__ == "__main__":
    main()
