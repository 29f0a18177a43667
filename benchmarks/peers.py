"""Speed, agreement and failures of tricyclic and other tools on the same curves; a table of
docs/benchmarks.md.

    python benchmarks/peers.py [--curves 100] [--hard 100] [--seconds 20] [--docs]

The tools are the dependency group `peers` (lmfit, iminuit, curve-curator, bindcurve) and R with
minpack.lm and drc; one that is not installed is listed and left out. Each fits the free
four-parameter curve from a start by the data (slope 1, half-way dose, outermost readings) on one
core; CPU time is reported. The reference is the best of 27 starts of MINPACK at 1e-13.
"""

# ruff: noqa: E402, T201 (the number of threads is set before the imports; a script that reports)

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import contextlib
import csv
import importlib.metadata
import importlib.util
import platform
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from engine import X, counts
from shared import fill, machine

from tricyclic.numerics.batch.fit import fit_batch

# log10 IC50, slope (above 0 for the falling curves here), top, bottom; nan where a tool has no
# result.
Parameters = np.ndarray


@dataclass
class ToolResult:
    """Parameters, shape (curves, 4), of the curves that a tool fitted in its time; CPU seconds a
    curve.
    """

    parameters: Parameters
    seconds: float


def curve(x: np.ndarray, c: float, hill: float, top: float, bottom: float) -> np.ndarray:
    """A falling logistic with a positive slope."""
    return bottom + (top - bottom) / (1.0 + 10.0 ** np.clip(hill * (x - c), -300, 300))


def start_of(y: np.ndarray) -> tuple[float, float, float, float]:
    """Log10 IC50, slope, top and bottom, as they are guessed from a plot."""
    mean = y.mean(axis=1)
    top, bottom = float(mean[0]), float(mean[-1])
    return float(X[np.abs(mean - 0.5 * (top + bottom)).argmin()]), 1.0, top, bottom


def one_by_one(
    fit: Callable[[np.ndarray, np.ndarray], Parameters],
) -> Callable[[np.ndarray, float], ToolResult]:
    """A fitter of many curves, from one of a single curve; it stops after its time."""

    def many(y: np.ndarray, seconds: float) -> ToolResult:
        with contextlib.suppress(Exception):
            fit(np.repeat(X, y.shape[2]), y[0])  # imports are not timed
        fits, begin = [], time.process_time()
        for one in y:
            try:
                fits.append(np.asarray(fit(np.repeat(X, one.shape[1]), one), float))
            except Exception:  # an error of a tool counts as no result
                fits.append(np.full(4, np.nan))
            if time.process_time() - begin > seconds:
                break
        return ToolResult(np.array(fits), (time.process_time() - begin) / len(fits))

    return many


def reference(x: np.ndarray, y: np.ndarray) -> Parameters:
    """Best of 27 starts."""
    from scipy.optimize import least_squares

    size, best = np.abs(y).max(), None
    readings = y.ravel() / size

    def residual(p: np.ndarray) -> np.ndarray:
        return curve(x, p[0], np.exp(np.clip(p[1], -20, 20)), p[2], p[3]) - readings

    for c in np.linspace(X[0] - 0.5, X[-1] + 0.5, 9):
        for hill in (0.5, 1.0, 3.0):
            shape = curve(x, c, hill, 1.0, 0.0)
            level = np.linalg.lstsq(np.stack([shape, 1 - shape], 1), readings, rcond=None)[0]
            end = least_squares(
                residual,
                [c, np.log(hill), *level],
                method="lm",
                x_scale="jac",
                ftol=1e-13,
                xtol=1e-13,
                gtol=1e-13,
                max_nfev=2000,
            )
            if best is None or end.cost < best.cost:
                best = end
    assert best is not None
    return np.array([best.x[0], np.exp(best.x[1]), best.x[2] * size, best.x[3] * size])


def scipy_lm(x: np.ndarray, y: np.ndarray) -> Parameters:
    """curve_fit, MINPACK."""
    from scipy.optimize import curve_fit

    return np.asarray(curve_fit(curve, x, y.ravel(), start_of(y))[0])


