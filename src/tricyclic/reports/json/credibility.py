"""The evidence for a scenario as plain data: without ensemble, observations and papers, which are
files of the library.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from tricyclic.core.serialize import to_jsonable
from tricyclic.results.credibility import CredibilityResult

LEFT_OUT = ("elasticity_table", "networks", "ensemble", "observations", "sources")


def credibility_json(result: CredibilityResult) -> dict[str, Any]:
    """Checks and evidence; elasticities as a list, the strongest first."""
    names = [field.name for field in fields(result) if field.name not in LEFT_OUT]
    plain = {name: to_jsonable(getattr(result, name)) for name in names}
    return {**plain, "elasticities": to_jsonable(result.elasticities)}
