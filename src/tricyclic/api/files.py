"""Units, and the contents of raw files."""

from __future__ import annotations

from pathlib import Path

from tricyclic.api._call import Measured, TableSources, call, in_python_words, path, table_sources
from tricyclic.api._call import quantity as measured
from tricyclic.core.call_arguments import checked_arguments
from tricyclic.core.progress import ProgressCallback
from tricyclic.io.chromatograms import read_chromatograms as open_chromatograms
from tricyclic.io.open import read_plates as open_plates
from tricyclic.io.open import read_tables as open_tables
from tricyclic.io.plate_layout import read_layout as open_layout
from tricyclic.results.doctor import DoctorResult
from tricyclic.results.files import ConvertResult, FileContentResult
from tricyclic.workflows.general.convert import run as run_convert
from tricyclic.workflows.general.doctor import run as run_doctor
from tricyclic.workflows.general.options import ConvertOptions, DoctorOptions, ReadFileOptions
from tricyclic.workflows.general.read import run as run_read_file


@checked_arguments
def convert(
    quantity: str,
    to: str,
    *,
    molar_mass: float | None = None,
    efficiency: Measured | None = None,
    specific_activity: Measured | None = None,
    protein_ug: Measured | None = None,
    isotope: str = "",
    start: str = "",
    end: str = "",
    on_progress: ProgressCallback | None = None,
) -> ConvertResult:
    """Convert a quantity to another unit; counts to dpm, fmol and fmol/mg; an activity for decay.

    Parameters
    ----------
    quantity
        A number with its unit, such as '0.5 uM'.
    to
        The unit to convert to.
    molar_mass
        Molar mass in g/mol, for mg/mL and the like.
    efficiency
        Counting efficiency, 0 to 1, for cpm. A fraction, or text such as "45 %".
    specific_activity
        Specific activity, for fmol. A number in Ci/mmol, or text with its unit.
    protein_ug
        Protein, for fmol/mg. A number in ug, or text with its unit.
    isotope
        Isotope that decays, such as 125I.
    start
        Day of the given activity, year-month-day.
    end
        Day for which the activity is computed.
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    ConvertResult
        A quantity in its new unit, and the steps of the conversion.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = ConvertOptions(
        quantity=quantity,
        to=to,
        molar_mass=molar_mass,
        efficiency=measured(efficiency),
        specific_activity=measured(specific_activity),
        protein_ug=measured(protein_ug),
        isotope=isotope,
        start=start,
        end=end,
    )
    return call(run_convert, options, on_progress)


@checked_arguments
def read_file(
    file: TableSources,
    *,
    unit: str = "",
    plate_size: int | None = None,
    decimal: str = "",
    reader: str = "",
    sheet: str = "",
    time_unit: str = "",
    on_progress: ProgressCallback | None = None,
) -> FileContentResult:
    """Show the content of raw files: plates, tables, chromatograms. Nothing is analysed.

    Parameters
    ----------
    file
        The raw file or a DataFrame, or several; a folder of chromatograms.
    unit
        Unit of the readings if the file does not state it.
    plate_size
        Wells of the plate if the file does not state them.
    decimal
        Decimal mark if the file can be read in two ways. One of ".", ",".
    reader
        Reader to use if none or several accept the file.
    sheet
        Sheet of a workbook.
    time_unit
        Unit of the times of a table of chromatograms that states none; default: min. One of "min",
        "s", "ms", "h".
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    FileContentResult
        The plates, tables and chromatograms of the files, the readers, and the hash.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = ReadFileOptions(
        file=table_sources(file),
        unit=unit,
        plate_size=plate_size,
        decimal=decimal,
        reader=reader,
        sheet=sheet,
        time_unit=time_unit,
    )
    return call(run_read_file, options, on_progress)


@checked_arguments
def doctor(
    *,
    imports: bool = False,
    library: str | Path = "",
    scheduler: str = "",
    on_progress: ProgressCallback | None = None,
) -> DoctorResult:
    """Examine the installation: versions, optional libraries, cores, memory, caches and fonts.

    Parameters
    ----------
    imports
        Also import every library, to find broken ones; slower.
    library
        Your own library folder; its entries take precedence.
    scheduler
        Dask scheduler to reach, such as tcp://host:8786; needs tricyclic[dask].
    on_progress
        Called with the progress of long runs.

    Returns
    -------
    DoctorResult
        One diagnostic per library, folder, font or property; `failed` where something that is
        needed is missing or broken.

    Raises
    ------
    InputError
        With one sentence: where, what was read, what is allowed, what to do.
    """
    options = DoctorOptions(imports=imports, library=path(library), scheduler=scheduler)
    return call(run_doctor, options, on_progress)


read_chromatograms = in_python_words(open_chromatograms)
read_plates = in_python_words(open_plates)
read_tables = in_python_words(open_tables)
read_layout = in_python_words(open_layout)
