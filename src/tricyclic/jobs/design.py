"""An experiment is tried before it is done: what the wells will hold, how wide the interval will be, and what to change first."""

from __future__ import annotations

import os
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tricyclic.errors import InputError
from tricyclic.jobs._job import Job, Progress, asked

if TYPE_CHECKING:
    from tricyclic.assays.binding.design.plan import Plan
    from tricyclic.jobs._designed import Designed

MOST_SIMULATIONS = 1_000_000


@dataclass(frozen=True)
class Request:
    """Plan a plate and try its whole analysis before the bench: `tricyclic design binding --protocol net-nisoxetine --expected-ki "1 nM"`."""

    assay: str = asked("What kind of experiment", place=True, choices=("binding",))
    protocol: str = asked(
        "Protocol that fixes what is not stated here; see: tricyclic protocols", default=""
    )
    kind: str = asked(
        "What is varied; the protocol's own kind where left out",
        default="",
        choices=("competition", "saturation"),
    )
    compound: str = asked("What the competitor is called", default="")
    expected_ki: str = asked('Ki that is expected, with its unit, such as "1 nM"', default="")
    expected_kd: str = asked(
        'Kd that a saturation is expected to find, such as "0.8 nM"', default=""
    )
    expected_bmax: str = asked(
        'Density of sites, such as "800 fmol/mg"; the library\'s where it holds one', default=""
    )
    within: float = asked(
        "Fold by which the expected Ki or Kd may be wrong, either way", default=3.0
    )
    width: float | None = asked(
        "Wished width of the pooled 95 % interval, high limit over low limit", default=None
    )
    runs: int = asked("Independent runs, one plate each", default=3)
    replicates: int = asked("Wells of each concentration", default=3)
    plate: int = asked("Wells of the plate", default=96)
    between_run_sd: float = asked("SD of log10 Ki (or Kd, Bmax) from run to run", default=0.1)
    cv: str | float = asked(
        "Scatter of wells by pipetting, such as 5%", default="5%", unit="fraction"
    )
    nonspecific: str | float | None = asked(
        "Non-specifically bound over free radioligand", default=None, unit="fraction"
    )
    radioligand_nM: float | str | None = asked("Radioligand added", default=None, unit="nM")
    kd_nM: float | str | None = asked("Kd of the radioligand", default=None, unit="nM")
    specific_activity: float | str | None = asked("Specific activity", default=None, unit="Ci/mmol")
    efficiency: float | str | None = asked(
        "Counts per decay, 0 to 1", default=None, unit="fraction"
    )
    counting_time_min: float | str | None = asked(
        "Time each well is counted", default=None, unit="min"
    )
    background_cpm: float | str | None = asked("Counter background", default=None, unit="cpm")
    volume_uL: float | str | None = asked("Volume of a well", default=None, unit="uL")
    protein_ug: float | str | None = asked("Membrane protein in a well", default=None, unit="ug")
    kon: float | str | None = asked(
        "On-rate of the radioligand at the temperature", default=None, unit="1/(M min)"
    )
    koff: float | str | None = asked(
        "Off-rate of the radioligand at the temperature", default=None, unit="1/min"
    )
    competitor_koff: float | str | None = asked(
        "Off-rate of the competitor", default=None, unit="1/min"
    )
    incubation_min: float | str | None = asked("Incubation", default=None, unit="min")
    temperature: float | str | None = asked(
        "Temperature of the incubation", default=None, unit="degC"
    )
    target: str = asked("What is bound to, where no protocol says it", default="")
    isotope: str = asked("3H, 125I, … where no protocol says it", default="")
    layout: str = asked(
        "Plate map to try as it is, instead of the proposed one", default="", path=True
    )
    simulations: int = asked("Plates to simulate; 0: none", default=2000)
    seed: int = asked("Of the simulation", default=1)
    workers: int | None = asked(
        "Processes; as many as there are cores where left out", default=None
    )
    out: str = asked(
        "Folder for the report, the drawn plate and the study template; new or empty",
        default="",
        path=True,
    )


