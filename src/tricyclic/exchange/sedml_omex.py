"""A composed scenario as files for other programs: SBML, Antimony, SED-ML and a COMBINE archive.

The SBML is the model that is simulated, with the steady state and the doses of time 0 as its
initial values, the ranges of its parameters as uncertainties (distrib package), and the identifiers
of its quantities in public databases.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from tricyclic.core.constant import Constant
from tricyclic.ode.base import ATOL, RTOL
from tricyclic.ode.solver import antimony_to_sbml, sbml_to_antimony
from tricyclic.sbml.write import with_initial_values, with_notes
from tricyclic.simulation.antimony import to_identifier
from tricyclic.simulation.model import ComposedModel
from tricyclic.simulation.run import Simulator

Floats = NDArray[np.float64]

_COMBINE = "http://identifiers.org/combine.specifications"
_MEDIA = "http://purl.org/NET/mediatypes"
OMEX, MANIFEST = f"{_COMBINE}/omex", f"{_COMBINE}/omex-manifest"
FORMATS = {
    ".xml": f"{_COMBINE}/sbml",
    ".sedml": f"{_COMBINE}/sed-ml",
    ".ant": f"{_MEDIA}/text/plain",
    ".csv": f"{_MEDIA}/text/csv",
    ".yaml": f"{_MEDIA}/application/yaml",
    ".tsv": f"{_MEDIA}/text/tab-separated-values",
    ".md": f"{_MEDIA}/text/markdown",
    ".html": f"{_MEDIA}/text/html",
}
OTHER_FORMAT = f"{_MEDIA}/application/octet-stream"
# A fixed date makes archives of the same files the same bytes.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
# 97.5 % quantile of the standard normal distribution.
Z_975 = 1.959963984540054

_SEDML = """<?xml version="1.0" encoding="UTF-8"?>
<sedML xmlns="http://sed-ml.org/sed-ml/level1/version4" \
xmlns:sbml="http://www.sbml.org/sbml/level3/version2/core" level="1" version="4">
  <listOfModels>
    <model id="model_1" name={title} language="urn:sedml:language:sbml.level-3.version-2" \
source={model_file}/>
  </listOfModels>
  <listOfSimulations>
    <uniformTimeCourse id="simulation_1" initialTime="0" outputStartTime="{start}" \
outputEndTime="{end}" numberOfSteps="{steps}">
      <algorithm kisaoID="KISAO:0000019" name="CVODE">
        <listOfAlgorithmParameters>
          <algorithmParameter kisaoID="KISAO:0000209" name="relative tolerance" value="{rtol}"/>
          <algorithmParameter kisaoID="KISAO:0000211" name="absolute tolerance" value="{atol}"/>
        </listOfAlgorithmParameters>
      </algorithm>
    </uniformTimeCourse>
  </listOfSimulations>
  <listOfTasks>
    <task id="task_1" modelReference="model_1" simulationReference="simulation_1"/>
  </listOfTasks>
  <listOfDataGenerators>
    <dataGenerator id="data_time" name="time [h]">
      <math xmlns="http://www.w3.org/1998/Math/MathML"><ci>value_time</ci></math>
      <listOfVariables><variable id="value_time" symbol="urn:sedml:symbol:time" \
taskReference="task_1"/></listOfVariables>
    </dataGenerator>
{data}
  </listOfDataGenerators>
  <listOfOutputs>
    <report id="report_1" name={title}>
      <listOfDataSets>
        <dataSet id="set_time" label="time_h" dataReference="data_time"/>
{sets}
      </listOfDataSets>
    </report>
    <plot2D id="plot_1" name={title}>
      <listOfCurves>
{curves}
      </listOfCurves>
    </plot2D>
  </listOfOutputs>
</sedML>
"""
_DATA = """    <dataGenerator id="data_{k}" name={description}>
      <math xmlns="http://www.w3.org/1998/Math/MathML"><ci>value_{k}</ci></math>
      <listOfVariables><variable id="value_{k}" target="{target}" taskReference="task_1"/>\
