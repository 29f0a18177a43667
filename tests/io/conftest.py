"""Ways to damage a file, for the tests of the readers."""

from __future__ import annotations

import io
import zipfile

import pytest


def flip(data, rng):
    raw = bytearray(data)
    for _ in range(rng.choice([1, 3, 20])):
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    return bytes(raw)


def truncate(data, rng):
    return data[: rng.randrange(len(data))]


def drop_the_front(data, rng):
    return data[rng.randrange(len(data)) :]


def lines_of(data):
    return data.splitlines(keepends=True) or [data]


def delete_a_line(data, rng):
    lines = lines_of(data)
    del lines[rng.randrange(len(lines))]
    return b"".join(lines)


def duplicate_a_line(data, rng):
    lines = lines_of(data)
    at = rng.randrange(len(lines))
    return b"".join([*lines[: at + 1], *lines[at:]])


def shuffle_lines(data, rng):
    lines = lines_of(data)
    rng.shuffle(lines)
    return b"".join(lines)


def swap_delimiters(data, rng):
    one, other = rng.sample([b",", b";", b"\t", b" ", b".", b"|", b'"', b"="], 2)
    return data.replace(one, b"\x00").replace(other, one).replace(b"\x00", other)


def other_encoding(data, rng):
    return data.decode("utf-8", "replace").encode(
        rng.choice(["utf-16", "utf-16-le", "utf-32", "cp1252", "cp037"]), "replace"
    )


def odd_number(data, rng):
    places = [k for k, byte in enumerate(data) if 48 <= byte <= 57]
    if not places:
        return data + b"7"
    at = rng.choice(places)
    odd = [
        b"-3",
        b"1e999",
        b"9" * 400,
        b"NaN",
        b"inf",
        b"-",
        b"1,234.5",
        b"1.234,5",
        b"0x1F",
        b"1e-400",
        b"\xc2\xbd",
        b"",
        b"12:30",
        b"=1+1",
    ]
    return data[:at] + rng.choice(odd) + data[at + 1 :]


def negative_number(data, rng):
    places = [
        k for k, byte in enumerate(data) if 48 <= byte <= 57 and k and not 48 <= data[k - 1] <= 57
    ]
    at = rng.choice(places) if places else 0
    return data[:at] + b"-" + data[at:]


def insert_text(data, rng):
    texts = [
        b'"',
        b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
        b"[[[[[" * 300,
        b"<a>" * 2000,
        b"\x00",
        b"\xff\xfe",
        b"'''",
        b"{",
        b"A1",
        b"T",
        b"\r",
        b"nan",
        b"a = 9" + b"9" * 5000,
    ]
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(texts) + data[at:]


def repeat_a_piece(data, rng):
    start = rng.randrange(len(data))
    piece = data[start : start + rng.randrange(1, 200)]
    return data[:start] + piece * rng.choice([2, 10, 100]) + data[start:]


def inside_the_archive(data, rng):
    """Damage one part of a zip archive and pack it again, so that the damaged part is read."""
    if not data.startswith(b"PK"):
        return flip(data, rng)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    name = rng.choice([name for name in parts if parts[name]])
    what = rng.choice(
        [flip, truncate, odd_number, negative_number, insert_text, repeat_a_piece, None]
    )
    if what is None:
        del parts[name]
    else:
        parts[name] = what(parts[name], rng)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stream.getvalue()


DAMAGES = [
    flip,
    truncate,
    drop_the_front,
    delete_a_line,
    duplicate_a_line,
    shuffle_lines,
    swap_delimiters,
    other_encoding,
    odd_number,
    negative_number,
    insert_text,
    repeat_a_piece,
    inside_the_archive,
]


@pytest.fixture
def damages():
    """Functions of the bytes of a file and a generator, each of which damages them in one way."""
    return DAMAGES