def run(request: Request) -> Generator[Progress, None, Designed]:
    """Plan, predict, propose, simulate, advise."""
    from tricyclic.assays.binding.design.advice import changes, doubts, wished
    from tricyclic.assays.binding.design.chemistry import counts_in_wells, depletion, time_needed
    from tricyclic.assays.binding.design.dilutions import propose
    from tricyclic.assays.binding.design.information import pooled_width, widths
    from tricyclic.assays.binding.design.trial import performance
    from tricyclic.curves import SHELF
    from tricyclic.jobs._design_plan import asked_plan
    from tricyclic.jobs._design_pool import simulate
    from tricyclic.jobs._designed import Designed

    _possible(request)
    begun = asked_plan(request)
    better, series, optima = propose(
        begun.plan, SHELF, replicates=request.replicates, within=request.within
    )
    plan = begun.plan if begun.has_layout else better
    if request.width is not None:
        wish = wished(plan, SHELF, request.width)
    found = widths(plan, SHELF)
    se = max(w.se_log10 for w in found)
    table = tuple(
        (
            n,
            pooled_width(se, plan.between_run_sd, n),
            pooled_width(se / 2**0.5, plan.between_run_sd, n),
            pooled_width(0.0, plan.between_run_sd, n),
        )
        for n in (2, 3, 4, 5, 6, 8, 10)
    )
    result = Designed(
        title=_title(plan),
        plan=plan,
        proposed=not begun.has_layout,
        taken=begun.taken,
        depletion=depletion(plan),
        times=time_needed(plan, begun.competitor_koff_per_min),
        counts=counts_in_wells(plan),
        widths=found,
        series=series,
        optima=optima,
        doubts=doubts(plan),
        changes=changes(plan, SHELF, other_series=(better,) if begun.has_layout else ()),
        wished=wish if request.width is not None else None,
        runs_table=table,
        performance=(),
        fired=(),
        seed=request.seed,
        place=request.out,
    )
    if request.simulations:
        workers = request.workers if request.workers is not None else _cores()
        tries = yield from simulate(plan, request.simulations, seed=request.seed, workers=workers)
        plates = tries.plates.shape[0] * tries.plates.shape[1]
        fired = sorted(
            ((name, n / plates) for name, n in tries.checks.items()),
            key=lambda item: (-item[1], item[0]),
        )
        result = replace(result, performance=performance(plan, tries), fired=tuple(fired))
    if not request.out:
        return result
    from tricyclic.jobs._design_files import files_of

    files = files_of(result, begun)
    return replace(
        result, to_write={str(Path(request.out) / name): data for name, data in files.items()}
    )


def _possible(request: Request) -> None:
    """Refuse at once what cannot be, before anything is computed."""
    if request.width is not None and not request.width > 1:
        raise InputError(
            f"the wished width is {request.width:g} fold",
            where="width",
            allowed="High limit over low limit, above 1: 2 means from 0.7 to 1.4 times the value",
        )
    for name, value, least, most in (
        ("simulations", request.simulations, 0, MOST_SIMULATIONS),
        ("replicates", request.replicates, 1, 24),
        ("runs", request.runs, 1, 100),
        ("seed", request.seed, 0, 2**63),
        ("workers", request.workers or 1, 1, 1024),
    ):
        if not least <= value <= most:
            raise InputError(
                f"is {value}", where=name, allowed=f"A whole number from {least} to {most}"
            )
    if request.out:
        folder = Path(request.out)
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(
                "is not empty", where=request.out, do="Name a folder that is new or empty"
            )


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _title(plan: Plan) -> str:
    what = plan.compound if plan.kind == "competition" else plan.conditions.radioligand
    verb = "Competition of" if plan.kind == "competition" else "Saturation with"
    where = f" at {plan.conditions.target}" if plan.conditions.target else ""
    return f"{verb} {what or 'the radioligand'}{where}, before the bench"


JOB = Job("design", "Plan a plate and try its analysis before the bench", Request, run)
