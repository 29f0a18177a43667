"""A sheet with row letters beside the readings, and names of compounds in place of numbers."""

from openpyxl import Workbook

import tricyclic as tca

KI_NM = {"DMI": 0.9, "IMI": 18.0}
DOSES_NM = (0.1, 0.3, 1, 3, 10, 30, 100, 300)


def test_row_letters_are_named_and_not_read(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet["A1"] = "NET, 12 November"
    sheet.merge_cells("B3:D3")
    sheet.merge_cells("E3:G3")
    for column, name in zip("BEHIK", ("DMI", "IMI", "NSB", "Total", "conc nM"), strict=True):
        sheet[f"{column}3"] = name
    for row, (letter, dose) in enumerate(zip("ABCDEFGH", DOSES_NM, strict=True), 4):
        # The radioligand is at its Kd: IC50 = 2 Ki. Replicates differ by 40 counts.
        bound = [300 + 4000 / (1 + dose / (2 * ki)) for ki in KI_NM.values()]
        cells = [value + shift for value in bound for shift in (-40, 0, 40)]
        for column, value in enumerate([letter, *cells, 300 + row, 4300 - row, None, dose], 1):
            sheet.cell(row, column, value)
    sheet["C6"] = "spilled"
    book.save(tmp_path / "NET.xlsx")
    result = tca.affinity(tmp_path / "NET.xlsx", unit="cpm", radioligand_nM="1 nM", kd_nM="1 nM")
    frame = result.to_frame()
    for name, ki in KI_NM.items():
        assert abs(frame.loc[frame["compound"] == name, "Ki_nM"].item() / ki - 1) < 0.05
    assert "contains row letters; not read" in result.summary()
    assert "spilled" in result.summary()
