"""Submodels of an SBML file (package comp) put into one model, which the solver needs."""

from __future__ import annotations

import libsbml

from tricyclic.errors import InputError
from tricyclic.sbml.parts import parse, problem_text


def flatten_submodels(text: str, where: str = "") -> str:
    """Write a model with submodels as one model; any other text stays as it is.

    Ids of a submodel are put behind its own: `A__x` is `x` of the submodel `A`.

    Parameters
    ----------
    text : str
    where : str
        File, for errors.

    Returns
    -------
    str
        SBML without the package comp.

    Raises
    ------
    InputError
        If a submodel is defined in another file, or libSBML cannot put the submodels together.
    """
    document = parse(text, where)
    if document.getPlugin("comp") is None:
        return text
    if document.getPlugin("comp").getNumExternalModelDefinitions():
        name = document.getPlugin("comp").getExternalModelDefinition(0).getSource()
        raise InputError(
            f"a submodel is defined in another file ({name})",
            where=where,
            do="Write the submodels into the file",
        )
    properties = libsbml.ConversionProperties()
    properties.addOption("flatten comp", True)
    properties.addOption("performValidation", False)
    properties.addOption("abortIfUnflattenable", "requiredOnly")
    document.getErrorLog().clearLog()
    if document.convert(properties) != libsbml.LIBSBML_OPERATION_SUCCESS:
        raise InputError(
            f"its submodels cannot be put together: {_reason(document)}",
            where=where,
            do="Check the file with the program that wrote it",
        )
    return str(libsbml.writeSBMLToString(document))


def _reason(document: libsbml.SBMLDocument) -> str:
    errors = [document.getError(position) for position in range(document.getNumErrors())]
    serious = [one for one in errors if one.getSeverity() >= libsbml.LIBSBML_SEV_ERROR]
    return problem_text(serious[0]) if serious else "libSBML gives no reason"
