"""Amounts of norepinephrine in simulated chromatograms, by tricyclic and by other tools.

    python benchmarks/peaks.py [--samples 40] [--batches 4] [--peers PYTHON]
        [--measured FILE ...] [--docs]

The traces are those of benchmarks/peak_traces.py: peaks that are not of the family of the fit,
overlaps, the solvent's tail, drift, three kinds of noise. A batch is six standards (0.3 to 3 times
the amount of the samples, on tails of any height) and samples; those of a cell are in several
batches, since the error of the standards is common to a batch. Every tool is calibrated by the
standards of the batch with its own areas, by the line of tricyclic. PYTHON is the interpreter of an
environment with hplc-py, mocca2 and pybaselines; tools that are not there are listed and left out.
CPU time on one core.
"""

# ruff: noqa: E402, T201 (the number of threads is set before the imports; a script that reports)

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import json
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from peak_peers import LONGEST, TOOLS
from peak_traces import (
    FAMILIES,
    NAMES,
    PLATES,
    RETENTION_MIN,
    KnownTrace,
    PeakProfile,
    Scene,
    profile,
    simulate,
    tabulated,
)
from scipy.linalg import solve_toeplitz
from scipy.stats import exponnorm
from shared import fill, load, machine

from tricyclic.assays.chromatography.batch import BatchInjection, fit_batch
from tricyclic.assays.chromatography.calibration import fit_calibration
from tricyclic.core.calibration_line import CalibrationStandard
from tricyclic.core.chromatogram import Chromatogram
from tricyclic.core.chromatography_method import ChromatographyMethod, Compound
from tricyclic.errors import InputError
from tricyclic.io.chromatograms import read_chromatograms

SCENES: dict[str, Scene] = {
    "S/N 100": Scene(100.0, tail=0.05),
    "tail, S/N 100": Scene(100.0, tail=1.0),
    "tail, S/N 30": Scene(30.0, tail=1.0),
    "tail, S/N 10": Scene(10.0, tail=1.0),
    "Rs 1.0 1:1, S/N 100": Scene(100.0, overlap=(1.0, 1.0)),
    "Rs 1.0 3:1, S/N 100": Scene(100.0, overlap=(1.0, 3.0)),
    "Rs 0.7 3:1, S/N 100": Scene(100.0, overlap=(0.7, 3.0)),
    "Rs 1.0 3:1, S/N 30": Scene(30.0, overlap=(1.0, 3.0)),
}
# Largest median error in percent, by S/N.
LIMITS = {100.0: 1.0, 30.0: 2.0, 10.0: 6.0}
LEVELS = np.geomspace(0.3, 3.0, 6)
OURS = "tricyclic"


@dataclass(frozen=True)
class Batch:
    """Traces with their true amounts; the standards first."""

    traces: list[KnownTrace]

    @property
    def truth(self) -> np.ndarray:
        """True areas of norepinephrine, in signal x s."""
        return np.array([trace.areas["NE"] for trace in self.traces])


@dataclass(frozen=True)
class Measured:
    """What a tool made of a batch: area and its standard error by trace, CPU time of one trace."""

    area: np.ndarray
    area_se: np.ndarray
    seconds: float
    version: str = ""
    error: str = ""
    unfinished: int = 0


@dataclass(frozen=True)
class Score:
    """Errors of the samples after calibration, in percent; coverage of the stated error."""

    median: float
    p90: float
    raw: float
    coverage: float
    quantified: int
    of: int


def method() -> ChromatographyMethod:
    """The method of the traces."""
    roles = {"NE": "analyte", "DHBA": "internal standard"}
    return ChromatographyMethod(
        "benchmark",
        tuple(
            Compound(name, float(retention), 0.2, roles.get(name, "neighbour"))
            for name, retention in zip(NAMES, RETENTION_MIN, strict=True)
        ),
        void_min=2.0,
        end_min=12.0,
    )


def make_batch(shape: PeakProfile, scene: Scene, samples: int, seed: int) -> Batch:
    """Standards and samples of a scene."""
    rng = np.random.default_rng(seed)
    form = None
    if scene.tail_cv > 0.0:

        def form(factor: float) -> PeakProfile:
            return profile(lambda u: np.asarray(exponnorm.pdf(u, 0.7 * factor)))

    traces = []
    for level in LEVELS:
        own = replace(scene, tail=float(rng.uniform(0.05, 3.0)), overlap=None)
        traces.append(simulate(rng, shape, own, float(level), form=form))
    traces += [simulate(rng, shape, scene, form=form) for _ in range(samples)]
    return Batch(traces)


