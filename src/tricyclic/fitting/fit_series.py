"""Fits of Series, alone or with shared parameters, and of parts with models of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tricyclic.core.curve_model import CurveModel
from tricyclic.core.series import Series
from tricyclic.errors import InputError
from tricyclic.fitting.curve_fits import CurveFitResult
from tricyclic.fitting.fit import listed_parts
from tricyclic.fitting.fit_by_settings import fit_by_settings
from tricyclic.fitting.fit_groups import GroupedReadings, fit_groups
from tricyclic.fitting.fitted_curve import FitSettings, curve_of_fit
from tricyclic.fitting.problem import FitPart
from tricyclic.fitting.verdict import with_verdict


def fit_series_or_parts(
    data: Series | FitPart | Sequence[Series] | Sequence[FitPart],
    model: CurveModel | None,
    settings: FitSettings,
    *,
    share: Sequence[str] = (),
    starts: Sequence[Mapping[str, float]] | None = None,
) -> CurveFitResult:
    """Fit Series, each on its own or with shared parameters, or parts together.

    Parameters
    ----------
    data : Series, FitPart or sequence of them
    model : CurveModel or None
        Of Series.
    settings : FitSettings
    share : sequence of str
        Parameters that several Series have in common.
    starts : sequence of mapping, optional
        Starts of the search, for one Series or for parts.

    Raises
    ------
    InputError
        If a Series comes without a model, or something else than these is given.
    """
    if not isinstance(data, Series | FitPart) and all(isinstance(one, Series) for one in data):
        return _fit_several_series(data, model, settings, share, starts)  # type: ignore[arg-type]
    if share:
        raise InputError(
            "applies to several Series with one model",
            where="share",
            do="Parameters of FitParts are shared by their names; see rename of FitPart",
        )
    parts = listed_parts(data, model)  # type: ignore[arg-type]
    result = fit_by_settings(
        parts,
        settings,
        intervals="all" if settings.intervals == "auto" else settings.intervals,
        starts=starts,
    )
    result = with_verdict(result, parts)
    curves = tuple(curve_of_fit((), part, k, result) for k, part in enumerate(parts))
    models = list(dict.fromkeys(part.curve_name for part in parts))
    is_joint = len(parts) > 1
    return CurveFitResult(
        curve=", ".join(models),
        description=", ".join(dict.fromkeys(part.model.description for part in parts)),
        curves=curves,
        settings=settings,
        joint=result if is_joint else None,
        joint_parts=parts if is_joint else (),
        fits=() if is_joint else (result,),
    )


def _fit_several_series(
    data: Sequence[Series],
    model: CurveModel | None,
    settings: FitSettings,
    share: Sequence[str],
    starts: Sequence[Mapping[str, float]] | None,
) -> CurveFitResult:
    if model is None:
        raise InputError("no curve model is given", do="See: tricyclic curves models")
    if starts is not None:
        raise InputError("applies to one Series or to parts", where="starts", do="Omit it")
    groups = [GroupedReadings((one.name,), one) for one in data]
    made = fit_groups(groups, model, settings, share=share)
    return CurveFitResult(
        curve=model.name or model.description,
        description=model.description,
        curves=made.curves,
        settings=settings,
        by=("series",),
        joint=made.joint,
        joint_parts=tuple(curve.part for curve in made.curves) if made.joint else (),
        fits=made.fits,
    )
