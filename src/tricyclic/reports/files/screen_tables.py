"""The tables of a screen as CSV: plates, checks, effects, hits, curves and potencies."""

from __future__ import annotations

from collections.abc import Iterator

from tricyclic.io.write_tables import Cell, csv_rows
from tricyclic.results.screening import (
    CompoundPotency,
    CurveHit,
    PlateQuality,
    ScreeningResult,
    WellHit,
)

Row = tuple[Cell, ...]

PLATE_COLUMNS = (
    "plate",
    "order",
    "file",
    "level",
    "size",
    "z_prime",
    "robust_z_prime",
    "signal_window_sd",
    "signal_to_background",
    "high_n",
    "high_mean",
    "high_sd",
    "high_cv_percent",
    "low_n",
    "low_mean",
    "low_sd",
    "low_cv_percent",
    "compounds_n",
    "compounds_median",
    "compounds_robust_sd",
    "edge_percent",
    "edge_p",
    "row_percent",
    "row_p",
    "column_percent",
    "column_p",
    "hits",
)
WELL_COLUMNS = (
    "compound",
    "concentration_M",
    "plates",
    "wells",
    "effect_percent",
    "z",
    "p",
    "q",
    "hit",
    "to_confirm",
    "remark",
)
CURVE_COLUMNS = (
    "compound",
    "plate",
    "class",
    "hit",
    "qualifier",
    "ic50_nM",
    "ic50_low_nM",
    "ic50_high_nM",
    "confidence",
    "log10_ic50_se",
    "hill",
    "effect_low_percent",
    "effect_high_percent",
    "residual_sd_percent",
    "f_flat",
    "p",
    "q",
    "points",
    "status",
    "description",
    "to_confirm",
    "remark",
)
POTENCY_COLUMNS = (
    "compound",
    "qualifier",
    "ic50_nM",
    "low_nM",
    "high_nM",
    "confidence",
    "log10_se",
    "n",
    "curves",
    "hits",
    "method",
)
CHECK_COLUMNS = ("plate", "check", "level", "message", "value", "limit", "unit", "advice", "source")
EFFECT_COLUMNS = ("plate", "order", "row", "column", "effect_percent")
EFFECT_DECIMALS = 4


def screen_tables(screen: ScreeningResult) -> dict[str, bytes]:
    """Every table by its file name; numbers with all digits."""
    return {
        f"{name}.csv": csv_rows(columns, rows, digits=None)
        for name, (columns, rows) in screen_rows(screen).items()
    }


def screen_rows(screen: ScreeningResult) -> dict[str, tuple[tuple[str, ...], list[Row]]]:
    """Columns and rows of every table by its name."""
    tables = {
        "plates": (PLATE_COLUMNS, [_plate(plate) for plate in screen.plates]),
        "checks": (CHECK_COLUMNS, list(_checks(screen))),
        "effects": (EFFECT_COLUMNS, list(_effects(screen))),
    }
    if screen.wells:
        tables["wells"] = (WELL_COLUMNS, [_well(hit) for hit in screen.wells])
    if screen.curves:
        tables["curves"] = (CURVE_COLUMNS, [_curve(hit) for hit in screen.curves])
        tables["potencies"] = (POTENCY_COLUMNS, [_potency(one) for one in screen.potencies])
    return tables


def _plate(plate: PlateQuality) -> Row:
    return (
        plate.name,
        plate.order,
        plate.file,
        plate.level,
        plate.size,
        plate.z_prime,
        plate.robust_z_prime,
        plate.signal_window,
        plate.signal_to_background,
        plate.high.n,
        plate.high.mean,
        plate.high.sd,
        plate.high.cv_percent,
        plate.low.n,
        plate.low.mean,
        plate.low.sd,
        plate.low.cv_percent,
        plate.compounds.n,
        plate.compounds.median,
        plate.compounds.robust_sd,
        plate.edge.size_percent,
        plate.edge.p,
        plate.row.size_percent,
        plate.row.p,
        plate.column.size_percent,
        plate.column.p,
        plate.hits,
    )


def _well(hit: WellHit) -> Row:
    return (
        hit.compound,
        hit.concentration_M or None,
        " ".join(hit.plates),
        " ".join(hit.wells),
        hit.effect_percent,
        hit.z,
        hit.p,
        hit.q,
        hit.is_hit,
        hit.to_confirm,
        hit.remark,
    )


def _curve(curve: CurveHit) -> Row:
    return (
        curve.compound,
        curve.plate,
        curve.kind,
        curve.is_hit,
        curve.ic50.qualifier,
        curve.ic50.value,
        curve.ic50.low,
        curve.ic50.high,
        curve.ic50.confidence,
        curve.ic50.log10_se,
        curve.hill,
        curve.effect_low,
        curve.effect_high,
        curve.residual_sd,
        curve.f,
        curve.p,
        curve.q,
        curve.log10_molar.size,
        curve.status,
        curve.description,
        curve.to_confirm,
        curve.remark,
    )


def _potency(potency: CompoundPotency) -> Row:
    ic50 = potency.ic50
    return (
        potency.compound,
        ic50.qualifier,
        ic50.value,
        ic50.low,
        ic50.high,
        ic50.confidence,
        ic50.log10_se,
        ic50.n_experiments,
        potency.curves,
        potency.hits,
        ic50.method,
    )


def _checks(screen: ScreeningResult) -> Iterator[Row]:
    """The checks of the screen, then those of each plate."""
    places = [(check.where, check) for check in screen.checks]
    places += [(plate.name, check) for plate in screen.plates for check in plate.checks]
    for where, check in places:
        yield (
            where,
            check.name,
            check.level,
            check.message,
            check.value,
            check.limit,
            check.unit,
            check.advice,
            check.source,
        )


def _effects(screen: ScreeningResult) -> Iterator[Row]:
    for plate in screen.plates:
        for row, line in enumerate(plate.activity.tolist(), 1):
            for column, value in enumerate(line, 1):
                if value == value:
                    yield plate.name, plate.order, row, column, round(value, EFFECT_DECIMALS)
