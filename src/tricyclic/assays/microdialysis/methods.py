"""The methods paragraph of a microdialysis experiment, from what was done with its data."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tricyclic.core.format import list_names, number_range, pluralize
from tricyclic.results.chromatography import BatchResult
from tricyclic.results.microdialysis import MicrodialysisResult

_BELOW = {
    "as measured": "as measured",
    "half of LOD": "as half of the limit of detection",
    "excluded": "left out",
}


@dataclass(frozen=True)
class MethodFacts:
    """What a study states about collection and batch; nan or empty where it does not."""

    flow_uL_per_min: float = math.nan
    dead_volume_uL: float = math.nan
    injected_uL: float = math.nan
    file: str = ""


def dialysis_methods(
    result: MicrodialysisResult, batch: BatchResult | None, facts: MethodFacts
) -> str:
    """Sentences about collection, chromatography, response and test; paragraphs by blank lines."""
    parts = [_collection(result, facts)]
    parts.append(_batch(result, batch, facts) if batch is not None else _values(result, facts))
    parts.append(_response(result))
    if result.effects is not None:
        parts.append(_tests(result))
    return "\n\n".join(part for part in parts if part)


def _collection(result: MicrodialysisResult, facts: MethodFacts) -> str:
    widths = sorted(f.width_min for r in result.responses for f in r.course.fractions)
    usual = widths[len(widths) // 2]
    text = f"Dialysate was collected in fractions of {usual:.3g} min"
    if math.isfinite(facts.flow_uL_per_min):
        text += f" at {facts.flow_uL_per_min:g} uL/min"
    text += ". "
    if math.isfinite(facts.dead_volume_uL) and facts.dead_volume_uL > 0:
        text += (
            f"The dead volume behind the membrane ({facts.dead_volume_uL:g} uL unless stated for "
            "an animal) was followed by the volume that was pumped, changes of the flow included, "
            "so that each window is the time in which the fluid passed the membrane; dispersion in "
            "the tubing was not corrected. "
        )
    else:
        text += "No dead volume is stated, and windows are those of the vials. "
    if result.recovery is not None:
        text += (
            f"The recovery of the probe in vitro was {_recovery(result)}; levels "
            "are those of the dialysate and were not divided by it. "
        )
    return text.strip()


def _recovery(result: MicrodialysisResult) -> str:
    assert result.recovery is not None
    own = [100 * one.value for _, one in result.recoveries]
    if not own:
        return f"{100 * result.recovery.value:.3g} %"
    return f"{number_range(own)} %, measured for each of {pluralize(len(own), 'animal')}"


def _batch(result: MicrodialysisResult, batch: BatchResult, facts: MethodFacts) -> str:
    analyte = batch[result.analyte]
    line = analyte.line
    standard = batch.internal_standard
    text = (
        f"{result.analyte} was quantified by liquid chromatography. Peaks of one shape on a local "
        "baseline were fitted jointly to each chromatogram by variable projection, with the shape "
        f"that the peaks of {standard or 'the tallest compound'} have in the batch, and retention "
        "times and widths from its standards; a peak that the method does not list was added where "
        "it lowers the Bayesian information criterion. "
    )
    text += (
        f"Responses are areas over that of the internal standard {standard}. "
        if standard
        else "Responses are areas (external standards). "
    )
    weights = "chosen by the back-calculated error" if line.chosen else "as declared"
    text += (
        f"The line was fitted to {pluralize(len(line.levels), 'level')} from {line.lowest:g} to "
        f"{line.highest:g} {batch.unit} with weights {line.weighting} ({weights}); amounts above "
        "it are flagged. "
    )
    if analyte.drift is not None:
        done = "corrected" if analyte.drift_corrected else "reported and not corrected"
        text += f"The drift of the response over the batch was {done}. "
    if math.isfinite(facts.injected_uL):
        text += f"Each injection held {facts.injected_uL:g} uL of dialysate. "
    else:
        text += "No injected volume is stated, and each fraction is taken as injected whole. "
    by_hand = [p for one in batch.injections for p in one.peaks if p.manual is not None]
    if by_hand:
        text += f"Limits of {pluralize(len(by_hand), 'peak')} were set by hand, with a reason. "
    return text.strip()


def _values(result: MicrodialysisResult, facts: MethodFacts) -> str:
    name = f"{result.analyte} was" if result.analyte else "Values were"
    return f"{name} quantified elsewhere and read from {facts.file or result.file or 'a table'}."


def _response(result: MicrodialysisResult) -> str:
    settings = result.settings
    used = len(result.responses)
    text = (
        f"The baseline of an animal is the mean of the last {settings.baseline_fractions} "
        f"fractions before the treatment{_fewer(result)}; the response is the mean "
        f"over {settings.window_text} after it, each fraction weighted by its time in the "
        "window. A baseline with a CV above "
        f"{settings.cv_max_percent:g} % is flagged, and used. Values below the limit of "
        f"quantification were used {_BELOW[settings.below]}; missing values stay missing. "
        f"n counts animals ({used})."
    )
    if result.left_out:
        names = list_names([name for name, _ in result.left_out], 8)
        text += f" Left out: {names}, for recorded reasons."
    return text


def _fewer(result: MicrodialysisResult) -> str:
    """Animals whose baseline has fewer fractions than stated."""
    counts = {r.course.animal: len(r.baseline.names) for r in result.responses}
    fewer = {name: n for name, n in counts.items() if 0 < n < result.settings.baseline_fractions}
    if not fewer:
        return ""
    least, most = min(fewer.values()), max(fewer.values())
    span = f"{least}" if least == most else f"{least} to {most}"
    return f" ({span} in {list_names(list(fewer), 8)}, where no more were measured)"


def _tests(result: MicrodialysisResult) -> str:
    effects = result.effects
    assert effects is not None
    text = f"Primary test: {_sentence(effects.test)} Scale: {_sentence(effects.scale)} "
    text += f"Family: {_sentence(effects.family)} "
    if effects.courses is not None:
        text += f"Courses over time, secondary: {_sentence(effects.courses_test)} "
    if effects.at_times:
        text += (
            "Single times, secondary: Welch's test on logarithms at each time, with P adjusted by "
            f"Holm over all {len(effects.at_times)}. "
        )
    return text + f"Limits are those of {100 * result.confidence:g} % confidence."


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
