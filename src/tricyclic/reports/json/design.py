"""A planned binding experiment as plain data: all fields, with the plan as conditions, true values
and wells.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from tricyclic.core.serialize import to_jsonable
from tricyclic.reports.json.study import conditions_json
from tricyclic.results.design import DesignResult


def design_json(result: DesignResult) -> dict[str, Any]:
    """All fields of the result; the plate layout is given well by well."""
    plan = result.plan
    content = {
        "title": result.title,
        "kind": plan.kind,
        "compound": plan.compound,
        "truth": to_jsonable(plan.truth),
        **conditions_json(plan.conditions),
        "cv": plan.cv,
        "runs": plan.runs,
        "between_run_sd": plan.between_run_sd,
        "as_incubated": plan.as_incubated,
        "wells": [
            {
                "well": well.name,
                "role": well.role.value,
                "compound": well.compound,
                "concentration_M": to_jsonable(well.concentration_M),
                "radioligand_nM": to_jsonable(well.radioligand_nM),
            }
            for well in plan.wells
        ],
        "protocol": result.protocol.name if result.protocol else "",
        "check_rates": [
            {"check": name, "share_of_plates": share} for name, share in result.check_rates
        ],
    }
    others = (field.name for field in fields(result) if field.name not in {*content, "plan"})
    return content | {name: to_jsonable(getattr(result, name)) for name in others}
