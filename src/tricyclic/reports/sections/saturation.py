"""Saturation assays: density of sites, affinity of the radioligand."""

from __future__ import annotations

from tricyclic.reports.assay_blocks import assays_of, section_of
from tricyclic.reports.section import Section

KINDS = ("saturation",)

SECTION = Section(
    order=30,
    wants=lambda material: bool(assays_of(material, KINDS)),
    write=lambda material: section_of(material, KINDS, "Saturation", "saturation"),
)
