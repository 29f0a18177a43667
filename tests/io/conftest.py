"""Ways to damage a file, and what a reader must do then, for the tests of the readers."""

from __future__ import annotations

import io
import random
import time
import zipfile

import pytest

from tricyclic.errors import InputError

FILES_PER_CHUNK = 50
SECONDS_PER_FILE = 2.0


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
def check_damaged_files(tmp_path):
    """Function that damages a chunk of sample files and reads each with `check`, which must give a
    complete result or an InputError with a sentence, within seconds.
    """

    def run(check, samples, chunk, *, seed, longest_message):
        rng = random.Random(seed)
        outcomes = {"read": 0, "refused": 0}
        for number in range(FILES_PER_CHUNK):
            sample = samples[(chunk * FILES_PER_CHUNK + number) % len(samples)]
            damage = rng.choice(DAMAGES)
            folder = tmp_path / sample.parent.name
            folder.mkdir(exist_ok=True)
            path = folder / sample.name
            path.write_bytes(damage(sample.read_bytes(), rng))
            start = time.process_time()
            try:
                check(path)
                outcomes["read"] += 1
            except InputError as error:
                outcomes["refused"] += 1
                message = str(error)
                assert path.name in message and message.endswith((".", "?", "!", "…")), (
                    f"{damage.__name__}: {message}"
                )
                assert len(message) < longest_message and "Traceback" not in message
            except Exception as error:
                raise AssertionError(
                    f"{sample.name}, {damage.__name__}, chunk {chunk}, file {number}: {error!r}"
                ) from error
            took = time.process_time() - start
            assert took < SECONDS_PER_FILE, f"{sample.name}, {damage.__name__} took {took:.1f} s"
        assert all(outcomes.values()), (
            "a chunk in which all files are read, or all refused, tests nothing"
        )

    return run
