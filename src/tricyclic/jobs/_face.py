"""What `import tricyclic as tca` offers: the jobs as functions, and results that show themselves."""

from __future__ import annotations

import html
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tricyclic.core.estimate import interval, told
from tricyclic.core.format import figures
from tricyclic.curves import SHELF as curves
from tricyclic.fitting.fit import fit, predict
from tricyclic.io.library.protocols import protocol
from tricyclic.io.open import read_plates, read_tables
from tricyclic.io.plate_layout import read_layout
from tricyclic.jobs._found import Found
from tricyclic.jobs._job import Progress

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from tricyclic.core.check import Check
    from tricyclic.core.estimate import Estimate
    from tricyclic.jobs._calibrated import Calibrated
    from tricyclic.jobs._populated import Populated
    from tricyclic.jobs._predicted import Predicted
    from tricyclic.jobs._sensed import Sensed
    from tricyclic.jobs._simulated import Simulated
    from tricyclic.jobs._virtual_told import Virtual
    from tricyclic.numerics.batch.fit import BatchFits
    from tricyclic.results.binding import AssayResult, StudyResult

__all__ = [
    "Result",
    "Study",
    "affinity",
    "calibrate",
    "convert",
    "credibility",
    "curves",
    "demo",
    "design",
    "diagram",
    "export",
    "fit",
    "fit_batch",
    "judge_predictions",
    "kinetics",
    "new_study",
    "open_study",
    "population",
    "predict",
    "protocol",
    "read_layout",
    "read_plates",
    "read_tables",
    "report",
    "saturation",
    "screen",
    "sensitivity",
    "simulate",
    "virtual_assay",
]

OnProgress = Callable[[Progress], None]


class Result:
    """What an analysis found; prints as text, shows as a table in a notebook.

    `result["NET"]` is the AssayResult of that name, `result.estimates` all pooled numbers, `result.checks`
    all remarks on quality, `result.study` the whole record, `result.place` the folder of the files, if any.
    """

    def __init__(self, found: Found) -> None:
        self.found = found

    @property
    def study(self) -> StudyResult:
        """The whole record."""
        return self.found.study

    @property
    def place(self) -> str:
        """The folder that holds the files; empty where none were written."""
        return self.found.place

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """The pooled numbers of all assays."""
        return tuple(estimate for assay in self.study.assays for estimate in assay.pooled)

    @property
    def checks(self) -> tuple[Check, ...]:
        """All remarks on quality."""
        return self.study.all_checks()

    def as_json(self) -> dict[str, Any]:
        """The document that result.json holds."""
        return self.found.as_json()

    def __getitem__(self, name: str) -> AssayResult:
        for assay in self.study.assays:
            if assay.name == name:
                return assay
        raise KeyError(
            f"no assay is called '{name}'; there are {', '.join(a.name for a in self.study.assays)}"
        )

    def __str__(self) -> str:
        lines = [f"Synthetic data: {self.study.synthetic}"] if self.study.synthetic else []
        lines += [told(estimate) for estimate in self.estimates]
        lines += [comparison.says for comparison in self.study.comparisons]
        lines += [told(estimate) for estimate in self.study.selectivity]
        lines += [
            f"  {c.level}   {c.where + ': ' if c.where else ''}{c.says}"
            for c in self.checks
            if c.level != "fine"
        ]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        def cell(text: str, right: bool = False) -> str:
            return f"<td style='text-align:{'right' if right else 'left'}'>{html.escape(text)}</td>"

        rows = []
        for e in (*self.estimates, *self.study.selectivity):
            sign = "" if e.relation == "=" else f"{e.relation} "
            what = " at ".join(part for part in (e.subject, e.target) if part)
            cells = [cell(what), cell(e.name), cell(f"{sign}{figures(e.value)} {e.unit}", True)]
            rows.append("".join([*cells, cell(interval(e), True), cell(str(e.n), True)]))
        heads = "".join(
            f"<th>{head}</th>" for head in ("what", "number", "value", "95 % interval", "n")
        )
        doubts = [c for c in self.checks if c.level != "fine"]
        listed = "".join(
            f"<li><b>{c.level}</b> {html.escape(f'{c.where}: ' if c.where else '')}{html.escape(c.says)}</li>"
            for c in doubts
        )
        note = (
            f"<p><b>Synthetic data:</b> {html.escape(self.study.synthetic)}</p>"
            if self.study.synthetic
            else ""
        )
        table = f"<table><tr>{heads}</tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
        says = "".join(f"<p>{html.escape(c.says)}</p>" for c in self.study.comparisons)
        return f"<div>{note}<h4>{html.escape(self.study.title)}</h4>{table}{says}{f'<ul>{listed}</ul>' if listed else ''}</div>"


