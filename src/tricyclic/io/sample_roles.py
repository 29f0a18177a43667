"""Roles of injections by the words of people and data systems: Std, Cal, QC low, Blk, Unknown."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from tricyclic.core.sample_list import SampleRole
from tricyclic.errors import InputError
from tricyclic.io.headings import without_accents

# Words for roles without blanks and marks, and whether the internal standard was added.
_ROLE_NAMES: tuple[tuple[SampleRole, bool, str], ...] = (
    (
        "standard",
        True,
        (
            "standard std stds standards cal cals calib calibrator calibrationstandard calstd "
            "calibration calsample calibrationstd reference kalibrierstandard kalibration "
            "kalibrierprobe kalibrator"
        ),
    ),
    (
        "quality control",
        True,
        (
            "qualitycontrol qc qcs qccheck qcsample control ctrl ctrlsamp controlsample "
            "qualitycontrolsample lqc mqc hqc kontrolle kontrollprobe qualitatskontrolle qk"
        ),
    ),
    (
        "blank",
        True,
        (
            "blank blk blanks zero zerosample zerostandard matrixblank blankmatrix carryoverblank "
            "blanksample blankis blankistd blankwithis blankwithistd leerwert leerprobe blindwert "
            "blindprobe nullprobe"
        ),
    ),
    (
        "blank",
        False,
        (
            "doubleblank dblblank dbblank blankwithoutis blanknois solvent solventblank wash "
            "losungsmittel"
        ),
    ),
    (
        "sample",
        True,
        (
            "sample samples unknown unk unkn analyte specimen dialysate fraction basal baseline "
            "analysis smp spl test probe unbekannt dialysat fraktion"
        ),
    ),
    (
        "suitability",
        True,
        (
            "suitability systemsuitability sst ssts bracket bracketing bracketingstandard "
            "checkstandard chkstd driftstandard syssuit repeatedstandard"
        ),
    ),
)
ROLE_WORDS: dict[str, tuple[SampleRole, bool]] = {
    word: (role, added) for role, added, words in _ROLE_NAMES for word in words.split()
}
_QC_LEVELS = {"l": "low", "m": "mid", "h": "high", "low": "low", "mid": "mid", "high": "high"}
_QC_LEVELS |= {"medium": "mid", "med": "mid", "middle": "mid", "lloq": "LLOQ"}
_QC_LEVELS |= {"tief": "low", "niedrig": "low", "mittel": "mid", "hoch": "high"}


def role_of(
    cells: Mapping[str, str], label: str, amount: float, where: str
) -> tuple[SampleRole, bool, str]:
    """Role, whether the internal standard was added, and the level that the role names."""
    text = cells.get("role", "")
    if text:
        matching = known_role(text)
        if matching is None:
            raise InputError(
                f"the role is '{text}'",
                where=where,
                allowed="It is standard, quality control, blank, double blank, sample or "
                "suitability",
            )
        return matching
    if cells.get("animal"):
        return "sample", True, ""
    matching = known_role(re.split(r"[\s_.\-]", label)[0])
    if matching is not None:
        return matching
    if math.isfinite(amount) and amount > 0:
        return "standard", True, ""
    raise InputError(
        f"the injection {label} has no role",
        where=where,
        do='Fill in "standard", "quality control", "blank" or "sample"',
    )


def known_role(text: str) -> tuple[SampleRole, bool, str] | None:
    # "1:Standard" of LabSolutions, "Std Bracket" of Xcalibur.
    plain = re.sub(r"^[0-9]+\s*:\s*", "", text.strip().lower())
    key = re.sub(r"[^a-z]+", "", without_accents(plain))
    level = ""
    if key == "stdbracket":
        key = "standard"
    match = re.fullmatch(r"(.*?)[\s_\-]*(?:qc|qk)[\s_\-]*(.*)", plain)
    if match and key not in ROLE_WORDS:
        word = (match[1] + match[2]).strip(" _-()")
        key, level = "qc", _QC_LEVELS.get(word, word)
    elif key in ("lqc", "mqc", "hqc"):
        level = _QC_LEVELS[key[0]]
    if key not in ROLE_WORDS:
        return None
    role, with_standard = ROLE_WORDS[key]
    return role, with_standard, level
