"""Runs the demo in an empty folder and writes what it prints into README.md, between the markers.

python docs/fill_readme.py          fill the block
python docs/fill_readme.py --check  fail where the README shows something else
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"(?<=<!-- result:begin -->\n).*?(?=<!-- result:end -->)", re.DOTALL)


def shown() -> str:
    """What the README shows between the markers."""
    found = BLOCK.search(README.read_text(encoding="utf-8"))
    return found[0] if found else ""


def printed() -> str:
    """What `tricyclic demo` prints on standard output, as a fenced block."""
    call = [sys.executable, "-c", "from tricyclic.cli.main import main; main(['demo', '--quiet'])"]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=True)
    return f"\n```text\n{done.stdout.strip()}\n```\n\n"


def main() -> None:
    """Fill the block, or compare."""
    text = printed()
    if "--check" in sys.argv[1:]:
        if shown() != text:
            sys.exit("README.md shows another result than the demo prints; run: python docs/fill_readme.py")
        return
    README.write_text(BLOCK.sub(lambda _: text, README.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
