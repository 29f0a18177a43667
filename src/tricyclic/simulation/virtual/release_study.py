"""A synthetic study of evoked release with a stated truth: cultures, wells, two samples each, read
as fluorescence on one plate per culture with its own standards.

Independent of the analysis: amounts are followed through the volumes of the well.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np

ROWS = "ABCDEFGH"
# Standards of glutamate [uM], in duplicate; 0 is the blank.
LEVELS_UM = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
TITLE = "synthetic data: simulated cultures, no experiment"
COLUMNS = (
    *("culture", "plate", "well", "sample", "drug", "concentration_uM", "stimulus", "antagonist"),
    *("protein_ug", "level_uM", "assay plate", "assay well"),
)


@dataclass(frozen=True)
class ReleaseDesign:
    """Design and truth of a synthetic study.

    Parameters
    ----------
    cultures, wells : int
        Independent cultures, and wells of each arm in each; at most 3 wells.
    drug, stimulus, antagonist, positive : str
    concentrations_uM : tuple of float
    blocked_uM : float
        Concentration that is tested with the antagonist; one of the concentrations.
    largest_fold : float
        Net release over the vehicle at a saturating concentration.
    ec50_uM : float
    remaining : float
        Share of the potentiation that the antagonist leaves, 0 to 1.
    basal_pmol, net_pmol, positive_pmol : float
        In the well before, released by the stimulus, and by depolarisation.
    well_uL, sample_uL : float
        Medium, and what the basal sample takes.
    protein_ug : float
    culture_sd, effect_sd, well_sd, reading_cv : float
        On natural logarithms: of the level and of the potentiation between cultures, of the cells
        of a well; and the relative error of a reading.
    """

    cultures: int = 6
    wells: int = 3
    drug: str = "imipramine"
    stimulus: str = "BDNF"
    antagonist: str = "NE-100"
    positive: str = "KCl"
    concentrations_uM: tuple[float, ...] = (0.1, 0.3, 1.0, 3.0, 10.0)
    blocked_uM: float = 3.0
    largest_fold: float = 2.0
    ec50_uM: float = 0.8
    remaining: float = 0.1
    basal_pmol: float = 350.0
    net_pmol: float = 300.0
    positive_pmol: float = 1400.0
    well_uL: float = 500.0
    sample_uL: float = 100.0
    protein_ug: float = 55.0
    culture_sd: float = 0.25
    effect_sd: float = 0.10
    well_sd: float = 0.12
    reading_cv: float = 0.03

    def true_fold(self, concentration_uM: float, *, blocked: bool = False) -> float:
        """Net release over the vehicle in the typical culture."""
        share = concentration_uM / (concentration_uM + self.ec50_uM) if concentration_uM else 0.0
        left = self.remaining if blocked else 1.0
        return 1.0 + (self.largest_fold - 1.0) * share * left


def synthetic_release(
    rng: np.random.Generator, design: ReleaseDesign | None = None
) -> dict[str, bytes]:
    """Files of a synthetic study: `design.csv`, and `plates/plate1.csv` and so on.

    Parameters
    ----------
    rng : Generator
    design : ReleaseDesign, optional

    Returns
    -------
    dict of str to bytes
        The design has a row for each sample and standard; the plates are grids of fluorescence.
    """
    plan = design or ReleaseDesign()
    rows: list[tuple[object, ...]] = []
    files: dict[str, bytes] = {}
    for culture in range(1, plan.cultures + 1):
        samples = _samples(rng, plan, culture)
        grid = np.full((8, 12), np.nan)
        # The lamp and the enzyme differ between plates, which the standards of each plate show.
        background, gain = 120.0 * np.exp(rng.normal(0, 0.05)), 900.0 * np.exp(rng.normal(0, 0.08))
        places = [f"{row}{column}" for column in range(3, 13) for row in ROWS]
        for (head, true_uM), place in zip(samples, places, strict=False):
            rows.append((*head, "", str(culture), place))
            _read(rng, grid, place, background + gain * true_uM, plan.reading_cv)
        for k, level in enumerate(LEVELS_UM):
            for column in (1, 2):
                place = f"{ROWS[k]}{column}"
                kind = "standard" if level else "blank"
                rows.append(("", str(culture), "", kind, *("",) * 5, level, str(culture), place))
                _read(rng, grid, place, background + gain * level, plan.reading_cv)
        files[f"plates/plate{culture}.csv"] = _grid(grid, culture)
    return {"design.csv": _table(COLUMNS, rows), **files}


def arms_of(plan: ReleaseDesign) -> list[tuple[str, float, str, str]]:
    """Drug, concentration, stimulus and antagonist of each arm."""
    drug = plan.drug
    return [
        ("vehicle", 0.0, "none", ""),
        (drug, plan.blocked_uM, "none", ""),
        ("vehicle", 0.0, plan.stimulus, ""),
        *((drug, c, plan.stimulus, "") for c in plan.concentrations_uM),
        ("vehicle", 0.0, plan.stimulus, plan.antagonist),
        (drug, plan.blocked_uM, plan.stimulus, plan.antagonist),
        ("vehicle", 0.0, plan.positive, ""),
    ]


def _samples(
    rng: np.random.Generator, plan: ReleaseDesign, culture: int
) -> list[tuple[tuple[object, ...], float]]:
    """Samples of a culture: columns of the design, and the true concentration [uM]."""
    level = float(np.exp(rng.normal(0, plan.culture_sd)))
    response = float(np.exp(rng.normal(0, plan.effect_sd)))
    wells = [f"{row}{column}" for row in "ABCDEF" for column in range(1, 9)]
    order = rng.permutation(len(wells))
    samples: list[tuple[tuple[object, ...], float]] = []
    at = 0
    for drug, concentration, stimulus, antagonist in arms_of(plan):
        for _ in range(plan.wells):
            cells = level * float(np.exp(rng.normal(0, plan.well_sd)))
            fold = plan.true_fold(concentration, blocked=bool(antagonist))
            fold = 1.0 + (fold - 1.0) * response
            released = {"none": 0.0, plan.stimulus: plan.net_pmol * fold}.get(
                stimulus, plan.positive_pmol
            )
            before = plan.basal_pmol * cells / plan.well_uL
            # What the basal sample removed is gone when the stimulus acts.
            left = plan.well_uL - plan.sample_uL
            after = (before * left + released * cells) / left
            protein = plan.protein_ug * cells * float(np.exp(rng.normal(0, 0.04)))
            for kind, true_uM in (("basal", before), ("stimulated", after)):
                head = (
                    *(str(culture), str(culture), wells[order[at]], kind, drug, concentration),
                    *(stimulus, antagonist, f"{protein:.1f}"),
                )
                samples.append((head, true_uM))
            at += 1
    return samples


def _read(
    rng: np.random.Generator, grid: np.ndarray, place: str, expected: float, cv: float
) -> None:
    row, column = ROWS.index(place[0]), int(place[1:]) - 1
    grid[row, column] = expected * (1.0 + cv * rng.standard_normal())


def _grid(grid: np.ndarray, plate: int) -> bytes:
    lines = [f"Plate {plate} (RFU)", ",".join(["", *(str(k) for k in range(1, 13))])]
    for letter, row in zip(ROWS, grid, strict=True):
        cells = ["" if np.isnan(value) else f"{value:.0f}" for value in row]
        lines.append(",".join([letter, *cells]))
    return ("\n".join(lines) + "\n").encode()


def _table(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> bytes:
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return sink.getvalue().encode()
