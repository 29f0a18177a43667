"""Kinetic assays: rates of binding and unbinding."""

from __future__ import annotations

from tricyclic.reports.assay_blocks import assays_of, section_of
from tricyclic.reports.section import Section

KINDS = ("association", "dissociation", "association_then_dissociation", "competitive_association")

SECTION = Section(
    order=40,
    wants=lambda material: bool(assays_of(material, KINDS)),
    write=lambda material: section_of(material, KINDS, "Kinetics", "kinetics"),
)
