"""Competition and homologous assays: the affinity of compounds."""

from __future__ import annotations

from tricyclic.reports.assay_blocks import assays_of, section_of
from tricyclic.reports.section import Section

KINDS = ("competition", "homologous")

SECTION = Section(
    order=20,
    wants=lambda material: bool(assays_of(material, KINDS)),
    write=lambda material: section_of(material, KINDS, "Affinity", "affinity"),
)
