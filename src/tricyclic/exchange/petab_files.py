"""The files of a PEtab problem as text: model, tab-separated tables, problem.yaml and README.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tricyclic.core.scenario import Scenario
from tricyclic.ode.solver import antimony_to_sbml
from tricyclic.sbml.write import with_notes
from tricyclic.simulation.antimony import to_identifier
from tricyclic.simulation.calibration.parameters import collect_priors
from tricyclic.simulation.calibration.predict import route_parameters
from tricyclic.simulation.model import ComposedModel

# Lines of the composed model that give doses; the conditions give them instead.
_DOSE_LINE = re.compile(
    r"  (?:\w+_dose\d+__(?:dose|first|every|n|given|lasts)|subject__dosing)\b|  \w+: at \("
)
_RATE_LINE = re.compile(r"(  \w+_dose\d+__rate) = .*")
# Width of a central 95 % interval in standard deviations.
WIDTH_95 = 3.92

PARAMETERS = (
    "parameterId parameterName lowerBound upperBound nominalValue estimate priorDistribution "
    "priorParameters"
)
OBSERVABLES = (
    "observableId observableName observableFormula noiseFormula noiseDistribution noisePlaceholders"
)
CONDITIONS = "conditionId targetId targetValue"
EXPERIMENTS = "experimentId time conditionId"
MEASUREMENTS = "observableId experimentId measurement time noiseParameters datasetId"

README = """# {title}: the calibration as a PEtab v2 problem

Open `problem.yaml`. Time is in hours. Noise is log-normal: the noise parameter of a measurement is
the standard deviation of its natural logarithm. Priors are truncated at the bounds. Nominal values
are those of the library.

Every experiment begins with a pre-equilibration without drug. Doses are conditions: a bolus adds to
a depot; a pump, bath or probe sets a rate. `baseline_of_…`, `start_of_…` and `reference_of_…` are
parameters that a condition sets to the value of a quantity at baseline, at the start of a window,
or in the reference arm of a measurement. A reference arm comes first, and months without drug
follow before the arm itself. `mean_of_…` is a state that averages a quantity from the time at which
a condition opens its window.

## Observations

{observations}
"""


@dataclass(frozen=True)
class Experiment:
    """Time [h] and condition of each period; an empty condition changes nothing."""

    periods: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Measurement:
    """One row of the table of measurements."""

    observable: str
    experiment: str
    value: float
    time_h: float
    sd_log: float
    observation: str


@dataclass
class ProblemTables:
    """The tables of a problem while observations are added.

    `definitions` are additions to the model, in Antimony, by the symbol that they define.
    """

    composed: ComposedModel
    definitions: dict[str, str] = field(default_factory=dict)
    observables: dict[str, tuple[str, str]] = field(default_factory=dict)
    conditions: dict[tuple[tuple[str, str], ...], str] = field(default_factory=dict)
    experiments: dict[Experiment, str] = field(default_factory=dict)
    measurements: list[Measurement] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def stored(self, prefix: str, name: str) -> str:
        """Define a parameter that conditions set to a value of a quantity."""
        quantity = self.composed.quantity(name)
        stored = f"{prefix}_{quantity.id}"
        self.definitions[stored] = f"  var {stored}\n  {stored} = 1\n  {stored} has {quantity.unit}"
        return stored

    def mean(self, name: str) -> tuple[str, str]:
        """Define a state that is the mean of a quantity over a window, and the parameter that opens
        the window.
        """
        quantity = self.composed.quantity(name)
        mean, gate = f"mean_of_{quantity.id}", f"open_{quantity.id}"
        self.definitions[mean] = (
            f"  var {gate}\n  {gate} = 0\n  {gate} has per_h\n  {mean} has {quantity.unit}\n"
            f"  {mean}' = {gate} * {quantity.id}\n  {mean} = 0"
        )
        return mean, gate

    def observable(self, formula: str, description: str) -> str:
        """Id of the observable with a formula."""
        identifier = f"observed_{len(self.observables) + 1}"
        return self.observables.setdefault(formula, (identifier, description))[0]

    def condition(self, formulas: Mapping[str, str]) -> str:
        """Id of the condition that sets targets to formulas; empty where it sets none."""
        rows = tuple(sorted(formulas.items()))
        return (
            self.conditions.setdefault(rows, f"change_{len(self.conditions) + 1}") if rows else ""
        )

    def experiment(self, experiment: Experiment, observation: str) -> str:
        """Id of an experiment."""
        return self.experiments.setdefault(experiment, f"experiment_{observation}")


def problem_files(tables: ProblemTables, left_out: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The files of a problem by name."""
    scenario = tables.composed.scenario
    parameters, prior_remarks = _parameter_rows(tables.composed)
    remarks = [*tables.remarks, *prior_remarks]
    observations = [one.observation for one in tables.measurements]
    return {
        "problem.yaml": _problem_yaml(scenario.name),
        "model.xml": _model(tables),
        "parameters.tsv": _table(PARAMETERS, parameters),
        "observables.tsv": _table(OBSERVABLES, _observable_rows(tables)),
        "conditions.tsv": _table(
            CONDITIONS,
            ((name, *row) for rows, name in tables.conditions.items() for row in rows),
        ),
        "experiments.tsv": _table(
            EXPERIMENTS,
            (
                (name, *period)
                for experiment, name in tables.experiments.items()
                for period in (("-inf", ""), *experiment.periods)
            ),
        ),
        "measurements.tsv": _table(
            MEASUREMENTS,
            (
                (one.observable, one.experiment, one.value, one.time_h, one.sd_log, one.observation)
                for one in tables.measurements
            ),
        ),
        "README.md": _readme(scenario, observations, left_out, remarks),
    }


