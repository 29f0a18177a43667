"""Simulated experiments."""

from __future__ import annotations

from pathlib import Path

from tricyclic.api._call import Texts, Values, assignments, call, path, texts
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.results.virtual_assay import VirtualAssayResult
from tricyclic.workflows.model.options import VirtualAssayOptions
from tricyclic.workflows.model.virtual_assay import run as run_virtual_assay


@checked_arguments
def virtual_assay(
    assay: str,
    *,
    drug: str = "",
    concentrations: str = "",
    antagonist: str = "",
    factor: str = "",
    at: str = "",
    route: str = "",
    region: str = "",
    cultures: int = 4,
    replicates: int = 3,
    animals: int = 8,
    curve: str = "logistic_3pl",
    assume: Texts = (),
    experiments: int = 200,
    set: Values = (),
    parameter_set: int | None = None,
    seed: int = 1,
    library: str | Path = "",
    out: str | Path = "",
    on_progress: ProgressCallback | None = None,
) -> VirtualAssayResult:
    """Simulate an experiment with its wells or animals, analyse it, and estimate its power.

    glutamate: cortical neurons, drug for 48 h, BDNF. neurites: PC12 cells, NGF and drug for days.
    microdialysis: rats, fractions before and after a dose. Cultures and rats vary as the tables
    state. All readings are synthetic.

    Parameters
    ----------
    assay
        Experiment to simulate. One of "glutamate", "neurites", "microdialysis".
    drug
        Drug; default: that of the guide; see: tca.drugs().
    concentrations
        Series of concentrations or doses: "0.1, 0.3, 1, 3, 10 uM"; "1, 3, 10 mg/kg" for rats.
    antagonist
        Antagonist in half of the wells: "BD1047", "NE-100 1 uM", or none.
    factor
        BDNF or NGF: "50 ng/mL"; for neurites a series, "0, 2.5, 50 ng/mL".
    at
        Concentration at which the antagonist is tested.
    route
        Route of the dose to rats: ip, sc, po, iv, pump, or probe for reverse dialysis.
    region
        Region of the probe: cortex or lc.
    cultures
        Independent cultures.
    replicates
        Wells of each condition in a culture.
    animals
        Rats in each group.
    curve
        Curve model fitted to each culture. One of "logistic_3pl", "logistic_4pl".
    assume
        A setting of the assay: well_cv=10%, stimulus_min=15; the result lists all of them.
    experiments
        Experiments simulated for each size, to estimate the power; 0 for none.
    set
        A changed value of the model, for every subject: sigma1.expression=3.
    parameter_set
        Parameter set of the calibrated ensemble taken as true, 0 the best; default: the
        library's values.
    seed
        Seed of the random numbers.
    library
        Your own library folder; its entries take precedence.
    out
        Folder for tables (CSV), JSON and figures.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    VirtualAssayResult
        A simulated experiment.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = VirtualAssayOptions(
        assay=assay,
        drug=drug,
        concentrations=concentrations,
        antagonist=antagonist,
        factor=factor,
        at=at,
        route=route,
        region=region,
        cultures=cultures,
        replicates=replicates,
        animals=animals,
        curve=curve,
        assume=texts(assume),
        experiments=experiments,
        set=assignments(set),
        parameter_set=parameter_set,
        seed=seed,
        library=path(library),
        out=path(out),
    )
    return call(run_virtual_assay, options, on_progress)
