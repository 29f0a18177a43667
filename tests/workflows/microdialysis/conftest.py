"""A small batch as files: Gaussian peaks on a sloping baseline, with faults that a batch can have.

Its peaks, noise and amounts are drawn here, not by the generator of the package.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

LEVELS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
METHOD = """name = "NE by HPLC-ED"
void_min = 1.5
window_min = 0.3

[[compounds]]
name = "NE"
retention_min = 3.8

[[compounds]]
name = "DHBA"
retention_min = 5.8
role = "internal standard"
"""
HEADER = "order,name,file,role,amount_fmol,level,animal,start,end,internal_standard\n"


@dataclass
class Injection:
    """What is in one vial, and what the detector makes of it."""

    name: str
    role: str
    true: float
    nominal: float | None = None
    level: str = ""
    animal: str = ""
    start: str = ""
    end: str = ""
    standard: float = 1.0
    response: float = 1.0
    shift: float = 1.0
    plates: float = 8000.0
    tail: float = 0.0
    neighbours: tuple[tuple[float, float], ...] = ()

    def trace(self, rng: np.random.Generator, noise: float) -> tuple[np.ndarray, np.ndarray]:
        """Times [min] and readings."""
        time = np.arange(0.0, 8.0, 0.008)
        signal = 0.3 - 0.02 * time + 4.0 * np.exp(-time / 0.6)
        for at, height in (
            (3.8, self.true * self.response),
            (5.8, 60.0 * self.standard),
            *((at, height * self.true) for at, height in self.neighbours),
        ):
            signal = signal + height * self._peak(time, at * self.shift)
        return time, signal + noise * rng.standard_normal(time.size)

    def _peak(self, time: np.ndarray, at: float) -> np.ndarray:
        sigma = at / math.sqrt(self.plates)
        gauss = np.exp(-0.5 * ((time - at) / sigma) ** 2)
        if not self.tail:
            return gauss
        slow = np.exp(-np.arange(0.0, 12.0 * self.tail * sigma, 0.008) / (self.tail * sigma))
        wide = np.convolve(gauss, slow / slow.sum())[: time.size]
        return wide / wide.max()


@dataclass
class Batch:
    """A batch before it is written, to be spoilt."""

    injections: list[Injection] = field(default_factory=list)
    noise: float = 0.02
    method: str = METHOD

    def __getitem__(self, name: str) -> Injection:
        return next(one for one in self.injections if one.name == name)

    def write(self, folder: Path) -> Path:
        """Write list, method and chromatograms; gives the list."""
        rng = np.random.default_rng(7)
        raw = folder / "raw"
        raw.mkdir(parents=True, exist_ok=True)
        (folder / "method.toml").write_text(self.method, encoding="utf-8")
        with open(folder / "samples.csv", "w", newline="", encoding="utf-8") as sink:
            sink.write(HEADER)
            rows = csv.writer(sink)
            for order, one in enumerate(self.injections, 1):
                nominal = "" if one.nominal is None else one.nominal
                head = (order, one.name, f"{one.name}.csv", one.role, nominal)
                rows.writerow([*head, one.level, one.animal, one.start, one.end, "yes"])
                time, signal = one.trace(rng, self.noise)
                lines = [f"{t:.4f},{y:.6f}" for t, y in zip(time, signal, strict=True)]
                text = "time_min,EC1 (nA)\n" + "\n".join(lines) + "\n"
                (raw / f"{one.name}.csv").write_text(text, encoding="utf-8")
        return folder / "samples.csv"


def sound_batch() -> Batch:
    """Two series of standards, blanks, controls in triplicate, and samples of one animal."""
    rng = np.random.default_rng(3)
    rows = [Injection("blank", "blank", 0.0)]
    for k in (1, 2):
        rows += [Injection(f"std_{x:g}_{k}", "standard", x, x) for x in LEVELS]
        rows.append(Injection(f"blank_{k}", "blank", 0.0))
    for k in range(12):
        if k % 4 == 0:
            rows.append(Injection(f"check_{k // 4}", "suitability", 10.0, 10.0))
            rows += [
                Injection(f"qc_{level}_{k // 4}", "QC", x, x, level)
                for level, x in (("low", 1.5), ("mid", 8.0), ("high", 40.0))
            ]
        rows.append(
            Injection(
                f"f{k:02d}",
                "sample",
                float(rng.uniform(3.0, 15.0)),
                animal="r1",
                start=str(20 * k),
                end=str(20 * k + 20),
            )
        )
    rows.append(Injection("check_9", "suitability", 10.0, 10.0))
    return Batch(rows)


@pytest.fixture
def batch() -> Batch:
    return sound_batch()


@pytest.fixture
def write(tmp_path) -> Callable[[Batch], Path]:
    return lambda one: one.write(tmp_path)
