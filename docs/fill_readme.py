"""Run the demo in an empty folder and write its results into README.md, between the markers.

python docs/fill_readme.py          fill the block
python docs/fill_readme.py --check  fail where the README shows something else
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"(?<=<!-- result:begin -->\n).*?(?=<!-- result:end -->)", re.DOTALL)

# The lines of the output that the README shows.
WANTED = re.compile(
    r"Synthetic|\w+ at \w+   Ki \d|(vehicle|treated) .* Bmax \d|  Bmax |  \w+ at \w+ over "
)


def shown() -> str:
    """What the README shows between the markers."""
    match = BLOCK.search(README.read_text(encoding="utf-8"))
    return match[0] if match else ""


def printed() -> str:
    """What `tricyclic demo` prints on standard output, as a block of the README."""
    call = [sys.executable, "-c", "from tricyclic.cli.main import main; main(['demo', '--quiet'])"]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=True)
    return block(done.stdout)


def block(output: str) -> str:
    """The wanted lines of the output of the demo as a fenced block."""
    short = [
        re.sub(r"(   n = \d+)   .*", r"\1", line)
        for line in output.splitlines()
        if WANTED.match(line)
    ]
    lines = [textwrap.fill(line.strip(), 118) for line in short]
    return "\n```text\n" + "\n".join(lines) + "\n```\n\n"


def main() -> None:
    """Fill the block, or compare."""
    text = printed()
    if "--check" in sys.argv[1:]:
        if shown() != text:
            sys.exit(
                "README.md differs from the output of the demo; run: python docs/fill_readme.py"
            )
        return
    README.write_text(
        BLOCK.sub(lambda _: text, README.read_text(encoding="utf-8")), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
