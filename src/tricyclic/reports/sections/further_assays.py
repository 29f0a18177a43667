"""Assays of every other kind: Schild, allosteric, and what other sections do not tell of."""

from __future__ import annotations

from tricyclic.reports.assay_blocks import section_of
from tricyclic.reports.section import Material, Section
from tricyclic.reports.sections import affinity, kinetics, saturation

ELSEWHERE = {*affinity.KINDS, *saturation.KINDS, *kinetics.KINDS}


def _kinds(material: Material) -> list[str]:
    return [assay.kind for assay in material.result.assays if assay.kind not in ELSEWHERE]


SECTION = Section(
    order=45,
    wants=lambda material: bool(_kinds(material)),
    write=lambda material: section_of(material, _kinds(material), "Further assays", "further"),
)