def scipy_trf(x: np.ndarray, y: np.ndarray) -> Parameters:
    """curve_fit with bounds, trust region reflective."""
    from scipy.optimize import curve_fit

    bounds = ([X[0] - 3, 0.05, -np.inf, -np.inf], [X[-1] + 3, 10.0, np.inf, np.inf])
    return np.asarray(curve_fit(curve, x, y.ravel(), start_of(y), bounds=bounds)[0])


def with_lmfit(x: np.ndarray, y: np.ndarray) -> Parameters:
    """lmfit.Model.fit."""
    import lmfit

    c, hill, top, bottom = start_of(y)
    best = (
        lmfit.Model(curve).fit(y.ravel(), x=x, c=c, hill=hill, top=top, bottom=bottom).best_values
    )
    return np.array([best[name] for name in ("c", "hill", "top", "bottom")])


def with_iminuit(x: np.ndarray, y: np.ndarray) -> Parameters:
    """iminuit, Migrad on least squares with the scatter of the replicates as error."""
    from iminuit import Minuit
    from iminuit.cost import LeastSquares

    error = float(np.sqrt(y.var(axis=1, ddof=1).mean()))
    minuit = Minuit(LeastSquares(x, y.ravel(), error, curve), *start_of(y))
    minuit.migrad()
    if not minuit.valid:
        return np.full(4, np.nan)
    return np.array(minuit.values)


def with_curve_curator(speed: str) -> Callable[[np.ndarray, np.ndarray], Parameters]:
    """CurveCurator's own model class, as in its pipeline; it gets means of replicates relative to
    the first, as its starts require.
    """

    def fit(x: np.ndarray, y: np.ndarray) -> Parameters:
        from curve_curator.models import LogisticModel

        mean = y.mean(axis=1)
        size = mean[0]
        model = LogisticModel()
        model.set_boundaries(X)
        noise = float(np.std(mean / size))
        if speed == "fast":
            model.find_best_guess_ols(X, mean / size, noise=noise)
            model.fit_ols(X, mean / size)
        else:
            model.efficiently_fit_ols(X, mean / size, noise=noise)
        best = model.get_all_parameters()
        return np.array([-best["pec50"], best["slope"], best["front"] * size, best["back"] * size])

    return fit


def with_bindcurve(y: np.ndarray, seconds: float) -> ToolResult:
    """bindcurve.fit on one table."""
    import bindcurve
    import pandas as pd

    y = y[: max(int(seconds / 0.01), 1)]
    names = [f"{i:06d}" for i in range(len(y))]
    rows = pd.DataFrame(
        {
            "compound_id": np.repeat(names, y[0].size),
            "concentration": np.tile(np.repeat(10.0**X, y.shape[2]), len(y)),
            "response": y.ravel(),
        }
    )
    bindcurve.fit(
        bindcurve.DoseResponseData(rows[: y[0].size]), "ic50", errors="collect"
    )  # imports are not timed
    begin = time.process_time()
    results = bindcurve.fit(bindcurve.DoseResponseData(rows), "ic50", errors="collect")
    spent = time.process_time() - begin
    by_name = {one.compound_id: one for one in results.fits}
    parameters = np.full((len(y), 4), np.nan)
    for i, name in enumerate(names):
        if by_name[name].success:
            best = by_name[name].values
            parameters[i] = np.log10(best["IC50"]), best["hill_slope"], best["ymax"], best["ymin"]
    return ToolResult(parameters, spent / len(y))


