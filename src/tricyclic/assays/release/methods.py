"""Paragraphs on an evoked-release study for the methods section of a paper."""

from __future__ import annotations

from tricyclic.core.format import list_names, pluralize
from tricyclic.results.release import ReleaseResult


def release_methods(result: ReleaseResult) -> str:
    """How samples became effects, in sentences; what is not known is not stated."""
    what = result.transmitter or "the transmitter"
    sentences = [
        f"Net release of {what} was the {result.basis}"
        + (_volumes(result) if result.sampling.has_volumes else "")
        + f", in {result.unit or 'the unit of the readings'}."
    ]
    if result.standards:
        curves = ", ".join(sorted({curve.description for _, curve in result.standards}))
        of = "of their plate " if len(result.standards) > 1 else ""
        sentences.append(
            f"Readings were converted with the standards {of}({curves}); samples outside their "
            "range were not extrapolated."
        )
    cultures = pluralize(len(result.cultures), "independent culture")
    sentences.append(
        f"Wells were averaged within each of {cultures}, which were the unit of analysis."
    )
    if (main := result.main) is not None and main.test:
        scale = (
            "as differences of natural logarithms, stated as ratios"
            if main.scale == "ratio"
            else "as differences"
        )
        sentences.append(
            f"Arms were compared with the vehicle within cultures {scale}: {main.test} "
            f"({main.adjustment})."
        )
    if result.primary_arm:
        sentences.append(f"The primary comparison, stated in advance, was {result.primary_arm}.")
    for curve in result.curves:
        if curve.status == "ec50":
            sentences.append(
                f"The EC50 of {curve.drug} was that of a curve with slope {curve.hill:g} through "
                "the means of the cultures; its interval inverts a t test over cultures."
            )
    names = list(dict.fromkeys(one.antagonist for one in result.antagonists))
    if names:
        sentences.append(
            f"Block by {list_names(names, 4)} was tested as the interaction with the drug, one "
            "number per culture."
        )
    return " ".join(sentences)


def _volumes(result: ReleaseResult) -> str:
    s = result.sampling
    if s.medium == "replaced":
        return f", of {s.well_uL:g} uL each"
    added = f", {s.added_uL:g} uL added with the stimulus" if s.added_uL else ""
    return f", with {s.well_uL:g} uL in the well and {s.sample_uL:g} uL withdrawn{added}"
