"""A simulated experiment as plain data; its tables are in their files."""

from __future__ import annotations

from typing import Any

from tricyclic.core.serialize import to_jsonable
from tricyclic.reports.json import all_fields
from tricyclic.reports.json.microdialysis import microdialysis_json
from tricyclic.reports.json.neurites import neurites_json
from tricyclic.reports.json.study import estimate_json
from tricyclic.results.virtual_assay import SYNTHETIC, VirtualAssayResult, VirtualGroup

PLAIN = (
    "assay",
    "title",
    "scenario",
    "seed",
    "design",
    "comparisons",
    "sample_unit",
    "settings",
    "remarks",
)


def virtual_assay_json(result: VirtualAssayResult) -> dict[str, Any]:
    """All fields but tables and plots, and a mark that the data are synthetic."""
    return {
        "synthetic": SYNTHETIC,
        **{name: to_jsonable(getattr(result, name)) for name in PLAIN},
        "endpoints": [
            {"estimate": estimate_json(one.estimate), "truth": to_jsonable(one.truth)}
            for one in result.endpoints
        ],
        "groups": [_group(group, result.columns) for group in result.groups],
        "power": [to_jsonable(one) | {"required_size": one.required_size} for one in result.power],
        **(
            {"microdialysis": microdialysis_json(result.microdialysis)}
            if result.microdialysis is not None
            else {}
        ),
        **({"neurites": neurites_json(result.neurites)} if result.neurites is not None else {}),
        **({"release": all_fields(result.release)} if result.release is not None else {}),
    }


def _group(group: VirtualGroup, columns: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": group.name,
        "estimates": {
            column: None if estimate is None else estimate_json(estimate)
            for column, estimate in zip(columns, group.estimates, strict=True)
        },
    }