R_MODEL = "y ~ bottom + (top - bottom) / (1 + 10^(hill * (x - c))), d, start = s"
R_ORDER = "[c('c', 'hill', 'top', 'bottom')]"
R_CALLS = {
    "R nls": f"coef(nls({R_MODEL})){R_ORDER}",
    "R minpack.lm nlsLM": f"coef(minpack.lm::nlsLM({R_MODEL})){R_ORDER}",
    "R drc drm LL.4": (
        "{ p <- coef(drc::drm(y ~ I(10^x), data = d, fct = drc::LL.4())); "
        "c(log10(p[[4]]), p[[1]], p[[3]], p[[2]]) }"
    ),
}
R_PACKAGE = {"R nls": "stats", "R minpack.lm nlsLM": "minpack.lm", "R drc drm LL.4": "drc"}
R_SCRIPT = """
a <- commandArgs(TRUE)
t <- as.matrix(read.csv(a[1], header = FALSE))
s0 <- as.matrix(read.csv(a[2], header = FALSE))
x <- t[1, ]; n <- nrow(t) - 1; out <- matrix(NA_real_, n, 4); limit <- as.numeric(a[4])
begin <- proc.time()[["user.self"]]; done <- 0
for (i in 1:n) {
  d <- data.frame(x = x, y = t[i + 1, ])
  s <- list(c = s0[[i, 1]], hill = s0[[i, 2]], top = s0[[i, 3]], bottom = s0[[i, 4]])
  r <- try(suppressWarnings(CALL), silent = TRUE)
  if (!inherits(r, "try-error")) out[i, ] <- as.numeric(r)
  done <- i; if (proc.time()[["user.self"]] - begin > limit) break
}
spent <- proc.time()[["user.self"]] - begin
rows <- rbind(c(spent / done, done, 0, 0), out[1:done, , drop = FALSE])
write.table(rows, a[3], sep = ",", row.names = FALSE, col.names = FALSE)
"""


def with_r(call: str) -> Callable[[np.ndarray, float], ToolResult]:
    """A loop in R over the same curves and starts, timed in R."""

    def many(y: np.ndarray, seconds: float) -> ToolResult:
        with tempfile.TemporaryDirectory() as folder:
            readings, starts, out, script = (
                Path(folder) / name for name in ("y.csv", "s.csv", "out.csv", "run.R")
            )
            with readings.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([np.repeat(X, y.shape[2]), *y.reshape(len(y), -1)])
            with starts.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(start_of(one) for one in y)
            script.write_text(R_SCRIPT.replace("CALL", call), encoding="utf-8")
            subprocess.run(
                ["Rscript", script, readings, starts, out, str(seconds)],
                check=True,
                capture_output=True,
            )
            rows = [
                [float(v) if v != "NA" else np.nan for v in line.split(",")]
                for line in out.read_text().splitlines()
            ]
        return ToolResult(np.array(rows[1:]), rows[0][0])

    return many


