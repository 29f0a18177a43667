"""Titles of sheets and columns in Prism projects, plain and formatted."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tricyclic.io.open import read_tables


def _formatted(text: str) -> dict[str, object]:
    mark = {"range": f"0~{len(text) - 1}", "attributes": {"fontWeight": "bold"}}
    return {"string": text, "version": 1, "formatting": [mark]}


@pytest.mark.parametrize("where", ["sheet", "attributes"])
def test_formatted_titles_are_read(tmp_path: Path, where: str) -> None:
    title = _formatted("Uptake")
    table = {"uid": "T", "dataFormat": "y_single", "xDataSet": "X", "dataSets": ["A", "B"]}
    document: dict[str, object] = {"sheets": {"data": ["S"]}}
    sheet: dict[str, object] = {"table": table}
    if where == "sheet":
        sheet["title"] = title
    else:
        document["sheetAttributesMap"] = {"S": {"title": title}}
    parts = {
        "document.json": json.dumps(document),
        "data/sheets/S/sheet.json": json.dumps(sheet),
        "data/tables/T/data.csv": "3,90,95\n30,60,75\n300,20,35",
        "data/sets/X.json": json.dumps({"title": _formatted("dose [nM]")}),
        "data/sets/A.json": json.dumps({"title": "nisoxetine"}),
        "data/sets/B.json": json.dumps({"title": _formatted("imipramine")}),
    }
    with zipfile.ZipFile(tmp_path / "own.prism", "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    (read,) = read_tables(tmp_path / "own.prism")
    assert read.name == "own Uptake"
    assert read.columns == ("dose [nM]", "nisoxetine", "imipramine")
    assert read.units["dose [nM]"] == "nM"
