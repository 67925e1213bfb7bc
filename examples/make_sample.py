# ruff: noqa: INP001 - a script beside what it writes
"""Write the sample book's files: `python examples/make_sample.py [FOLDER]`, by default over the ones here.

The same bytes come out every time. What happened is in `generator/story.txt`, the prices in `generator/anchors.csv`.

Belongs here: writing. Does not belong here: what is written.
"""

import sys
from pathlib import Path

from generator.files import sample_files


def main() -> None:
    """Write every file below the folder named on the command line."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    for name, content in sample_files().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        sys.stdout.write(f"{len(content):>9,} bytes  {name}\n")


if __name__ == "__main__":
    main()
