"""Several assays of one target in one fit: saturation, competition and kinetics share Kd, Bmax and non-specific binding.

Every assay keeps its own curve, its own wells and its own scatter; what is one thing in the tissue is
one parameter in the fit. Rates enter as koff and Kd, so that kinetics and equilibrium have to agree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tricyclic.assays.binding.competition import OWN_PER_COMPOUND, own_name, parts_of
from tricyclic.assays.binding.estimates import NANOMOLAR, bmax_unit, from_log10
from tricyclic.assays.binding.readings import Readings
from tricyclic.core.analysis_options import BindingMethod
from tricyclic.core.curve_model import CurveModel, Parameter
from tricyclic.core.estimate import Estimate, Fit
from tricyclic.errors import InputError
from tricyclic.fitting.fit import Part, fit
from tricyclic.fitting.restate import restated, shifted
from tricyclic.results.binding import PlateResult

# Assays that can determine the Kd come first: those that only use it are then tied to it.
CURVES = {
    "saturation": "saturation_with_depletion",
    "homologous": "homologous_competition",
    "association": "association_with_depletion",
    "dissociation": "dissociation",
    "association_then_dissociation": "association_then_dissociation",
    "competitive_association": "competitive_association",
    "competition": "competition_with_depletion",
}
_OF_THE_PLATE = ("signal_per_M", "background", "switch_min", "start", "bottom")
_KD = Parameter("log10_kd", "log10 M", "Kd of the radioligand", -14.0, -2.0)
_SITES = Parameter("log10_bmax", "log10 M", "sites in the well", -16.0, -4.0)
_SIGNAL = Parameter(
    "signal_per_M", "y/M", "reading per molar of bound radioligand", 0.0, given=True
)
_SINK = Parameter("nonspecific", "", "non-specifically bound over free radioligand", 0.0)


@dataclass(frozen=True)
class Piece:
    """One plate of a joint analysis: what kind of assay it is, and its readings."""

    name: str
    kind: str
    readings: Readings


def analyse_jointly(
    pieces: Sequence[Piece],
    curves: Mapping[str, CurveModel],
    method: BindingMethod | None = None,
    *,
    name: str = "joint fit",
) -> PlateResult:
    """Fit several assays of one target together.

    Parameters
    ----------
    pieces : sequence of Piece
        Two or more; readings that can become moles.
    curves : mapping of str to CurveModel
        The shelf.
    method : BindingMethod, optional
    name : str
        What the result is called.

    Returns
    -------
    PlateResult
        Kd and Bmax shared by all, a Ki per compound, rates where there are kinetics; `plate` is None.

    Raises
    ------
    InputError
        If a piece cannot become moles, or is of a kind that has no Kd to share.
    """
    chosen = method or BindingMethod()
    order = [piece for kind in CURVES for piece in pieces if piece.kind == kind]
    if len(order) < len(pieces) or len(order) < 2:
        raise InputError(
            f"{len(order)} of {len(pieces)} assays can share a Kd",
            where=name,
            allowed=f"Two or more of: {', '.join(CURVES)}",
        )
    compounds = sorted(
        {compound for piece in order for compound, _ in piece.readings.series if compound}
    )
    reference = _membrane(order[0])
    parts: list[Part] = []
    given: dict[str, float] = {}
    for piece in order:
        if "signal_per_M" not in piece.readings.given:
            raise InputError(
                "counts cannot become moles, and sites can only be shared in moles",
                where=piece.name,
                do="State specific activity, counting efficiency and volume",
            )
        model = shifted(
            in_molar(curves[CURVES[piece.kind]]),
            "log10_bmax",
            math.log10(_membrane(piece) / reference),
        )
        own = {p: f"{p} {piece.name}" for p in _OF_THE_PLATE}
        for (compound, _), part in zip(
            piece.readings.series, parts_of(piece.readings.series, model, piece.name), strict=True
        ):
            names = {p: own.get(p, name) for p, name in part.rename.items()}
            names |= {
                p: own_name(p, compound or "competitor", compounds)
                for p in names
                if p in OWN_PER_COMPOUND
            }
            parts.append(Part(part.series, model, names, piece.name))
        given |= {own[key]: value for key, value in piece.readings.given.items() if key in own}
    known = {part.name_of(p.name) for part in parts for p in part.model.parameters}
    if all(piece.kind == "competition" for piece in order):
        given["log10_kd"] = order[0].readings.given.get("log10_kd", math.nan)
    counts = all(piece.readings.counts for piece in order)
    variance = (
        ("counting" if counts else "constant") if chosen.variance == "auto" else chosen.variance
    )
    found = fit(
        parts,
        given={k: v for k, v in given.items() if k in known},
        variance=variance,
        confidence=chosen.confidence,
    )
    conditions = order[0].readings.conditions
    return PlateResult(
        name=name,
        experiment=name,
        group="",
        plate=None,
        conditions=conditions,
        series=tuple(part.series for part in parts),
        fit=found,
        estimates=_estimates(found, order[0], compounds, name),
        model=" + ".join(CURVES[piece.kind] for piece in order),
        checks=found.checks,
    )


def in_molar(model: CurveModel) -> CurveModel:
    """A curve with its sites in molar, its sink as a ratio and its on-rate as koff / Kd, as the exact mass balance has them."""
    names = {p.name for p in model.parameters}
    if "bmax" in names:
        model = restated(
            model,
            "bmax",
            (_SITES, _SIGNAL),
            lambda log10_bmax, signal_per_M, **_: 10.0**log10_bmax * signal_per_M,
            {
                "log10_bmax": lambda bmax, signal_per_M=1.0, **_: np.log10(
                    max(bmax, 1e-300) / signal_per_M
                )
            },
        )
        if "nonspecific" in names:
            inner = model
            model = restated(
                _renamed(inner, "nonspecific", "nonspecific_y"),
                "nonspecific_y",
                (_SINK, _SIGNAL),
                lambda nonspecific, signal_per_M, **_: nonspecific * signal_per_M,
                {
                    "nonspecific": lambda nonspecific_y, signal_per_M=1.0, **_: (
                        nonspecific_y / signal_per_M
                    )
                },
            )
    if "log10_kon" in names and "log10_koff" in names:
        model = restated(
            model,
            "log10_kon",
            (_KD,),
            lambda log10_kd, log10_koff, **_: log10_koff - log10_kd,
            {"log10_kd": lambda log10_kon, log10_koff, **_: log10_koff - log10_kon},
        )
    return model


def _renamed(model: CurveModel, old: str, new: str) -> CurveModel:
    declared = model.parameter(old)
    stand_in = Parameter(
        new,
        declared.unit,
        declared.says,
        declared.low,
        declared.high,
        declared.given,
        declared.default,
    )
    return restated(
        model, old, (stand_in,), lambda **values: values[new], {new: lambda **values: values[old]}
    )


def _membrane(piece: Piece) -> float:
    """Protein per volume, which sites go with; 1 where it is not stated."""
    conditions = piece.readings.conditions
    if conditions.protein_ug is None or conditions.volume_uL is None:
        return 1.0
    return conditions.protein_ug.value / conditions.volume_uL


def _estimates(
    found: Fit, first: Piece, compounds: Sequence[str], where: str
) -> tuple[Estimate, ...]:
    if not found.ok:
        return ()
    conditions = first.readings.conditions
    unit, factor = bmax_unit(conditions)
    hot = conditions.radioligand
    told = [
        ("log10_kd", "Kd", "nM", NANOMOLAR, hot),
        ("log10_bmax", "Bmax", unit, factor, hot),
        ("log10_koff", "koff", "1/min", 1.0, hot),
    ]
    for compound in compounds:
        told += [
            (own_name("log10_ki", compound, compounds), "Ki", "nM", NANOMOLAR, compound),
            (own_name("log10_k3", compound, compounds), "kon", "1/(M min)", 1.0, compound),
            (own_name("log10_k4", compound, compounds), "koff", "1/min", 1.0, compound),
        ]
    return tuple(
        from_log10(found, name, label, u, f, subject=subject, target=conditions.target, where=where)
        for name, label, u, f, subject in told
        if name in found and not found[name].fixed
    )
