"""Images of an experiment traced from the command line and from Python."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import tifffile
from PIL import Image

import tricyclic as tca
from tricyclic.assays.neurites.simulate_cells import FAMILIES
from tricyclic.assays.neurites.simulate_images import simulate_field
from tricyclic.cli.main import main
from tricyclic.io.images.read import read_labels

SMALL = replace(FAMILIES["PC12-like"], shape=(360, 480), cells=9, debris=4)
SCALE = {"axes": "CYX", "PhysicalSizeX": 0.5, "PhysicalSizeXUnit": "um"}
NAMES = {"Channel": {"Name": ["tubulin", "DAPI"]}}


@pytest.fixture(scope="module")
def fields():
    return [simulate_field(np.random.default_rng(seed), SMALL, sn=15.0) for seed in (31, 32)]


@pytest.fixture(scope="module")
def folder(fields, tmp_path_factory):
    """Two folders with one image each."""
    root = tmp_path_factory.mktemp("images")
    for name, field in zip(("vehicle", "drug"), fields, strict=True):
        (root / name).mkdir()
        channels = np.stack([field.cytoplasm, field.nuclei])
        tifffile.imwrite(
            root / name / f"{name}_1.ome.tif", channels, ome=True, metadata=SCALE | NAMES
        )
    return root


@pytest.fixture(scope="module")
def result(folder):
    return tca.trace_neurites([folder / "vehicle", folder / "drug"], title="Two fields")


def error_of(**given) -> str:
    with pytest.raises(tca.InputError) as caught:
        tca.trace_neurites(**given)
    return str(caught.value)


def test_every_cell_is_in_the_table_in_micrometres(result, fields):
    cells = result.to_frame()
    assert len(cells) == sum(len(field.cells) for field in fields)
    true = sum(c.total_length for one in fields for c in one.cells if not c.at_border)
    own = cells.query("reason != 'the soma is at the border'")
    assert own["total_um"].sum() == pytest.approx(0.5 * true, rel=0.06)
    assert set(cells["state"]) <= {"measured", "ambiguous", "excluded"}


def test_fields_count_the_cells_of_the_table(result):
    cells, fields = result.to_frame(), result.to_frame("fields")
    for k in (1, 2):
        used = cells[(cells["to_border_over_soma"] >= k) & (cells["to_border_over_soma"] > 0)]
        counts = used.groupby("field").size()
        positive = used[used["longest_over_soma"] >= k].groupby("field").size()
        table = fields.set_index("field")
        for name in counts.index:
            assert table[f"cells_at_{k}"][name] == counts[name]
            assert table[f"positive_at_{k}"][name] == positive.get(name, 0)
    curve = result.to_frame("curve")
    at_2 = curve.query("soma_diameters == 2.0").set_index("folder")["percent"]
    assert at_2["vehicle"] == pytest.approx(result.percent_positive(2.0, "vehicle"))


def test_neurites_and_their_branches_add_up_to_the_total_of_their_cell(result):
    cells, neurites = result.to_frame(), result.to_frame("neurites")
    totals = neurites.groupby(["field", "cell"])["length_um"].sum()
    for _, row in cells[cells["neurites"] > 0].iterrows():
        assert totals[row["field"], row["cell"]] == pytest.approx(row["total_um"])


def test_the_files_of_a_result_are_those_of_the_page(folder, tmp_path, capsys):
    out = tmp_path / "out"
    with pytest.raises(SystemExit) as ended:
        main(["neurites", "trace", str(folder / "drug"), "--out", str(out), "--quiet"])
    assert ended.value.code in (0, None)
    assert "1 image   9 cells" in capsys.readouterr().out
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert names == {
        "cells.csv",
        "fields.csv",
        "curve.csv",
        "neurites.csv",
        "neurites.json",
        "summary.txt",
        "contact_sheet.jpg",
        "overlays/drug_1.jpg",
        "masks/drug_1_masks.png",
        "swc/drug_1.swc",
    }
    with Image.open(out / "overlays" / "drug_1.jpg") as picture:
        assert picture.size == (960, 768)
    document = json.loads((out / "neurites.json").read_text())
    assert len(document["result"]["images"][0]["cells"]) == 9
    labels = read_labels(out / "masks" / "drug_1_masks.png", (360, 480))
    assert len(np.unique(labels)) == 10


def test_swc_has_a_tree_for_each_cell_with_the_length_of_the_table(folder, tmp_path):
    out = tmp_path / "out"
    result = tca.trace_neurites(folder / "drug", out=out)
    rows = [
        line.split()
        for line in (out / "swc" / "drug_1.swc").read_text().splitlines()
        if not line.startswith("#")
    ]
    points = pd.DataFrame(rows, columns=["n", "kind", "x", "y", "z", "r", "parent"]).astype(float)
    assert points["n"].tolist() == list(range(1, len(points) + 1))
    assert (points["parent"] < points["n"]).all()
    assert (points["kind"] == 1).sum() == (points["parent"] == -1).sum() == 9
    neurites = points[points["kind"] == 3]
    parents = points.set_index("n").loc[neurites["parent"]]
    steps = np.hypot(
        neurites["x"].values - parents["x"].values, neurites["y"].values - parents["y"].values
    )
    # The steps from a soma's middle to its outline are not neurites.
    length = steps[(parents["kind"] == 3).values].sum()
    assert length == pytest.approx(result.to_frame()["total_um"].sum(), rel=0.01)


def test_the_same_images_give_the_same_bytes_on_any_number_of_threads(folder, tmp_path):
    for name, workers in (("one", 1), ("three", 3)):
        tca.trace_neurites(
            [folder / "vehicle", folder / "drug"], workers=workers, out=tmp_path / name
        )
    for path in (tmp_path / "one").rglob("*"):
        if path.is_file():
            other = tmp_path / "three" / path.relative_to(tmp_path / "one")
            assert path.read_bytes() == other.read_bytes(), path.name


def test_masks_that_were_written_can_be_corrected_and_given_back(folder, tmp_path):
    out = tmp_path / "out"
    first = tca.trace_neurites(folder / "drug", out=out)
    path = out / "masks" / "drug_1_masks.png"
    same = tca.trace_neurites(folder / "drug", masks=out / "masks")
    assert same.images[0].own_masks
    pd.testing.assert_frame_equal(first.to_frame(), same.to_frame())
    labels = np.array(Image.open(path))
    labels[labels == 1] = 0
    Image.fromarray(labels).save(path)
    fewer = tca.trace_neurites(folder / "drug", masks=out / "masks")
    assert len(fewer.to_frame()) == len(first.to_frame()) - 1


def test_the_table_of_cells_is_analysed_by_culture(result, tmp_path):
    result.to_frame().to_csv(tmp_path / "cells.csv", index=False)
    design = pd.DataFrame(
        {
            "field": ["vehicle_1", "drug_1"],
            "culture": ["c1", "c1"],
            "drug": ["", "imipramine"],
            "concentration_uM": [0, 1],
            "NGF": ["yes", "yes"],
        }
    )
    analysed = tca.analyse_neurites(tmp_path / "cells.csv", design=design, threshold=2)
    assert "imipramine 1 uM" in analysed.summary()


def test_images_without_a_scale_are_in_pixels_with_a_warning(fields, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", fields[0].cytoplasm)
    result = tca.trace_neurites(tmp_path / "a.tif")
    assert result.length_unit == "px" and "total_px" in result.to_frame()
    (check,) = [one for one in result.checks if one.name == "image_scale"]
    assert check.level == "warn"
    assert check.message == "The images have no scale: lengths are in pixels"
    scaled = tca.trace_neurites(tmp_path / "a.tif", pixel_um=0.5)
    np.testing.assert_allclose(scaled.to_frame()["total_um"], 0.5 * result.to_frame()["total_px"])


def test_an_empty_field_and_a_constant_image_are_states(tmp_path):
    rng = np.random.default_rng(1)
    tifffile.imwrite(tmp_path / "a.tif", rng.poisson(200, (200, 200)).astype(np.uint16))
    tifffile.imwrite(tmp_path / "b.tif", np.full((200, 200), 7, dtype=np.uint16))
    result = tca.trace_neurites(tmp_path)
    assert [(one.state, one.reason) for one in result.images] == [
        ("empty", "no soma was seen"),
        ("empty", "all pixels are equal"),
    ]
    assert np.isnan(result.percent_positive(1.0))
    assert not result.failed


def test_a_damaged_file_among_others_is_refused_and_the_others_are_traced(folder, tmp_path):
    good = (folder / "drug" / "drug_1.ome.tif").read_bytes()
    (tmp_path / "a.ome.tif").write_bytes(good[: len(good) // 2])
    (tmp_path / "b.ome.tif").write_bytes(good)
    result = tca.trace_neurites(tmp_path)
    assert [one.state for one in result.images] == ["refused", "traced"]
    assert result.images[0].reason == "the image is damaged or truncated"
    assert result.length_unit == "um"
    assert result.failed
    (check,) = [one for one in result.checks if one.level == "fail"]
    assert (check.name, check.where) == ("image_usable", "a")
    (tmp_path / "b.ome.tif").unlink()
    assert error_of(images=tmp_path) == (
        "a.ome.tif: the image is damaged or truncated. Copy or export the file again."
    )


def test_bright_field_is_refused_and_its_numbers_are_not_zero(fields, tmp_path):
    image = fields[0].cytoplasm
    tifffile.imwrite(tmp_path / "a.tif", (4095 - image).astype(np.uint16))
    result = tca.trace_neurites(tmp_path / "a.tif")
    (one,) = result.images
    assert one.state == "refused" and "phase contrast" in one.reason
    assert result.failed
    row = result.to_frame("fields").iloc[0]
    assert row["cells_seen"] == 0 and np.isnan(row["percent_at_1"])
    turned = tca.trace_neurites(tmp_path / "a.tif", inverted=True)
    assert turned.images[0].state == "traced"


def test_phase_contrast_is_refused_without_masks_and_traced_with_them(fields, tmp_path):
    soft = fields[0].cytoplasm.astype(float)
    halo = soft - 1.8 * (np.roll(soft, 6, axis=0) - soft.min()) + 3000
    for folder in ("images", "somata", "neurites"):
        (tmp_path / folder).mkdir()
    tifffile.imwrite(tmp_path / "images" / "a.tif", np.clip(halo, 0, 65535).astype(np.uint16))
    tifffile.imwrite(tmp_path / "somata" / "a_cp_masks.tif", fields[0].labels.astype(np.uint16))
    lines = np.zeros(soft.shape, dtype=np.uint8)
    for cell in fields[0].cells:
        for one in cell.neurites:
            for row, column in np.rint(one.path).astype(int):
                lines[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2] = 1
    tifffile.imwrite(tmp_path / "neurites" / "a.tif", lines)
    given = {"images": tmp_path / "images", "masks": tmp_path / "somata"}
    assert tca.trace_neurites(**given).images[0].state == "refused"
    result = tca.trace_neurites(**given, neurite_masks=tmp_path / "neurites")
    true = sum(one.total_length for one in fields[0].cells)
    assert result.to_frame()["total_px"].sum() == pytest.approx(true, rel=0.1)
    assert error_of(images=tmp_path / "images", neurite_masks=tmp_path / "neurites") == (
        "neurite_masks=: needs label images of the somata. Add masks=FOLDER."
    )


def test_a_saturated_image_is_named(fields, tmp_path):
    image = np.minimum(fields[0].cytoplasm.astype(float) * 6, 4095).astype(np.uint16)
    tifffile.imwrite(tmp_path / "a.tif", image)
    result = tca.trace_neurites(tmp_path / "a.tif")
    (check,) = [one for one in result.checks if one.name == "image_saturated"]
    assert check.level == "warn" and check.value > 1.0


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("threshold", 50.0, "threshold: is 50. It is 0.1 to 20."),
        ("line_sigma", 0.1, "line_sigma: is 0.1. It is 0.8 to 10."),
        ("gap", -1.0, "gap: is -1. It is 0 to 100."),
        ("shortest", 0.0, "shortest: is 0. It is 2 to 500."),
        ("pixel_um", 300.0, "pixel_um: is 300 um. It is 0.01 to 20 um."),
        ("workers", 0, "workers: is 0. It is 1 or more."),
    ],
)
def test_options_outside_of_their_range_are_refused(folder, name, value, text):
    assert error_of(images=folder / "drug", **{name: value}) == text.replace(
        f"{name}:", f"{name}=:"
    )


@pytest.mark.parametrize("name", ["camera", "coins", "cell", "brick", "page", "text", "moon"])
def test_images_of_anything_give_a_state_or_a_table(name):
    """scikit-image's own pictures: a camera man, coins, a cell, bricks, printed text, the moon."""
    from skimage import data

    from tricyclic.assays.neurites.appearance import appearance_of
    from tricyclic.assays.neurites.trace import trace_field

    image = getattr(data, name)().astype(np.float32)
    appearance_of(image, 255.0)
    traced = trace_field(image)
    assert all(
        np.isfinite([one.total, one.longest, one.soma_diameter]).all() for one in traced.cells
    )