def ours(limits: float | None) -> Callable[[np.ndarray, float], ToolResult]:
    """The batch engine; timed on so many copies of the curves that the time can be measured."""

    def many(y: np.ndarray, seconds: float) -> ToolResult:
        lots = np.tile(y, (max(50_000 // len(y), 1), 1, 1))
        fit_batch(X, y, confidence=limits)
        spent = []
        for _ in range(5):
            begin = time.process_time()
            fits = fit_batch(X, lots, confidence=limits)
            spent.append((time.process_time() - begin) / len(lots))
        # Falling curves have a negative hill.
        columns = [fits.log10_ic50, -fits.hill, fits.top, fits.bottom]
        return ToolResult(np.stack(columns, axis=1)[: len(y)], min(spent))

    return many


def missing(name: str, package: str) -> str:
    """Why a tool is left out; empty where it is installed."""
    if name.startswith("R "):
        if not shutil.which("Rscript"):
            return "R is not installed"
        done = subprocess.run(
            ["Rscript", "-e", f"cat(requireNamespace('{package}', quietly = TRUE))"],
            capture_output=True,
            text=True,
            check=False,
        )
        return "" if "TRUE" in done.stdout else f"the R package {package} is not installed"
    return (
        ""
        if importlib.util.find_spec(package)
        else f"the Python package {package} is not installed"
    )


def version(name: str, package: str) -> str:
    """Version of a tool, as installed."""
    if name.startswith("R "):
        done = subprocess.run(
            ["Rscript", "-e", f"cat(as.character(packageVersion('{package}')))"],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip()
    return importlib.metadata.version(package.replace("_", "-"))


def tools() -> list[tuple[str, str, Callable[[np.ndarray, float], ToolResult]]]:
    """Every tool: name, package, fitter."""
    return [
        ("tricyclic", "tricyclic", ours(None)),
        ("tricyclic with both profile limits", "tricyclic", ours(0.95)),
        ("scipy curve_fit (LM)", "scipy", one_by_one(scipy_lm)),
        ("scipy curve_fit with bounds (TRF)", "scipy", one_by_one(scipy_trf)),
        ("lmfit", "lmfit", one_by_one(with_lmfit)),
        ("iminuit Migrad", "iminuit", one_by_one(with_iminuit)),
        ("bindcurve ic50", "bindcurve", with_bindcurve),
        ("CurveCurator standard", "curve_curator", one_by_one(with_curve_curator("standard"))),
        (
            "CurveCurator fast (not a valid fit)",
            "curve_curator",
            one_by_one(with_curve_curator("fast")),
        ),
        *((name, R_PACKAGE[name], with_r(call)) for name, call in R_CALLS.items()),
    ]


def rss_of(y: np.ndarray, parameters: Parameters) -> np.ndarray:
    """Residual sum of each curve at the parameters of a tool; nan where it has no result."""
    x = np.repeat(X, y.shape[2])
    return np.array(
        [np.sum((curve(x, *p) - one.ravel()) ** 2) for one, p in zip(y, parameters, strict=False)]
    )


def measure(easy: np.ndarray, hard: np.ndarray, seconds: float) -> tuple[str, list[str]]:
    """The table, and a line for every tool that is left out."""
    x = np.repeat(X, easy.shape[2])
    truth = np.array([reference(x, one) for one in easy])
    best = np.minimum(
        rss_of(hard, np.array([reference(x, one) for one in hard])),
        rss_of(hard, ours(None)(hard, 0).parameters),
    )
    lines = [
        (
            "| tool | version | curves per second and core | tricyclic is | largest difference in "
            "log10 IC50, easy | hard: worse than the best | hard: no answer |"
        ),
        "|---|---|---|---|---|---|---|",
    ]
    left_out, fastest = [], 0.0
    for name, package, fit in tools():
        why = missing(name, package)
        if why:
            left_out.append(f"{name}: left out, {why}.")
            print(left_out[-1], flush=True)
            continue
        on_easy, on_hard = fit(easy, seconds), fit(hard, seconds)
        speed = 1.0 / on_easy.seconds
        fastest = fastest or speed
        sums = rss_of(hard, on_hard.parameters)
        none = int(np.isnan(sums).sum())
        worse = int((sums > best[: len(sums)] * (1 + 1e-4)).sum())
        ratio = "1" if name == "tricyclic" else f"{times(fastest / speed)} times as fast"
        lines.append(
            f"| {name} | {version(name, package)} | {speed:,.0f} | {ratio} "
            f"| {difference(on_easy.parameters[:, 0], truth[:, 0])} | {worse} of {len(sums)} "
            f"| {none} |"
        )
        print(lines[-1], flush=True)
    return "\n".join(lines), left_out


def times(ratio: float) -> str:
    """A ratio of speeds."""
    return f"{ratio:,.0f}" if ratio > 10 else f"{ratio:,.1f}"


def difference(log10_ic50: np.ndarray, truth: np.ndarray) -> str:
    """The largest difference from the reference, and of how many curves."""
    answered = np.isfinite(log10_ic50)
    largest = np.abs(log10_ic50 - truth[: len(log10_ic50)])[answered].max(initial=0.0)
    lost = "" if answered.all() else f", {int((~answered).sum())} no answer"
    return f"{largest:.1g} (of {len(log10_ic50)}{lost})"


def main() -> None:
    """Run all tools, print, and fill the page if --docs is given."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--curves", type=int, default=100, help="easy curves")
    parser.add_argument("--hard", type=int, default=100, help="hard curves")
    parser.add_argument(
        "--seconds",
        type=float,
        default=20.0,
        help="CPU time after which a tool is stopped, per set",
    )
    parser.add_argument("--docs", action="store_true", help="fill docs/benchmarks.md")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    rng = np.random.default_rng(20260302)
    easy, _ = counts(options.curves, rng)
    hard, _ = counts(options.hard, rng, "hard")
    text, left_out = measure(easy, hard, options.seconds)
    text += (
        f"\n\n{options.curves} easy and {options.hard} hard curves, CPU time of one core; "
        f"{machine()}, Python {platform.python_version()}. {' '.join(left_out)}"
    )
    if options.docs:
        fill("peers", text.rstrip())


if __name__ == "__main__":
    main()
