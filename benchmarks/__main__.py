"""Every benchmark, in a few minutes: `make bench`.

Belongs here: running them one after the other. Does not belong here: measuring.
"""

import subprocess
import sys

WALLET = ["benchmarks.chain", "--transactions", "2000", "--blocks", "20000"]
COMMANDS = (
    ["benchmarks.lots"],
    ["benchmarks.rival"],
    ["benchmarks.build", "10000", "100000"],
    ["benchmarks.harvest"],
    WALLET,
    ["benchmarks.tax"],
)

for command in COMMANDS:
    print("==", *command, flush=True)
    subprocess.run([sys.executable, "-m", *command], check=True)