class Study:
    """A study folder, to be run and verified."""

    def __init__(self, folder: str | Path) -> None:
        from tricyclic.study.plan import read_plan

        self.folder = Path(folder)
        self.plan = read_plan(self.folder)

    def run(self, on_progress: OnProgress | None = None) -> Result:
        """Analyse the study and write its results."""
        from tricyclic.jobs.run_study import Request, run

        return Result(_finish(run(Request(str(self.folder))), on_progress))

    def verify(self, on_progress: OnProgress | None = None) -> Any:
        """Recompute the latest results and say whether they are the same, byte for byte."""
        from tricyclic.jobs.verify_study import Request, run

        return _finish(run(Request(str(self.folder))), on_progress)

    def __repr__(self) -> str:
        names = ", ".join(assay.name for assay in self.plan.assays)
        return f"Study '{self.plan.title}' in {self.folder}: {names}"


def open_study(folder: str | Path) -> Study:
    """Open a study folder.

    Raises
    ------
    InputError
        If study.toml is missing or wrong.
    """
    return Study(folder)


def new_study(
    folder: str | Path, *, protocol: str = "net-nisoxetine", kind: str = "binding"
) -> tuple[str, ...]:
    """Write a new study folder from a protocol; give the files that were written."""
    from tricyclic.jobs.new_study import Request, run

    return run(Request(kind, str(folder), protocol)).written


def demo(folder: str | Path = "tricyclic-demo") -> Result:
    """Copy the shipped study to a folder and run it."""
    from tricyclic.jobs.demo import Request, run

    return Result(_finish(run(Request(str(folder)))).found)


def affinity(plates: str | Path | list[str | Path], **stated: Any) -> Result:
    """Ki of a compound from raw competition plates; keywords as the options of `tricyclic affinity`."""
    from tricyclic.jobs.affinity import Request, run

    return _analysed(Request, run, plates, stated)


def saturation(plates: str | Path | list[str | Path], **stated: Any) -> Result:
    """Kd and Bmax from raw saturation plates; keywords as the options of `tricyclic saturation`."""
    from tricyclic.jobs.saturation import Request, run

    return _analysed(Request, run, plates, stated)


def kinetics(plates: str | Path | list[str | Path], **stated: Any) -> Result:
    """Rates from raw plates read over time; keywords as the options of `tricyclic kinetics`."""
    from tricyclic.jobs.kinetics import Request, run

    return _analysed(Request, run, plates, stated)


def design(assay: str = "binding", **stated: Any) -> Any:
    """Try a plate before the bench; keywords as the options of `tricyclic design`. Prints as its report."""
    from tricyclic.jobs.design import Request, run

    return _written(run(_request(Request, {"assay": assay, **stated})))


def screen(plates: str | Path | list[str | Path], **stated: Any) -> Any:
    """Judge the plates of a screen and call its hits; keywords as the options of `tricyclic screen`."""
    from tricyclic.jobs.screen import Request, run

    return _written(run(_request(Request, {"plates": _several(plates), **stated})))


def simulate(
    scenario: str | Path, *, on_progress: OnProgress | None = None, **stated: Any
) -> Simulated:
    """Dose a scenario; keywords as the options of `tricyclic simulate`.

    `with_` is the option --with; `set` may be a mapping of PART.symbol to number. The result prints as its key numbers;
    `result["cortex_NE"]` is a Course with its times, values, band and percent of rest.
    """
    from tricyclic.jobs.simulate import Request, run

    found: Simulated = _of_model(Request, run, {"scenario": scenario, **stated}, on_progress)
    return found


def population(
    scenario: str | Path, *, on_progress: OnProgress | None = None, **stated: Any
) -> Populated:
    """Dose many subjects; keywords as the options of `tricyclic population`, else as those of `simulate`."""
    from tricyclic.jobs.population import Request, run

    found: Populated = _of_model(Request, run, {"scenario": scenario, **stated}, on_progress)
    return found


def sensitivity(
    scenario: str | Path, *, on_progress: OnProgress | None = None, **stated: Any
) -> Sensed:
    """See what endpoints hang on; keywords as the options of `tricyclic sensitivity`, else as those of `simulate`."""
    from tricyclic.jobs.sensitivity import Request, run

    found: Sensed = _of_model(Request, run, {"scenario": scenario, **stated}, on_progress)
    return found


def calibrate(scenario: str, *, on_progress: OnProgress | None = None, **stated: Any) -> Calibrated:
    """Find the parameter sets that observations admit; keywords as the options of `tricyclic calibrate`."""
    from tricyclic.jobs.calibrate import Request, run

    found: Calibrated = _of_model(Request, run, {"scenario": scenario, **stated}, on_progress)
    return found


def judge_predictions(
    scenario: str = "", *, on_progress: OnProgress | None = None, **stated: Any
) -> Predicted:
    """Hold a scenario, or all, against experiments that no calibration saw; keywords as the options of `tricyclic predict`."""
    from tricyclic.jobs.predict import Request, run

    found: Predicted = _of_model(Request, run, {"scenario": scenario, **stated}, on_progress)
    return found


