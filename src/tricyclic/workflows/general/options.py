"""Options of the commands for files and units."""

from __future__ import annotations

from dataclasses import dataclass

from tricyclic.core.table_input import TableInput
from tricyclic.workflows.base import (
    decimal_option,
    library_option,
    option,
    reader_option,
    sheet_option,
)


@dataclass(frozen=True)
class ConvertOptions:
    """Convert a quantity to another unit; counts to dpm, fmol and fmol/mg; an activity for decay.

    `tricyclic convert "0.5 uM" nM`

    `tricyclic convert "4000 cpm" fmol/mg --efficiency 0.45 --specific-activity 80 --protein-ug 30`
    """

    quantity: str = option("A number with its unit, such as '0.5 uM'", positional=True)
    to: str = option("The unit to convert to", positional=True)
    molar_mass: float | None = option("Molar mass in g/mol, for mg/mL and the like", default=None)
    efficiency: float | str | None = option(
        "Counting efficiency, 0 to 1, for cpm", default=None, unit="fraction"
    )
    specific_activity: float | str | None = option(
        "Specific activity, for fmol", default=None, unit="Ci/mmol"
    )
    protein_ug: float | str | None = option("Protein, for fmol/mg", default=None, unit="ug")
    isotope: str = option("Isotope that decays, such as 125I", default="")
    start: str = option("Day of the given activity, year-month-day", default="")
    end: str = option("Day for which the activity is computed", default="")


@dataclass(frozen=True)
class ReadFileOptions:
    """Show the content of raw files: plates, tables, chromatograms. Nothing is analysed.

    `tricyclic read plate.csv`

    `tricyclic read run1.D run2.D --plot runs.png`

    A folder gives the chromatograms in it. A table of times and readings is shown as chromatogram
    with `--reader chromatogram_table`.
    """

    file: tuple[str | TableInput, ...] = option(
        "The raw file, or several; a folder of chromatograms", positional=True, path=True
    )
    unit: str = option("Unit of the readings if the file does not state it", default="")
    plate_size: int | None = option(
        "Wells of the plate if the file does not state them", default=None
    )
    decimal: str = decimal_option()
    reader: str = reader_option()
    sheet: str = sheet_option()
    time_unit: str = option(
        "Unit of the times of a table of chromatograms that states none; default: min",
        default="",
        choices=("min", "s", "ms", "h"),
    )


@dataclass(frozen=True)
class DoctorOptions:
    """Examine the installation: versions, optional libraries, cores, memory, caches and fonts.

    Exit code 4 where something that is needed is missing or broken.

    `tricyclic doctor`
    """

    imports: bool = option("Also import every library, to find broken ones; slower", default=False)
    library: str = library_option()
    scheduler: str = option(
        "Dask scheduler to reach, such as tcp://host:8786; needs tricyclic[dask]", default=""
    )


@dataclass(frozen=True)
class CompareOptions:
    """Compare two compounds, conditions, assays, studies or tables: ratio, interval and test.

    `tricyclic compare desipramine imipramine --results my-study`

    `tricyclic compare study-2025 study-2026 --endpoint IC50`

    A and B are a compound, a condition (group) or an assay of --results; or a study folder, a
    folder of results (--out) or a table (results.csv, estimates.csv, fits of many curves, or your
    own with columns such as compound, run and Ki_nM); or both, as study-2025:desipramine. The ratio
    is B over A.
    """

    a: str | TableInput = option(
        "The reference: a name, a file or folder, or FILE:NAME", positional=True, path=True
    )
    b: str | TableInput = option("What is compared with it", positional=True, path=True)
    results: str | TableInput = option(
        "Study, folder of results or table that has A and B; default: the current folder",
        default="",
        path=True,
    )
    endpoint: str = option(
        "Quantity to compare, such as Ki, IC50, Bmax or nH; default: Ki, or what both sides have",
        default="",
    )
    target: str = option("Only this target or assay", default="")
    paired: str = option(
        "Whether runs of the same name are paired; auto: where both sides are of one source and "
        "have the same runs",
        default="auto",
        choices=("auto", "yes", "no"),
    )
    confidence: float = option("Confidence level of the intervals", default=0.95)
