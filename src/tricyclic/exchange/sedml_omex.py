"""From a composed scenario to the files that other programs read: SBML, SED-ML, and both in one COMBINE archive.

The SBML is the very model that was run, with the equilibrated states and the doses of time 0 as its
initial values, the ranges of its parameters as uncertainties (distrib package), and what each quantity is
in public databases.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from tricyclic.ode.base import ATOL, RTOL
from tricyclic.ode.solver import sbml_of
from tricyclic.sbml.document import with_notes
from tricyclic.simulation.antimony import flat
from tricyclic.simulation.model import Composed
from tricyclic.simulation.run import Bench

Floats = NDArray[np.float64]

OMEX = "http://identifiers.org/combine.specifications/omex"
SBML = "http://identifiers.org/combine.specifications/sbml"
SEDML = "http://identifiers.org/combine.specifications/sed-ml"
FORMATS = {
    ".xml": SBML,
    ".sedml": SEDML,
    ".ant": "http://purl.org/NET/mediatypes/text/plain",
    ".csv": "http://purl.org/NET/mediatypes/text/csv",
    ".yaml": "http://purl.org/NET/mediatypes/application/yaml",
    ".tsv": "http://purl.org/NET/mediatypes/text/tab-separated-values",
    ".md": "http://purl.org/NET/mediatypes/text/markdown",
    ".html": "http://purl.org/NET/mediatypes/text/html",
}


def standalone_text(
    bench: Bench, values: Mapping[str, float] = {}, rest: Floats | None = None
) -> str:
    """The composed text with its start written in: alone it reproduces the run in any program.

    Parameters
    ----------
    bench : Bench
    values : mapping of str to float
        Parameters that differ from the library's.
    rest : array, shape (states,), optional
        The drug-free rest of these values, where it is known.

    Returns
    -------
    str
        Antimony.
    """
    composed = bench.composed
    start = dict(zip(bench.model.states, bench.rest(values) if rest is None else rest, strict=True))
    given = bench.ids(values)
    for dose in composed.doses:
        if not dose.regimen.at_start:
            continue
        amount = given.get(flat(dose.amount), dose.regimen.amount)
        if dose.sustained:
            given[flat(dose.feeds)] = amount
        else:
            start[flat(dose.feeds)] += amount
    lines = ["", "  // the start: the drug-free rest, and what is given at time 0"]
    lines += [f"  {name} = {float(value)!r}" for name, value in {**given, **start}.items()]
    lines += ["", "  // how uncertain each value is: the range that is published or held possible"]
    for name, constant in composed.parameters.items():
        spread = _spread(constant.low, constant.high, given.get(flat(name), constant.value))
        if spread:
            lines.append(f"  {flat(name)}.distribution = {spread}")
    body, end, _ = composed.text.rpartition("\nend")
    return "\n".join([body, *lines]) + end + "\n"


def _spread(low: float, high: float, value: float) -> str:
    """A log-normal whose central 95 % is the range, or a uniform one where the range touches 0 or below."""
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        return ""
    if low > 0 and value > 0:
        middle, sigma = (
            math.log(math.sqrt(low * high)),
            math.log(high / low) / (2 * 1.959963984540054),
        )
        return f"lognormal({middle!r}, {sigma!r})"
    return f"uniform({low!r}, {high!r})"


def sbml_file(bench: Bench, values: Mapping[str, float] = {}, rest: Floats | None = None) -> str:
    """The scenario, its doses and its start as SBML Level 3 Version 2, with words on what it is."""
    composed = bench.composed
    sbml = sbml_of(standalone_text(bench, values, rest), composed.name)
    return with_notes(sbml, {composed.name: notes_of(composed)}) if composed.at_rest else sbml


def notes_of(composed: Composed) -> str:
    """What a reader of the file should know, one paragraph per line."""
    scenario = composed.scenario
    given = "; ".join(dose.regimen.says or dose.name for dose in composed.doses)
    return "\n".join(
        [
            scenario.title,
            " ".join(scenario.says.split()),
            f"Given: {given or 'nothing'}. Time is in hours, concentrations are in nM, amounts in nmol per kg of body weight.",
            "The model starts at its drug-free steady state, to which what is given at time 0 is added.",
        ]
    )


def sedml_file(
    composed: Composed,
    model_file: str,
    time_h: Floats,
    watched: Sequence[str],
    *,
    rtol: float = RTOL,
    atol: float = ATOL,
) -> str:
    """How the figure of a run is made, as SED-ML Level 1 Version 4: one uniform time course, CVODE, one report and plot.

    Parameters
    ----------
    composed : Composed
    model_file : str
        Name of the SBML file beside it.
    time_h : array, shape (times,)
        The run's times [h]; SED-ML takes the first, the last and their number.
    watched : sequence of str
        Quantities that the figure shows.
    """
    data, curves, sets = [], [], []
    for k, name in enumerate(watched):
        item = composed.quantity(name)
        shelf, kind = (
            ("Species", "species") if item.kind == "species" else ("Parameters", "parameter")
        )
        target = f"/sbml:sbml/sbml:model/sbml:listOf{shelf}/sbml:{kind}[@id='{item.id}']"
        data.append(
            f'    <dataGenerator id="data_{k}" name={quoteattr(item.says)}>\n'
            f'      <math xmlns="http://www.w3.org/1998/Math/MathML"><ci>value_{k}</ci></math>\n'
            f'      <listOfVariables><variable id="value_{k}" target="{escape(target)}" taskReference="task_1"/></listOfVariables>\n'
            "    </dataGenerator>"
        )
        curves.append(
            f'        <curve id="curve_{k}" name={quoteattr(item.name)} logX="false" logY="false" '
            f'xDataReference="data_time" yDataReference="data_{k}" order="{k}" type="points"/>'
        )
        sets.append(
            f'        <dataSet id="set_{k}" label={quoteattr(item.name)} dataReference="data_{k}"/>'
        )
    curves_text, sets_text, data_text = "\n".join(curves), "\n".join(sets), "\n".join(data)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<sedML xmlns="http://sed-ml.org/sed-ml/level1/version4" xmlns:sbml="http://www.sbml.org/sbml/level3/version2/core" level="1" version="4">
  <listOfModels>
    <model id="model_1" name={quoteattr(composed.scenario.title)} language="urn:sedml:language:sbml.level-3.version-2" source={quoteattr(model_file)}/>
  </listOfModels>
  <listOfSimulations>
    <uniformTimeCourse id="simulation_1" initialTime="0" outputStartTime="{float(time_h[0])!r}" outputEndTime="{float(time_h[-1])!r}" numberOfSteps="{max(len(time_h) - 1, 1)}">
      <algorithm kisaoID="KISAO:0000019" name="CVODE">
        <listOfAlgorithmParameters>
          <algorithmParameter kisaoID="KISAO:0000209" name="relative tolerance" value="{rtol!r}"/>
          <algorithmParameter kisaoID="KISAO:0000211" name="absolute tolerance" value="{atol!r}"/>
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
      <listOfVariables><variable id="value_time" symbol="urn:sedml:symbol:time" taskReference="task_1"/></listOfVariables>
    </dataGenerator>
{data_text}
  </listOfDataGenerators>
  <listOfOutputs>
    <report id="report_1" name={quoteattr(composed.scenario.title)}>
      <listOfDataSets>
        <dataSet id="set_time" label="time_h" dataReference="data_time"/>
{sets_text}
      </listOfDataSets>
    </report>
    <plot2D id="plot_1" name={quoteattr(composed.scenario.title)}>
      <listOfCurves>
{curves_text}
      </listOfCurves>
    </plot2D>
  </listOfOutputs>
</sedML>
"""


def omex_archive(files: Mapping[str, bytes], *, master: str) -> bytes:
    """Put files into one COMBINE archive with its manifest; the same files give the same bytes.

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
    rows = [
        f'  <content location="." format="{OMEX}"/>',
        '  <content location="./manifest.xml" format="http://identifiers.org/combine.specifications/omex-manifest"/>',
    ]
    for name in files:
        kind = FORMATS.get(
            name[name.rfind(".") :], "http://purl.org/NET/mediatypes/application/octet-stream"
        )
        rows.append(
            f'  <content location="./{escape(name)}" format="{kind}" master="{str(name == master).lower()}"/>'
        )
    manifest = "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<omexManifest xmlns="http://identifiers.org/combine.specifications/omex-manifest">',
            *rows,
            "</omexManifest>",
            "",
        ]
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"manifest.xml": manifest.encode(), **files}.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()