</listOfVariables>
    </dataGenerator>"""
_SET = '        <dataSet id="set_{k}" label={name} dataReference="data_{k}"/>'
_CURVE = (
    '        <curve id="curve_{k}" name={name} logX="false" logY="false" '
    'xDataReference="data_time" yDataReference="data_{k}" order="{k}" type="points"/>'
)


def standalone_text(
    simulator: Simulator,
    values: Mapping[str, float] = {},
    steady_state: Floats | None = None,
) -> str:
    """The composed model in Antimony with its initial values, so that it alone reproduces the run.

    Parameters
    ----------
    simulator : Simulator
    values : mapping of str to float
        Parameters that differ from the library's.
    steady_state : array, shape (states,), optional
        The drug-free steady state of these values, where it is known.
    """
    composed = simulator.composed
    if not composed.has_steady_state:
        text = sbml_to_antimony(sbml_file(simulator, values, steady_state), composed.name)
        renamed = [
            name
            for name in composed.quantities
            if re.search(rf"\b{name}_\b", text) and not re.search(rf"\b{name}\b", text)
        ]
        if renamed:
            listed = ", ".join(f"{name}_ is {name}" for name in renamed)
            text = f"// An id that is a word of Antimony has an underscore: {listed}\n{text}"
        return text
    changed, start = _initial_values(simulator, values, steady_state)
    lines = ["", "  // initial values: the drug-free steady state, and the doses of time 0"]
    lines += [f"  {name} = {float(value)!r}" for name, value in {**changed, **start}.items()]
    lines += ["", "  // uncertainty of each value: its published or plausible range"]
    for name, constant in composed.parameters.items():
        identifier = to_identifier(name)
        spread = _distribution(constant, changed.get(identifier, constant.value))
        if spread:
            lines.append(f"  {identifier}.distribution = {spread}")
    body, end, _ = composed.text.rpartition("\nend")
    return "\n".join([body, *lines]) + end + "\n"


def sbml_file(
    simulator: Simulator,
    values: Mapping[str, float] = {},
    steady_state: Floats | None = None,
) -> str:
    """The scenario with its doses and initial values as SBML Level 3 Version 2; parameters as in
    `standalone_text`.
    """
    composed = simulator.composed
    if not composed.has_steady_state:
        changed, start = _initial_values(simulator, values, steady_state)
        return with_initial_values(simulator.sbml, {**changed, **start})
    sbml = antimony_to_sbml(standalone_text(simulator, values, steady_state), composed.name)
    return with_notes(sbml, {composed.name: model_notes(composed)})


def _initial_values(
    simulator: Simulator, values: Mapping[str, float], steady_state: Floats | None
) -> tuple[dict[str, float], dict[str, float]]:
    """Parameters that differ from the model, and states at time 0 with the doses given then; by
    id.
    """
    states = simulator.steady_state(values) if steady_state is None else steady_state
    start = dict(zip(simulator.model.states, states, strict=True))
    changed = simulator.ids(values)
    for dose in simulator.composed.doses:
        if not dose.dosing.at_start:
            continue
        amount = changed.get(to_identifier(dose.amount), dose.dosing.amount)
        if dose.sustained:
            changed[to_identifier(dose.feeds)] = amount
        else:
            start[to_identifier(dose.feeds)] += amount
    return changed, start


def model_notes(composed: ComposedModel) -> str:
    """Title, description, doses and units of a model, one paragraph per line."""
    scenario = composed.scenario
    doses = "; ".join(dose.dosing.description or dose.name for dose in composed.doses)
    return "\n".join(
        [
            scenario.title,
            " ".join(scenario.description.split()),
            (
                f"Doses: {doses or 'none'}. Time is in hours, concentrations are in nM, amounts in "
                "nmol per kg of body weight."
            ),
            (
                "The model starts at its drug-free steady state, to which the doses of time 0 are "
                "added."
            ),
        ]
    )


def sedml_file(
    composed: ComposedModel,
    model_file: str,
    time_h: Floats,
    observables: Sequence[str],
    *,
    rtol: float = RTOL,
    atol: float = ATOL,
) -> str:
    """The simulation as SED-ML Level 1 Version 4: one uniform time course with CVODE, a report and
    a plot.

    Parameters
    ----------
    composed : ComposedModel
    model_file : str
        Name of the SBML file in the same folder.
    time_h : array, shape (times,)
        Times of the run [h]; SED-ML has the first, the last and their number.
    observables : sequence of str
        Quantities of report and plot.
    """
    quantities = [composed.quantity(name) for name in observables]
    data, sets, curves = [], [], []
    for k, quantity in enumerate(quantities):
        is_species = quantity.kind == "species"
        listed, element = ("Species", "species") if is_species else ("Parameters", "parameter")
        path = f"/sbml:sbml/sbml:model/sbml:listOf{listed}/sbml:{element}[@id='{quantity.id}']"
        name, description = quoteattr(quantity.name), quoteattr(quantity.description)
        data.append(_DATA.format(k=k, description=description, target=escape(path)))
        sets.append(_SET.format(k=k, name=name))
        curves.append(_CURVE.format(k=k, name=name))
    return _SEDML.format(
        title=quoteattr(composed.scenario.title),
        model_file=quoteattr(model_file),
        start=repr(float(time_h[0])),
        end=repr(float(time_h[-1])),
        steps=max(len(time_h) - 1, 1),
        rtol=repr(rtol),
        atol=repr(atol),
        data="\n".join(data),
        sets="\n".join(sets),
        curves="\n".join(curves),
    )


def omex_archive(files: Mapping[str, bytes], *, master: str) -> bytes:
    """Files and their manifest as one COMBINE archive; the same files give the same bytes.

    Parameters
    ----------
    files : mapping of str to bytes
        By their path inside the archive.
    master : str
        The file that a program should open first (the SED-ML).

    Returns
    -------
    bytes
        A zip file.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        contents = {"manifest.xml": _manifest(files, master).encode(), **files}
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, date_time=ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def _distribution(constant: Constant, value: float) -> str:
    """A log-normal distribution whose central 95 % is the range, or a uniform one where the range
    includes 0; empty without a range.
    """
    low, high = constant.low, constant.high
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        return ""
    if low > 0 and value > 0:
        center, sd = math.log(math.sqrt(low * high)), math.log(high / low) / (2 * Z_975)
        return f"lognormal({center!r}, {sd!r})"
    return f"uniform({low!r}, {high!r})"


def _manifest(files: Mapping[str, bytes], master: str) -> str:
    """The list of the files with their formats."""
    rows = [
        f'  <content location="." format="{OMEX}"/>',
        f'  <content location="./manifest.xml" format="{MANIFEST}"/>',
    ]
    for name in files:
        kind = FORMATS.get(name[name.rfind(".") :], OTHER_FORMAT)
        rows.append(
            f'  <content location="./{escape(name)}" format="{kind}" '
            f'master="{str(name == master).lower()}"/>'
        )
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<omexManifest xmlns="{MANIFEST}">',
            *rows,
            "</omexManifest>",
            "",
        ]
    )