def seed_of(family: str, scene: str) -> int:
    """A seed for each cell of the table, the same in every run; its batches have the next ones."""
    return zlib.crc32(f"{family}, {scene}".encode())


def batches_of(
    shape: PeakProfile, scene: Scene, samples: int, batches: int, cell_seed: int
) -> list[Batch]:
    """Batches with the samples of a cell of the table shared among them."""
    counts = [len(part) for part in np.array_split(np.arange(samples), batches)]
    return [make_batch(shape, scene, n, cell_seed + k) for k, n in enumerate(counts) if n]


def ours(batch: Batch) -> Measured:
    """The areas of tricyclic."""
    injections = [
        BatchInjection(
            str(i), Chromatogram("ED", trace.time_min, trace.signal), standard=i < LEVELS.size
        )
        for i, trace in enumerate(batch.traces)
    ]
    begin = time.process_time()
    peaks = [one["NE"] for one in fit_batch(injections, method())]
    seconds = (time.process_time() - begin) / len(injections)
    number = np.nan
    return Measured(
        np.array([number if one.area is None else one.area for one in peaks]),
        np.array([number if one.area_se is None else one.area_se for one in peaks]),
        seconds,
    )


def by_peer(python: str, tool: str, batch: Batch, seconds: float) -> Measured:
    """The areas of another tool, in its environment; nan for traces that its time left out."""
    here = Path(__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "traces.npz", Path(folder) / "areas.json"
        signals = np.array([trace.signal for trace in batch.traces])
        np.savez(source, time_min=batch.traces[0].time_min, signals=signals)
        arguments = [python, str(here / "peak_peers.py"), tool, source, target, str(seconds)]
        subprocess.run([str(one) for one in arguments], check=True)
        answer = json.loads(target.read_text(encoding="utf-8"))
    area = np.array(answer["areas"], dtype=float)
    return Measured(
        area,
        np.full(area.size, np.nan),
        answer["seconds"] / max(area.size, 1),
        answer["version"],
        answer["error"],
        answer["unfinished"],
    )


@dataclass(frozen=True)
class Errors:
    """Of the samples that have a number: error and raw error in percent, inside the stated one."""

    percent: np.ndarray
    raw: np.ndarray
    inside: np.ndarray
    of: int


def errors(batch: Batch, measured: Measured) -> Errors:
    """Errors of the amounts that the line of the standards gives, and of their stated errors."""
    done = measured.area.size
    truth = batch.truth[:done]
    usable = np.isfinite(measured.area)
    standards = np.flatnonzero(usable & (np.arange(done) < LEVELS.size))
    samples = usable & (np.arange(done) >= LEVELS.size)
    # Samples that the time of a tool left out have no number either.
    of = batch.truth.size - LEVELS.size
    nothing = Errors(np.empty(0), np.empty(0), np.empty(0), of)
    if not samples.any():
        return nothing
    try:
        line = fit_calibration(
            [CalibrationStandard(str(i), truth[i], measured.area[i]) for i in standards],
            analyte="NE",
            unit="signal x s",
        )
    except InputError:  # too few standards have an area, or the areas do not rise
        return nothing
    area, area_se = measured.area[samples], measured.area_se[samples]
    amounts = np.array([line.amount(one) for one in area])
    amount_se = np.array([line.amount_se(*one) for one in zip(area, area_se, strict=True)])
    return Errors(
        100.0 * (amounts / truth[samples] - 1.0),
        100.0 * (area / truth[samples] - 1.0),
        np.abs(amounts - truth[samples]) < 1.96 * amount_se,
        of,
    )


def score(all_errors: Sequence[Errors]) -> Score:
    """Errors of several batches together."""
    percent = np.concatenate([one.percent for one in all_errors])
    of = sum(one.of for one in all_errors)
    if not percent.size:
        return Score(np.nan, np.nan, np.nan, np.nan, 0, of)
    return Score(
        float(np.median(np.abs(percent))),
        float(np.quantile(np.abs(percent), 0.9)),
        float(np.median(np.concatenate([one.raw for one in all_errors]))),
        100.0 * float(np.mean(np.concatenate([one.inside for one in all_errors]))),
        int(percent.size),
        of,
    )


def least_median(sn: float, front: float, back: float) -> float:
    """Median |error| in percent of the best unbiased fit of one EMG on a cubic baseline, with its
    shape, place and noise known (the bound of Cramer & Rao).

    Parameters
    ----------
    sn : float
        Height over the standard deviation of the noise, as in `Scene`.
    front, back : float
        Widths of the peak before and behind its apex that are fitted.
    """
    shape = profile("EMG")
    width = float(RETENTION_MIN[0]) / np.sqrt(PLATES)
    u = np.arange(-front * width, back * width, 1.0 / 300.0) / width
    columns = np.column_stack([shape(u) / shape.height, np.polynomial.legendre.legvander(u, 3)])
    lag = np.arange(u.size)
    white, slow, pump = Scene().shares
    stroke = 4.5 / 60.0 * 300.0  # readings, in the middle of the strokes of `noise`
    covariance = white * (lag == 0) + slow * 0.9**lag + pump * np.cos(2.0 * np.pi * lag / stroke)
    information = columns.T @ solve_toeplitz(covariance, columns)
    return 100.0 * 0.6745 / sn * float(np.sqrt(np.linalg.inv(information)[0, 0]))


def measured_profile(path: Path) -> PeakProfile:
    """The profile of the tallest peak of a file with one chromatogram."""
    (injection,) = read_chromatograms(path)
    time_min, trace = injection.traces[0].time_min, injection.traces[0].signal
    top = int(np.argmax(np.where(time_min > 1.0, trace, -np.inf)))
    above = np.flatnonzero(trace > 0.5 * trace[top])
    above = above[np.abs(time_min[above] - time_min[top]) < 1.0]
    width = (time_min[above[-1]] - time_min[above[0]]) / 2.3548
    part = (time_min > time_min[top] - 5.0 * width) & (time_min < time_min[top] + 10.0 * width)
    u = (time_min[part] - time_min[top]) / width
    readings = trace[part]
    line = np.interp(u, [u[0], u[-1]], [np.median(readings[:9]), np.median(readings[-9:])])
    even = np.linspace(u[0], u[-1], 1501)
    # Ends at 0, so that the profile has no step.
    taper = np.clip((even - u[0]) / 0.5, 0.0, 1.0) * np.clip((u[-1] - even) / 1.0, 0.0, 1.0)
    return tabulated(even, np.interp(even, u, readings - line) * taper)


def cell(scores: Sequence[Score]) -> str:
    """Median of the median errors of several families, and the quantified samples."""
    good = [one.median for one in scores if np.isfinite(one.median)]
    quantified, of = sum(one.quantified for one in scores), sum(one.of for one in scores)
    note = "" if quantified == of else f" ({quantified}/{of})"
    return f"{np.median(good):.2g}{note}" if good else f"– ({quantified}/{of})"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def states_at_low_signal(samples: int) -> str:
    """How many samples below S/N 3 have a state instead of a number."""
    parts = []
    for amount in (0.0, 0.1, 0.2):
        rng = np.random.default_rng(7)
        shape = profile("skew-normal")
        batch = make_batch(shape, Scene(10.0, tail=1.0), 0, 7)
        batch.traces.extend(
            simulate(rng, shape, Scene(10.0, tail=1.0), amount) for _ in range(samples)
        )
        area = ours(batch).area[LEVELS.size :]
        parts.append(f"{int(np.isnan(area).sum())} of {samples} at S/N {10.0 * amount:g}")
    return ", ".join(parts)


def main() -> None:
    """Run and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=40)
    parser.add_argument("--batches", type=int, default=4, help="that share the samples of a cell")
    parser.add_argument("--peer-samples", type=int, default=8)
    parser.add_argument("--peer-families", type=int, default=3)
    parser.add_argument("--peers", default=sys.executable, help="interpreter with the other tools")
    parser.add_argument("--seconds", type=float, default=60.0, help="for a peer and one batch")
    parser.add_argument(
        "--measured", type=Path, nargs="*", default=[], help="files of one chromatogram each"
    )
    parser.add_argument("--families", nargs="*", default=list(FAMILIES))
    parser.add_argument("--docs", action="store_true", help="fill the table of docs/benchmarks.md")
    given = parser.parse_args()
    busy = load()
    shapes = {family: profile(family) for family in given.families}
    for path in given.measured:
        shapes[f"measured: {path.stem}"] = measured_profile(path)
    scores: dict[tuple[str, str], Score] = {}
    seconds = []
    for family, shape in shapes.items():
        for name, scene in SCENES.items():
            seed = seed_of(family, name)
            batches = batches_of(shape, scene, given.samples, given.batches, seed)
            mine = [ours(batch) for batch in batches]
            seconds += [one.seconds for one in mine]
            scores[family, name] = score([*map(errors, batches, mine)])
            print(family, name, scores[family, name], f"{1000 * seconds[-1]:.0f} ms", flush=True)
    all_scores = list(scores.values())
    coverage = np.average([s.coverage for s in all_scores], weights=[s.of for s in all_scores])
    covered = [np.mean([scores[f, name].coverage for f in shapes]) for name in SCENES]
    by_family = table(
        ["family", *SCENES],
        [
            *([f, *(cell([scores[f, name]]) for name in SCENES)] for f in shapes),
            ["within 1.96 stated errors, % of all", *(f"{value:.0f}" for value in covered)],
        ],
    )
    missed = [
        f"{family}, {name}: {scores[family, name].median:.2f} %"
        for family in shapes
        for name, scene in SCENES.items()
        if not scores[family, name].median <= LIMITS[scene.sn]
    ]
    raw = {name: np.median([abs(scores[f, name].raw) for f in shapes]) for name in SCENES}
    varying = replace(SCENES["tail, S/N 100"], tail_cv=0.15)
    batches = batches_of(profile("EMG"), varying, given.samples, given.batches, 2)
    varied = score([errors(batch, ours(batch)) for batch in batches])
    rows = [
        [
            OURS,
            *(cell([scores[f, n] for f in shapes]) for n in SCENES),
            f"{1000 * np.median(seconds):.0f}",
        ]
    ]
    notes = []
    for tool in TOOLS:
        line, times, unfinished, begun = [tool], [], 0, 0
        for name, scene in SCENES.items():
            results = []
            for family in list(shapes)[1 : 1 + given.peer_families]:
                batch = make_batch(shapes[family], scene, given.peer_samples, seed_of(family, name))
                answer = by_peer(given.peers, tool, batch, given.seconds)
                if not answer.version:
                    break
                times.append(answer.seconds)
                unfinished, begun = unfinished + answer.unfinished, begun + answer.area.size
                results.append(score([errors(batch, answer)]))
                if answer.error:
                    print(tool, name, family, answer.error, flush=True)
            if not results:
                break
            line.append(cell(results))
            print(tool, name, line[-1], flush=True)
        if len(line) == 1:
            notes.append(f"{tool} is not installed")
            continue
        rows.append([*line, f"{1000 * np.median(times):.0f}"])
        ended = f", of whose {begun} traces {unfinished} did not end in {LONGEST} s"
        notes.append(f"{tool}: {answer.version}{ended if unfinished else ''}")
    text = "\n\n".join(
        [
            (
                "Median |error| of the amount of NE after calibration, in percent (quantified/all "
                "where not all are); CPU time of an injection, in ms."
            ),
            table(["method", *SCENES, "ms"], rows),
            "By family of peaks, tricyclic:",
            by_family,
            (
                "Amounts within 1.96 of their stated standard errors, which include that of the "
                f"line: {coverage:.1f} %. "
                f"Raw areas, without calibration, are off by "
                f"{', '.join(f'{value:.1f} % ({name})' for name, value in raw.items())}. "
                f"Where the tail of each peak varies by 15 % by itself: {varied.median:.1f} %. "
                f"A state instead of a number: {states_at_low_signal(given.samples)}."
            ),
            (
                f"{given.samples} samples a cell, in {given.batches} batches; "
                f"{given.peer_samples} for the other tools, {given.seconds:g} s for a batch, of "
                f"{', '.join(list(shapes)[1 : 1 + given.peer_families])}. "
                f"{'; '.join(notes)}. {machine()}; {busy}."
            ),
            (
                "With shape, place and noise known, the best fit of one EMG on a cubic baseline "
                f"has a median error of {least_median(30.0, 7.0, 9.0):.1f} % at S/N 30 and "
                f"{least_median(10.0, 7.0, 9.0):.1f} % at S/N 10 from readings over 16 widths, of "
                f"{least_median(30.0, 12.0, 15.0):.1f} and {least_median(10.0, 12.0, 15.0):.1f} % "
                "over 27; the error of the standards comes on top of it."
            ),
            "Over the limits of 1, 2 and 6 % at S/N 100, 30 and 10: "
            + ("; ".join(missed) if missed else "none")
            + ".",
        ]
    )
    print(text)
    if given.docs:
        fill("peaks", text)


if __name__ == "__main__":
    main()
