"""What the benchmarks share: the page with their tables, and the machine that ran them."""

from __future__ import annotations

import os
import platform
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
# Above this load of the machine, wall-clock times are too long.
MAX_IDLE_LOAD = 0.5


def fill(mark: str, text: str, page: Path = PAGE) -> None:
    """Put text between the markers of a name in a page."""
    content = page.read_text(encoding="utf-8")
    begin, end = f"<!-- {mark}:begin -->", f"<!-- {mark}:end -->"
    if begin not in content or end not in content:
        raise SystemExit(f"{page.name} has no place for '{mark}': {begin} and {end}")
    before, _, after = content.partition(begin)
    _, _, after = after.partition(end)
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def machine() -> str:
    """The processor, as the system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(
            line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def load() -> str:
    """The load of the machine, and whether it is low enough for wall-clock times."""
    if not hasattr(os, "getloadavg"):
        return "load unknown"
    now = os.getloadavg()[0]
    note = "" if now < MAX_IDLE_LOAD else ": NOT idle, wall-clock times are too long"
    return f"load {now:.2f} before{note}"
