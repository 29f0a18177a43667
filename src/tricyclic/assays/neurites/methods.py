"""The methods paragraph of a neurite experiment, from what was done with its data."""

from __future__ import annotations

import math

from tricyclic.core.format import list_names, pluralize
from tricyclic.results.neurites import MEASURES, NeuritesResult


def neurite_methods(result: NeuritesResult) -> str:
    """Sentences about counting, unit of analysis, tests and curves; paragraphs by blank lines."""
    return "\n\n".join(part for part in (_counting(result), _tests(result)) if part)


def _counting(result: NeuritesResult) -> str:
    cells = sum(value.cells for value in result.values)
    fields = sum(value.fields for value in result.values)
    wells = sum(value.wells for value in result.values)
    where = f"{fields} fields" + (f" of {wells} wells" if wells else "")
    if result.threshold == 1:
        length = "at least as long as the diameter of its soma"
    elif math.isfinite(result.threshold):
        length = f"at least {result.threshold:g} times as long as the diameter of its soma"
    else:
        length = "of the length that the authors state"
    text = (
        f"A cell was counted as positive where it has a neurite {length}. "
        f"{cells} cells in {where} of {pluralize(len(result.cultures), 'independent culture')} "
        "were scored. "
    )
    if result.table.cells:
        text += (
            "The longest neurite is the mean of the cells that have one, the total length that of "
            "all cells. "
        )
    if result.cells_left_out:
        listed = list_names([f"{n} ({reason})" for reason, n in result.cells_left_out], 6)
        text += f"Cells left out: {listed}. "
    if result.left_out:
        text += f"{pluralize(len(result.left_out), 'field')} left out, for recorded reasons. "
    return text.strip()


def _tests(result: NeuritesResult) -> str:
    primary = result.primary
    text = (
        "The cells of all fields and wells of an arm of a culture were taken together; n counts "
        "cultures, and arms were compared within cultures. "
    )
    if primary is None:
        return text.strip()
    text += (
        f"The primary result is the {MEASURES[primary.measure]}, {primary.question}: "
        f"{primary.test}, {primary.reason} ({primary.adjustment}). Other results are secondary. "
    )
    if result.antagonists:
        text += (
            "The effect of an antagonist on that of a drug is the difference of the two effects in "
            "each culture (interaction), with Student's t interval. "
        )
    if any(response.curve is not None for response in result.responses):
        text += (
            "Percentages over concentration were fitted by a sigmoid with binomial scatter and "
            "overdispersion, each culture shifted on the logit; limits are those of the jackknife "
            "over cultures. "
        )
    if result.responses:
        text += (
            "Trends are slopes per step of concentration in each culture; a fall at the highest "
            "concentration was tested against each lower one, one-sided (Holm). "
        )
    return text.strip()
