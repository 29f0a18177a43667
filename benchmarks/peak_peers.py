"""Areas of norepinephrine by other tools; run by benchmarks/peaks.py in an environment of its own.

    PEERS/bin/python benchmarks/peak_peers.py TOOL TRACES.npz AREAS.json SECONDS

Each tool gets the part from 2 to 12 min and takes the peak nearest to 3.8 min, within 0.15 min.
Each trace is evaluated in a process of its own, which the system ends after LONGEST seconds of
processor time: a tool may take any signal for an error of its own. Nothing of tricyclic is
imported.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import json
import multiprocessing
import resource
import sys
import time
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

EXPECTED_MIN, WINDOW_MIN = 3.8, 0.15
START_MIN, END_MIN = 2.0, 12.0
# Longest processor time for one trace, in whole seconds: a hundred times that of the other tools.
LONGEST = 3


def nearest(centers: np.ndarray, areas: np.ndarray) -> float:
    """Area of the peak nearest to the expected time, or nan."""
    if not len(centers):
        return np.nan
    k = int(np.argmin(np.abs(np.asarray(centers) - EXPECTED_MIN)))
    return float(areas[k]) if abs(centers[k] - EXPECTED_MIN) <= WINDOW_MIN else np.nan


def between_valleys(time_min: np.ndarray, corrected: np.ndarray) -> float:
    """find_peaks on a corrected trace, and the area between the feet by peak_widths."""
    from scipy.signal import find_peaks, peak_widths, savgol_filter

    smooth = savgol_filter(corrected, 11, 3)
    noise = np.median(np.abs(np.diff(corrected))) / 0.6745 / np.sqrt(2.0)
    tops, _ = find_peaks(smooth, prominence=3.0 * noise, width=6)
    _, _, lefts, rights = peak_widths(smooth, tops, rel_height=0.98)
    areas = []
    for left, right in zip(lefts, rights, strict=True):
        part = slice(int(left), int(right) + 2)
        areas.append(60.0 * np.trapezoid(corrected[part], time_min[part]))
    return nearest(time_min[tops], np.array(areas))


def scipy_pybaselines(time_min: np.ndarray, trace: np.ndarray) -> float:
    """pybaselines arPLS (lambda 1e7), scipy.signal.find_peaks."""
    from pybaselines.whittaker import arpls

    return between_valleys(time_min, trace - arpls(trace, lam=1e7)[0])


def mocca2_integral(time_min: np.ndarray, trace: np.ndarray) -> float:
    """mocca2: arPLS baseline, its peak picker, integral of the peak."""
    from mocca2 import estimate_baseline, find_peaks

    corrected = trace - estimate_baseline(trace[None, :], method="arpls")[0]
    noise = np.median(np.abs(np.diff(corrected))) / 0.6745 / np.sqrt(2.0)
    peaks = find_peaks(corrected, min_height=3.0 * noise, expand_borders=True)
    centers = np.array([time_min[peak.maximum] for peak in peaks])
    areas = np.array(
        [
            60.0
            * np.trapezoid(corrected[one.left : one.right + 1], time_min[one.left : one.right + 1])
            for one in peaks
        ]
    )
    return nearest(centers, areas)


def hplc_py(time_min: np.ndarray, trace: np.ndarray) -> float:
    """hplc-py: SNIP baseline and skew-normal peaks, at its defaults but for 20 000 evaluations."""
    import pandas as pd
    from hplc.quant import Chromatogram

    # Its areas are sums over readings.
    frame = pd.DataFrame({"time": time_min, "signal": trace - trace.min()})
    chromatogram = Chromatogram(frame, cols={"time": "time", "signal": "signal"})
    peaks = chromatogram.fit_peaks(max_iter=20_000, verbose=False)
    step = float(time_min[1] - time_min[0])
    return nearest(peaks["retention_time"].to_numpy(), peaks["area"].to_numpy() * step * 60.0)


TOOLS: dict[str, tuple[Callable[[np.ndarray, np.ndarray], float], tuple[str, ...]]] = {
    "SciPy + pybaselines": (scipy_pybaselines, ("scipy", "pybaselines")),
    "mocca2": (mocca2_integral, ("mocca2",)),
    "hplc-py": (hplc_py, ("hplc-py",)),
}


def versions(tool: str) -> str:
    """The versions of a tool's packages; empty where one is not installed."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in TOOLS[tool][1])
    return ""


def _evaluate(tool: str, time_min: np.ndarray, trace: np.ndarray, answer: Connection) -> None:
    """Send area, error and processor time of one trace; end the process when its time is over."""
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    most = int(used) + LONGEST + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    begin = time.process_time()
    area, error = float("nan"), ""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            area = TOOLS[tool][0](time_min, trace)
    except Exception as problem:  # an error of a tool counts as no result
        error = f"{type(problem).__name__}: {problem}"[:120]
    answer.send((area, error, time.process_time() - begin))


def evaluate(tool: str, time_min: np.ndarray, trace: np.ndarray) -> tuple[float, str, float] | None:
    """Area, error and processor time of one trace; None where the tool did not end."""
    # A copy of this process, in which the tool is imported.
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_evaluate, args=(tool, time_min, trace, there))
    process.start()
    there.close()
    try:
        result: tuple[float, str, float] = here.recv()
    except EOFError:
        return None
    finally:
        process.join()
        here.close()
    return result


def main() -> None:
    """Areas of every trace, until the time is spent."""
    tool, source, target, seconds = sys.argv[1:5]
    version = versions(tool)
    areas: list[float] = []
    spent, unfinished, error = 0.0, 0, ""
    if version:
        data = np.load(source)
        time_min = data["time_min"]
        part = (time_min >= START_MIN) & (time_min <= END_MIN)
        warnings.simplefilter("ignore")
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            # Imports are not timed: a Gaussian that any tool finishes.
            quiet = np.exp(-0.5 * ((time_min[part] - EXPECTED_MIN) / 0.04) ** 2)
            TOOLS[tool][0](time_min[part], quiet)
        for trace in data["signals"]:
            result = evaluate(tool, time_min[part], trace[part])
            unfinished += result is None
            area, problem, used = result or (float("nan"), "", float(LONGEST))
            areas.append(area)
            error = problem or error
            spent += used
            if spent > float(seconds):
                break
    answer = {
        "version": version,
        "areas": areas,
        "seconds": spent,
        "unfinished": unfinished,
        "error": error,
    }
    Path(target).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
