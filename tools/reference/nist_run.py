"""Prints, as JSON, what the package's least squares makes of each certified NIST set from both
starts. Argument: the repository.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np

from tricyclic.numerics.least_squares import covariance, jacobian, least_squares


def main(root: Path) -> None:
    path = root / "tests" / "numerics" / "nist" / "read_sets.py"
    spec = importlib.util.spec_from_file_location("nist_read_sets", path)
    assert spec is not None and spec.loader is not None
    nist = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = nist
    spec.loader.exec_module(nist)
    results = {}
    for given in nist.read_sets():
        for number, start in enumerate(given.starts, 1):
            n, free = given.y.size, np.full(start.size, np.inf)
            with np.errstate(all="ignore"):
                end = least_squares(
                    given.model, given.y, np.ones(n), start, -free, free, np.abs(start)
                )
                slopes = jacobian(
                    given.model, end.x, np.maximum(np.abs(end.x), np.abs(start)), fine=True
                )
                deviations = np.sqrt(
                    np.diag(covariance(slopes, np.ones(n))) * end.rss / given.degrees_of_freedom
                )
            results[f"{given.name} start {number}"] = {
                "parameters": end.x.tolist(),
                "rss": end.rss,
                "standard_deviations": deviations.tolist(),
            }
    print(json.dumps(results))  # noqa: T201


main(Path(sys.argv[1]))