def _parameter_rows(composed: ComposedModel) -> tuple[list[tuple[object, ...]], list[str]]:
    """Rows of the parameters with their priors, and remarks on priors that PEtab lacks."""
    model_names = {name: quantity for quantity, name in route_parameters(composed).items()}
    rows: list[tuple[object, ...]] = []
    remarks = []
    for prior in collect_priors([composed]):
        center, sd = prior.center_and_sd
        if prior.scale == "logit":
            center, sd = prior.start, (prior.high - prior.low) / WIDTH_95
            remarks.append(
                f"{prior.name}: its prior is normal on the logit scale, which PEtab lacks; here it "
                "is a normal distribution of the same width."
            )
        rows.append(
            (
                to_identifier(model_names.get(prior.name, prior.name)),
                prior.name,
                prior.low,
                prior.high,
                prior.start,
                "true",
                "log-normal" if prior.scale == "log" else "normal",
                f"{center!r};{sd!r}",
            )
        )
    return rows, remarks


def _observable_rows(tables: ProblemTables) -> list[tuple[object, ...]]:
    return [
        (name, description, formula, f"noise_of_{name}", "log-normal", f"noise_of_{name}")
        for formula, (name, description) in tables.observables.items()
    ]


def _model(tables: ProblemTables) -> str:
    """The drug-free model as SBML, with the parameters that conditions set."""
    composed, scenario = tables.composed, tables.composed.scenario
    lines = [line for line in composed.text.splitlines() if not _DOSE_LINE.match(line)]
    text = "\n".join(_RATE_LINE.sub(r"\1 = 0", line) for line in lines)
    body, end, _ = text.rpartition("\nend")
    rates = [f"  var {to_identifier(dose.feeds)}" for dose in composed.doses if dose.sustained]
    additions = ["", "  // set by conditions", *rates, *tables.definitions.values()]
    notes = [
        scenario.title,
        " ".join(scenario.description.split()),
        (
            "Without doses: the conditions of the PEtab problem give them. Time is in hours, "
            "concentrations are in nM."
        ),
    ]
    sbml = antimony_to_sbml("\n".join([body, *additions]) + end + "\n", composed.name)
    return with_notes(sbml, {composed.name: "\n".join(notes)})


def _problem_yaml(name: str) -> str:
    """The file that names all others."""
    kinds = ("parameter", "observable", "condition", "experiment", "measurement")
    files = "".join(f"{kind}_files:\n  - {kind}s.tsv\n" for kind in kinds)
    model = f"model_files:\n  {name}:\n    location: model.xml\n    language: sbml\n"
    return f"format_version: 2.0.0\nid: {name}\n{model}{files}"


def _readme(
    scenario: Scenario,
    observations: Sequence[str],
    left_out: Sequence[tuple[str, str]],
    remarks: Sequence[str],
) -> str:
    """The conventions of the problem, its observations, and those that it cannot express."""
    text = README.format(title=scenario.title, observations=", ".join(observations))
    if remarks:
        text += "\n## Approximations\n\n" + "".join(f"- {remark}\n" for remark in remarks)
    if left_out:
        by_reason: dict[str, list[str]] = {}
        for name, reason in left_out:
            by_reason.setdefault(reason, []).append(name)
        text += "\n## Observations that PEtab cannot express\n\n"
        text += "".join(f"- {reason}: {', '.join(names)}\n" for reason, names in by_reason.items())
    return text


def _table(columns: str, rows: Iterable[Sequence[object]]) -> str:
    """Rows under their columns, which are separated by blanks in `columns`; numbers to the last
    digit.
    """
    lines: list[Sequence[object]] = [columns.split(), *rows]
    return "".join("\t".join(_cell(cell) for cell in line) + "\n" for line in lines)


def _cell(value: object) -> str:
    return repr(float(value)) if isinstance(value, float) else str(value)
