"""Coverage and bias of the EC50 and the maximum fold of simulated culture experiments.

    python benchmarks/virtual_coverage.py [--experiments N] [--cultures N]

The true values are those of the typical culture of the model, without error.
"""

# ruff: noqa: T201 (a script that reports on standard output)

from __future__ import annotations

import argparse
import math

import numpy as np

from tricyclic.workflows.model.options import VirtualAssayOptions
from tricyclic.workflows.model.virtual_assay import run

ASSAYS = {
    "neurites": {"drug": "fluvoxamine", "concentrations": "10, 30, 100, 300, 1000 nM"},
    "glutamate": {"drug": "imipramine", "concentrations": "0.1, 0.3, 1, 3, 10 uM"},
}


def main() -> None:
    """Print one line per assay and estimate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=60)
    parser.add_argument("--cultures", type=int, default=6)
    options = parser.parse_args()
    print("| assay | estimate | contains the true value | geometric mean / true | no estimate |")
    print("| --- | --- | --- | --- | --- |")
    for assay, doses in ASSAYS.items():
        rows: dict[str, list[tuple[bool, float]]] = {}
        for seed in range(options.experiments):
            result = run(
                VirtualAssayOptions(
                    assay=assay,
                    antagonist="none",
                    cultures=options.cultures,
                    experiments=0,
                    seed=seed,
                    **doses,
                )
            )
            for endpoint in result.endpoints:
                one = endpoint.estimate
                inside = one.low <= endpoint.truth <= one.high
                ratio = one.value / endpoint.truth if one.value > 0 else math.nan
                rows.setdefault(one.name, []).append((inside, ratio))
        for name, values in rows.items():
            inside, logs = np.mean([a for a, _ in values]), np.log([b for _, b in values])
            missing = options.experiments - int(np.isfinite(logs).sum())
            print(
                f"| {assay} | {name} | {100 * inside:.0f} % of {len(values)} | "
                f"{np.exp(np.nanmean(logs)):.2f} | {missing} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
