"""Images of cells from files as programs of microscopes write them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from tricyclic.errors import InputError
from tricyclic.io.images.read import (
    ImageOptions,
    ImageSource,
    find_images,
    read_cell_image,
    read_labels,
)

RNG = np.random.default_rng(1)
GREY = RNG.integers(100, 4000, (80, 100)).astype(np.uint16)
OTHER = RNG.integers(100, 4000, (80, 100)).astype(np.uint16)
BOTH = np.stack([GREY, OTHER])


def read(path: Path, **options):
    return read_cell_image(ImageSource(path), ImageOptions(**options))


def error_of(path: Path, **options) -> str:
    with pytest.raises(InputError) as caught:
        read(path, **options)
    return str(caught.value)


def test_a_grey_tiff_has_its_counts_and_no_scale(tmp_path):
    path = tmp_path / "a.tif"
    # 300 dots per inch is the resolution of a printer, not of a microscope.
    tifffile.imwrite(path, GREY, resolution=(300, 300), resolutionunit="INCH")
    image = read(path)
    np.testing.assert_array_equal(image.cytoplasm, GREY)
    assert image.nuclei is None and image.pixel_um is None and image.unit == "px"
    assert image.top == 4095.0
    assert len(image.sha256) == 64 and image.name == "a"


def test_an_ome_tiff_has_its_scale_and_its_channels_by_name(tmp_path):
    path = tmp_path / "a.ome.tif"
    scale = {"axes": "CYX", "PhysicalSizeX": 325.0, "PhysicalSizeXUnit": "nm"}
    names = {"Channel": {"Name": ["DAPI", "tubulin"]}}
    tifffile.imwrite(path, BOTH, ome=True, metadata=scale | names)
    image = read(path)
    assert image.name == "a" and image.unit == "um"
    assert image.pixel_um == pytest.approx(0.325)
    np.testing.assert_array_equal(image.nuclei, GREY)
    np.testing.assert_array_equal(image.cytoplasm, OTHER)


def test_an_imagej_tiff_has_its_scale(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, GREY, imagej=True, resolution=(2.0, 2.0), metadata={"unit": "um"})
    assert read(path).pixel_um == pytest.approx(0.5)
    image = read(path, pixel_um=0.65)
    assert image.pixel_um == 0.65
    assert image.remarks == ("the file states a pixel of 0.5 um; the stated 0.65 um is used",)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_png_has_its_counts(tmp_path, kind):
    path = tmp_path / "a.png"
    counts = (GREY // 16).astype(kind) if kind is np.uint8 else GREY
    Image.fromarray(counts).save(path)
    image = read(path)
    np.testing.assert_array_equal(image.cytoplasm, counts)
    assert image.top == (255.0 if kind is np.uint8 else 4095.0)


def test_colours_that_are_equal_are_a_grey_image(tmp_path):
    path = tmp_path / "a.png"
    grey = (GREY // 16).astype(np.uint8)
    Image.fromarray(np.stack([grey] * 3, axis=-1)).save(path)
    image = read(path)
    np.testing.assert_array_equal(image.cytoplasm, grey)
    assert image.remarks == ("the three colours are equal: a grey image",)


def test_colours_are_channels_that_have_to_be_stated(tmp_path):
    path = tmp_path / "a.png"
    colours = np.stack([(GREY // 16), (OTHER // 16), (GREY // 32)], axis=-1).astype(np.uint8)
    Image.fromarray(colours).save(path)
    assert error_of(path) == (
        "a.png: has 3 channels (1 red, 2 green, 3 blue). State which are which: "
        "--cytoplasm 1 --nuclei 2."
    )
    image = read(path, cytoplasm="green", nuclei="3")
    np.testing.assert_array_equal(image.cytoplasm, colours[..., 1])
    np.testing.assert_array_equal(image.nuclei, colours[..., 2])


def test_a_palette_is_read_as_its_colours(tmp_path):
    path = tmp_path / "a.png"
    grey = (GREY // 16).astype(np.uint8)
    image = Image.fromarray(grey).convert("P")
    image.putpalette([value for i in range(256) for value in (255 - i, 255 - i, 255 - i)])
    image.save(path)
    read_image = read(path)
    np.testing.assert_array_equal(read_image.cytoplasm, 255 - grey)
    assert "the colours of the palette are used" in read_image.remarks


def test_two_channels_without_names_have_to_be_stated(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, BOTH, imagej=True, metadata={"axes": "CYX"})
    assert "has 2 channels (1, 2)" in error_of(path)
    image = read(path, nuclei="1")
    np.testing.assert_array_equal(image.nuclei, GREY)
    np.testing.assert_array_equal(image.cytoplasm, OTHER)
    assert error_of(path, cytoplasm="1", nuclei="1") == (
        "a.tif: channel 1 is stated as cytoplasm and as nuclei. Correct one of them."
    )
    assert error_of(path, cytoplasm="3") == ("a.tif: has no channel '3'. Channels are 1, 2.")


@pytest.mark.parametrize("by_page", [True, False])
def test_pages_are_channels_where_they_are_stated(tmp_path, by_page):
    path = tmp_path / "a.tif"
    if by_page:
        with tifffile.TiffWriter(path) as file:
            file.write(GREY)
            file.write(OTHER)
    else:
        tifffile.imwrite(path, BOTH, photometric="minisblack")
    assert error_of(path) == (
        "a.tif: has 2 pages, and does not state whether they are channels. State them: "
        "--cytoplasm 1 --nuclei 2; or export one plane."
    )
    image = read(path, cytoplasm="2", nuclei="1")
    np.testing.assert_array_equal(image.cytoplasm, OTHER)
    np.testing.assert_array_equal(image.nuclei, GREY)


@pytest.mark.parametrize(("axes", "words"), [("ZYX", "a z-stack"), ("TYX", "a time series")])
def test_a_stack_or_a_time_series_is_refused(tmp_path, axes, words):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.stack([GREY] * 3), imagej=True, metadata={"axes": axes})
    assert error_of(path) == (
        f"a.tif: is {words} of 3 planes. An image has one plane for each channel. Export one "
        "plane or a projection of the stack."
    )


def test_files_that_are_no_image_are_named(tmp_path):
    (tmp_path / "a.tif").write_bytes(b"")
    assert error_of(tmp_path / "a.tif") == "a.tif: the file is empty. Export it again."
    (tmp_path / "b.tif").write_bytes(b"well,cpm\nA1,100\n")
    assert error_of(tmp_path / "b.tif") == (
        "b.tif: is not an image that can be read. Images are TIFF, OME-TIFF or PNG."
    )


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("suffix", ["tif", "png"])
def test_a_truncated_file_is_refused(tmp_path, suffix, share):
    whole = io.BytesIO()
    if suffix == "tif":
        tifffile.imwrite(whole, GREY)
    else:
        Image.fromarray(GREY).save(whole, "PNG")
    data = whole.getvalue()
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(data[: int(share * len(data))])
    assert error_of(path) == (
        f"a.{suffix}: the image is damaged or truncated. Copy or export the file again."
    )


@pytest.mark.parametrize("share", [0.02, 0.2, 0.45, 0.55, 0.75, 0.95, 0.99])
def test_a_truncated_file_of_two_channels_is_not_one_of_one_channel(tmp_path, share):
    whole = io.BytesIO()
    scale = {"axes": "CYX", "PhysicalSizeX": 0.5, "PhysicalSizeXUnit": "um"}
    tifffile.imwrite(whole, BOTH, ome=True, metadata=scale | {"Channel": {"Name": ["a", "DAPI"]}})
    data = whole.getvalue()
    path = tmp_path / "a.ome.tif"
    path.write_bytes(data[: int(share * len(data))])
    assert error_of(path) == (
        "a.ome.tif: the image is damaged or truncated. Copy or export the file again."
    )


def test_a_black_and_white_image_is_no_image_of_brightness(tmp_path):
    Image.fromarray(GREY > 2000).save(tmp_path / "a.png")
    assert "has black and white only" in error_of(tmp_path / "a.png")


def test_a_tiny_image_is_refused(tmp_path):
    Image.fromarray(GREY[:20, :20]).save(tmp_path / "a.png")
    assert error_of(tmp_path / "a.png") == (
        "a.png: is 20 x 20 pixels. An image has at least 64 x 64 pixels."
    )


def test_white_as_zero_is_turned_round(tmp_path):
    path = tmp_path / "a.tif"
    grey = (GREY // 16).astype(np.uint8)
    tifffile.imwrite(path, grey, photometric="miniswhite")
    image = read(path)
    np.testing.assert_array_equal(image.cytoplasm, 255 - grey)
    assert image.remarks == ("the file has white as 0, which was turned round",)


def test_a_dark_signal_is_inverted_on_request(tmp_path):
    Image.fromarray(GREY).save(tmp_path / "a.png")
    image = read(tmp_path / "a.png", inverted=True)
    np.testing.assert_array_equal(image.cytoplasm, 4095 - GREY.astype(np.float32))


def test_channels_in_files_of_their_own_are_paired(tmp_path):
    for name, counts in (("a_w1", GREY), ("a_w2", OTHER), ("b_w1", OTHER), ("b_w2", GREY)):
        tifffile.imwrite(tmp_path / f"{name}.tif", counts)
    options = ImageOptions("_w1", "_w2")
    sources = find_images([tmp_path], options)
    assert [(s.path.name, s.nuclei.name) for s in sources] == [
        ("a_w1.tif", "a_w2.tif"),
        ("b_w1.tif", "b_w2.tif"),
    ]
    image = read_cell_image(sources[0], options)
    np.testing.assert_array_equal(image.cytoplasm, GREY)
    np.testing.assert_array_equal(image.nuclei, OTHER)
    (tmp_path / "b_w2.tif").unlink()
    with pytest.raises(InputError, match=r"b_w1.tif: has no file of nuclei 'b_w2.tif' beside it"):
        find_images([tmp_path], options)


def test_nuclei_of_another_size_are_refused(tmp_path):
    tifffile.imwrite(tmp_path / "a_w1.tif", GREY)
    tifffile.imwrite(tmp_path / "a_w2.tif", OTHER[:70])
    options = ImageOptions("_w1", "_w2")
    (source,) = find_images([tmp_path], options)
    with pytest.raises(InputError) as caught:
        read_cell_image(source, options)
    assert str(caught.value) == (
        "a_w2.tif: is 70 x 100 pixels, its nuclei are those of an image of 80 x 100 pixels. Both "
        "channels have the same size."
    )


def test_masks_go_by_the_name_of_their_image(tmp_path):
    images, masks = tmp_path / "images", tmp_path / "masks"
    images.mkdir()
    masks.mkdir()
    tifffile.imwrite(images / "a.tif", GREY)
    labels = np.zeros((80, 100), dtype=np.uint16)
    labels[10:20, 10:20] = 1
    Image.fromarray(labels).save(masks / "a_masks.png")
    (source,) = find_images([images], ImageOptions(), masks)
    np.testing.assert_array_equal(read_labels(source.masks, (80, 100)), labels)
    (source,) = find_images([images], ImageOptions(), masks / "a_masks.png")
    assert source.masks.name == "a_masks.png"
    tifffile.imwrite(images / "b.tif", GREY)
    with pytest.raises(InputError, match=r"there is no label image 'b_cp_masks.tif'"):
        find_images([images], ImageOptions(), masks)


def test_a_mask_of_another_size_is_one_sentence(tmp_path):
    Image.fromarray(GREY[:70]).save(tmp_path / "a_masks.png")
    with pytest.raises(InputError) as caught:
        read_labels(tmp_path / "a_masks.png", (80, 100))
    assert str(caught.value) == (
        "a_masks.png: is 70 x 100 pixels, the image is 80 x 100 pixels. Labels have the size of "
        "their image. Export the labels of this image, without scaling."
    )


def test_folders_without_images_and_equal_names_are_named(tmp_path):
    with pytest.raises(InputError, match="contains no image"):
        find_images([tmp_path], ImageOptions())
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        tifffile.imwrite(tmp_path / folder / "a.tif", GREY)
    with pytest.raises(InputError, match="Two images are called 'a'"):
        find_images([tmp_path / "x", tmp_path / "y"], ImageOptions())


def test_label_images_beside_their_images_are_no_images(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", GREY)
    Image.fromarray(GREY).save(tmp_path / "a_cp_masks.png")
    assert [one.name for one in find_images([tmp_path], ImageOptions())] == ["a"]
