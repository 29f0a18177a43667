"""What an operating system states about this machine: memory, and whether folders are writable."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

# Limits that a container sets, in the second and the first version of control groups.
_CONTAINER_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
_MEMINFO = Path("/proc/meminfo")


def total_memory_bytes() -> int | None:
    """Memory of the machine, or of the container where that is less; None where it is unknown."""
    limits = [value for path in _CONTAINER_LIMITS if (value := _whole_number(path)) is not None]
    # Windows has no sysconf.
    with suppress(AttributeError, ValueError, OSError):
        limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min((limit for limit in limits if limit > 0), default=None)


def available_memory_bytes() -> int | None:
    """Memory that a program can use without swapping, as Linux estimates it; else None."""
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    entries = (line.split() for line in lines if line.startswith("MemAvailable:"))
    return next((int(parts[1]) * 1024 for parts in entries if len(parts) > 1), None)


def is_writable(folder: Path) -> bool:
    """Whether files can be made in a folder, or in the nearest of its parents that exists."""
    existing = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    try:
        tempfile.TemporaryFile(dir=existing).close()
    except OSError:
        return False
    return True


def _whole_number(path: Path) -> int | None:
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    # "max" means that there is no limit.
    return int(text) if text.isdigit() else None
