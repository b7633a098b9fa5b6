"""Every text format under every damage: refused with advice, or read right and told; never wrong in silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from gaitpipe.errors import RecordingError
from gaitpipe.importers import find_importer, read
from module_beside import module_beside

vendor_text = module_beside(__file__, "vendor_text")
FORMATS = vendor_text.FORMATS


@dataclass(frozen=True)
class Layout:
    """Line of the names and of the first row, from 0; the separator; a column of the acceleration."""

    header: int
    rows: int
    separator: str
    column: int


LAYOUTS = {
    "plain_csv": Layout(0, 1, ",", 1),
    "movella_dot": Layout(11, 12, ",", 2),
    "metabase": Layout(0, 1, ",", 3),
    "movesense_csv": Layout(0, 1, ",", 1),
    "polar_sensor_logger": Layout(0, 1, ";", 2),
    "witmotion": Layout(0, 1, "\t", 3),
    "shimmer": Layout(1, 3, "\t", 1),
    "blue_trident": Layout(0, 1, ",", 2),
    "columns": Layout(0, 1, ";", 1),
}


def in_rows(change: Callable[[list[str], Layout], list[str]]) -> Callable[[bytes, Layout], bytes]:
    """A damage of the rows alone."""

    def damage(content: bytes, layout: Layout) -> bytes:
        lines = content.decode().splitlines()
        rows = change(lines[layout.rows :], layout)
        return ("\n".join([*lines[: layout.rows], *rows]) + "\n").encode()

    return damage


def without_column(content: bytes, layout: Layout) -> bytes:
    lines = content.decode().splitlines()
    for number in range(layout.header, len(lines)):
        cells = lines[number].split(layout.separator)
        lines[number] = layout.separator.join(cells[: layout.column] + cells[layout.column + 1 :])
    return ("\n".join(lines) + "\n").encode()


def other_separator(rows: list[str], layout: Layout) -> list[str]:
    return [row.replace(layout.separator, "|") for row in rows]


def decimal_commas(rows: list[str], _layout: Layout) -> list[str]:
    return [row.replace(".", ",") for row in rows]


def a_huge_line(rows: list[str], _layout: Layout) -> list[str]:
    return [*rows[:50], rows[50] * 5000, *rows[51:]]


def a_word(rows: list[str], layout: Layout) -> list[str]:
    cells = rows[50].split(layout.separator)
    cells[layout.column] = "fast"
    return [*rows[:50], layout.separator.join(cells), *rows[51:]]


def two_encodings(content: bytes, layout: Layout) -> bytes:
    lines = content.splitlines()
    lines[layout.rows + 10] += "é".encode()
    lines[layout.rows + 50] += "é".encode("cp1252")
    return b"\n".join(lines) + b"\n"


def doubled_rows(rows: list[str], _layout: Layout) -> list[str]:
    return [row for row in rows for _copy in range(2)]


def some_rows_twice(rows: list[str], _layout: Layout) -> list[str]:
    return rows[:51] + rows[41:]


def two_rates(rows: list[str], _layout: Layout) -> list[str]:
    return rows[:1000] + rows[1000::4]


def lines_joined(rows: list[str], _layout: Layout) -> list[str]:
    return [*rows[:50], rows[50] + rows[51], *rows[52:]]


REFUSED: dict[str, tuple[Callable[[bytes, Layout], bytes], bool]] = {
    "nothing": (lambda _content, _layout: b"", False),
    "blanks": (lambda _content, _layout: b"\n \n\t\n", False),
    "header only": (lambda content, layout: b"\n".join(content.splitlines()[: layout.rows]) + b"\n", False),
    "one row": (in_rows(lambda rows, _layout: rows[:1]), False),
    "half a header": (lambda content, layout: b"\n".join(content.splitlines()[: layout.header]) + b"\nPack", False),
    "zeros at the end": (lambda content, _layout: content + bytes(4096), True),
    "zeros in the middle": (lambda content, _layout: content[:4000] + bytes(10) + content[4010:], True),
    "huge line": (in_rows(a_huge_line), True),
    "no line end": (lambda content, _layout: content.replace(b"\r", b"").replace(b"\n", b" "), False),
    "two encodings": (two_encodings, True),
    "missing column": (without_column, True),
    "other separator in the rows": (in_rows(other_separator), True),
    "every row twice": (in_rows(doubled_rows), True),
    "a word": (in_rows(a_word), True),
    "lines joined": (in_rows(lines_joined), True),
    "rows backwards": (in_rows(lambda rows, _layout: rows[::-1]), False),
    "two rates": (in_rows(two_rates), False),
}
TOLD: dict[str, tuple[Callable[[bytes, Layout], bytes], str]] = {
    "last line cut": (lambda content, _layout: content.rstrip()[:-3], "last_line_cut"),
    "last line cut to a bit": (lambda content, layout: content.rstrip()[:-3].rsplit(b"\n", 1)[0] + b"\n1", "last_line"),
    "some rows twice": (in_rows(some_rows_twice), "time_backwards"),
    "rows lost": (in_rows(lambda rows, _layout: rows[:700] + rows[720:]), "time_gaps"),
    "rows without values": (in_rows(lambda rows, _layout: [*rows[:70], "", *rows[70:]]), "rows_lost"),
}


def load(name, path):
    options = FORMATS[name].options
    recording = read(path, "left", "foot", options=options, name="" if name == "columns" else name)
    return recording, list(recording.blocks)


def damaged(name, damage, folder):
    form = FORMATS[name]
    path = form.write(folder, vendor_text.runner(form.rate_hz))
    path.write_bytes(damage(path.read_bytes(), LAYOUTS[name]))
    return path


def assert_right(name, blocks):
    """Each sample that was read is one that was written."""
    form = FORMATS[name]
    samples = vendor_text.runner(form.rate_hz)
    start_s = float(blocks[0].time_s[0])
    for block in blocks:
        place = np.rint((block.time_s - start_s) * form.rate_hz).astype(int)
        assert np.abs(block.acc_m_s2 - samples.acc[place]).max() <= form.acc_m_s2 * 1.01


@pytest.mark.parametrize("damage", REFUSED)
@pytest.mark.parametrize("name", FORMATS)
def test_damage_that_spoils_the_file_is_refused_with_file_line_and_advice(name, damage, tmp_path):
    spoil, has_line = REFUSED[damage]
    path = damaged(name, spoil, tmp_path)
    with pytest.raises(RecordingError) as caught:
        load(name, path)
    assert str(path) in caught.value.message
    assert caught.value.advice
    assert caught.value.line is not None or not has_line


@pytest.mark.parametrize("damage", TOLD)
@pytest.mark.parametrize("name", FORMATS)
def test_damage_of_some_rows_is_told_and_the_rest_is_read_right(name, damage, tmp_path):
    spoil, code = TOLD[damage]
    recording, blocks = load(name, damaged(name, spoil, tmp_path))
    assert any(found.code.startswith(code) for found in recording.findings)
    assert_right(name, blocks)


@pytest.mark.parametrize("name", FORMATS)
def test_decimal_commas_are_read_right_or_refused(name, tmp_path):
    path = damaged(name, in_rows(decimal_commas), tmp_path)
    if LAYOUTS[name].separator == ",":
        with pytest.raises(RecordingError, match="cells, but the header names"):
            load(name, path)
        return
    recording, blocks = load(name, path)
    assert recording.quality["left"].lost_samples == 0
    assert_right(name, blocks)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "plain_csv"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_file_saved_again_in_another_encoding_is_read_the_same(name, encoding, tmp_path):
    path = damaged(name, lambda content, _layout: content.decode().encode(encoding), tmp_path)
    assert name == "columns" or find_importer(path).name == name
    _recording, blocks = load(name, path)
    assert_right(name, blocks)


@pytest.mark.parametrize("name", FORMATS)
def test_file_that_may_not_be_read_is_refused(name, tmp_path, monkeypatch):
    path = FORMATS[name].write(tmp_path, vendor_text.runner(FORMATS[name].rate_hz))

    def denied(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(RecordingError, match="Permission denied") as caught:
        load(name, path)
    assert caught.value.advice


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", FORMATS)
def test_random_bytes_give_findings_or_advice_never_another_error(name, seed, tmp_path):
    rolls = np.random.default_rng(seed)

    def spoil(content, _layout):
        spoiled = bytearray(content)
        for place in rolls.integers(0, min(len(spoiled), 20_000), 4):
            spoiled[place] = rolls.choice(np.frombuffer(b',;\t\n"\0-e9.\xff\r\xb0', dtype=np.uint8))
        return bytes(spoiled)

    path, refusal = damaged(name, spoil, tmp_path), None
    try:
        recording, blocks = load(name, path)
    except RecordingError as error:
        refusal = error
    else:
        assert sum(map(len, blocks)) == recording.quality["left"].samples
        assert all(np.isfinite(block.acc_m_s2).all() for block in blocks)
    assert refusal is None or (str(path) in refusal.message and refusal.advice)


@pytest.mark.parametrize("name", ["metabase", "movesense_csv", "polar_sensor_logger"])
@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n1,2\n", b"\xff" * 500, bytes(500), None],
    ids=["empty", "other", "bytes", "zeros", "one row"],
)
def test_damage_of_the_gyroscopes_file_names_that_file(name, content, tmp_path):
    form = FORMATS[name]
    path = form.write(tmp_path, vendor_text.runner())
    [other] = find_importer(path).companions(path)
    other.write_bytes(b"\n".join(other.read_bytes().splitlines()[:2]) + b"\n" if content is None else content)
    with pytest.raises(RecordingError) as caught:
        load(name, path)
    assert str(other) in caught.value.message
    assert caught.value.advice