def virtual_assay(assay: str, *, on_progress: OnProgress | None = None, **stated: Any) -> Virtual:
    """Do an assay of the guides as a simulation; keywords as the options of `tricyclic virtual-assay`."""
    from tricyclic.jobs.virtual_assay import Request, run

    found: Virtual = _of_model(Request, run, {"assay": assay, **stated}, on_progress)
    return found


def export(scenario: str, to: str | Path, **stated: Any) -> Any:
    """Write a dosed scenario as SBML, SED-ML and a COMBINE archive; keywords as the options of `tricyclic export`."""
    from tricyclic.jobs.export import Request, run

    return _of_model(Request, run, {"scenario": scenario, "to": to, **stated})


def diagram(scenario: str, to: str | Path, **stated: Any) -> Any:
    """Draw the pathways of a scenario into a folder; keywords as the options of `tricyclic diagram`."""
    from tricyclic.jobs.diagram import Request, run

    return _of_model(Request, run, {"scenario": scenario, "to": to, **stated})


def credibility(scenario: str, **stated: Any) -> Any:
    """Report what stands for and against a scenario; keywords as the options of `tricyclic credibility`."""
    from tricyclic.jobs.credibility import Request, run

    return _of_model(Request, run, {"scenario": scenario, **stated})


def fit_batch(
    log10_molar: ArrayLike,
    y: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    model: Literal["3pl", "4pl"] = "4pl",
    limits: float | None = 0.95,
    **held: Any,
) -> BatchFits:
    """Fit many dose-response curves at once, with profile limits of each IC50.

    Parameters
    ----------
    log10_molar : array, shape (points,) or (curves, points)
    y, weight : array, shape (curves, points) or (curves, points, replicates)
        nan where nothing was read.
    model : {"4pl", "3pl"}
    limits : float or None
        Coverage of the limits; None leaves them out.
    **held
        hill, top or bottom held at a value, and what else `tricyclic.numerics.batch.fit.fit_batch` takes.

    Returns
    -------
    BatchFits
        Arrays of shape (curves,); `words` tells the status of each.
    """
    from tricyclic.numerics.batch.fit import fit_batch as run

    return run(log10_molar, y, weight=weight, model=model, limits=limits, **held)


def convert(text: str, to: str, **stated: Any) -> float:
    """Convert a quantity such as "0.5 uM" to another unit; keywords as the options of `tricyclic convert`."""
    from tricyclic.jobs.convert import Request, run

    return run(_request(Request, {"quantity": text, "to": to, **stated})).value


def report(result: Result, to: str | Path) -> Path:
    """Write a result as a report: .html, .pdf or .json."""
    from tricyclic.io.atomic import write_file
    from tricyclic.jobs._report import report_bytes

    path = Path(to)
    write_file(path, report_bytes(result.found, path.suffix.lower()))
    return path


def _of_model(
    request: type,
    run: Callable[[Any], Any],
    stated: dict[str, Any],
    on_progress: OnProgress | None = None,
) -> Any:
    """The result of a job on a model: changed values may be a mapping, places may be paths, one of several may stand alone."""
    import dataclasses

    given: dict[str, Any] = {
        key: str(value) if isinstance(value, Path) else value for key, value in stated.items()
    }
    values = given.get("set")
    if isinstance(values, Mapping):
        given["set"] = tuple(f"{name}={value!r}" for name, value in values.items())
    several = {
        field.name for field in dataclasses.fields(request) if str(field.type).startswith("tuple[")
    }
    given |= {key: (given[key],) for key in several & given.keys() if isinstance(given[key], str)}
    return _written(run(_request(request, given)), on_progress)


def _analysed(
    request: type, run: Callable[[Any], Any], plates: Any, stated: dict[str, Any]
) -> Result:
    paths = {key: str(value) for key, value in stated.items() if isinstance(value, Path)}
    found: Found = _finish(run(_request(request, {"plates": _several(plates), **stated, **paths})))
    return Result(_written(found))


def _several(plates: str | Path | list[str | Path]) -> tuple[str, ...]:
    return tuple(map(str, [plates] if isinstance(plates, (str, Path)) else plates))


def _written(work: Any, on_progress: OnProgress | None = None) -> Any:
    """The result of a job, its files written where it names some."""
    from tricyclic.io.atomic import write_file

    found = _finish(work, on_progress)
    for place, data in (getattr(found, "to_write", None) or {}).items():
        write_file(Path(place), data)
    return found


def _request(request: type, given: dict[str, Any]) -> Any:
    import dataclasses

    from tricyclic.errors import UnknownNameError

    known = [field.name for field in dataclasses.fields(request)]
    for name in given:
        if name not in known:
            raise UnknownNameError.among("option", name, known)
    return request(**given)


def _finish(
    work: Generator[Progress, None, Any] | Any, on_progress: OnProgress | None = None
) -> Any:
    if not isinstance(work, Generator):
        return work
    while True:
        try:
            step = next(work)
        except StopIteration as end:
            return end.value
        if on_progress is not None:
            on_progress(step)
