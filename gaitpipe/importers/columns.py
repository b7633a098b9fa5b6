"""Any table of separated text, by the names of its columns that are typed: `--columns "time=t_s acc=ax,ay,az"`."""

from __future__ import annotations

from pathlib import Path

from gaitpipe.errors import RecordingError
from gaitpipe.importers._columns import EXAMPLE, not_there, samples_of_columns, wanted
from gaitpipe.importers._contract import ColumnNames, ImportedFile, Importer, ReadOptions
from gaitpipe.importers._moments import read_with_moments
from gaitpipe.importers._table import (
    HEADER_LINES,
    SEPARATORS,
    Header,
    cells_of,
    find_header,
    table_findings,
)
from gaitpipe.importers._text import Text, head_lines, read_text


def sniff(head: bytes, path: Path) -> bool:
    """Never: a table of one's own is known by what is typed."""
    del head, path
    return False


def read(path: Path, options: ReadOptions) -> ImportedFile:
    """Read the named columns of one sensor.

    Raises
    ------
    RecordingError
        No columns are named or the file has not all of them; a unit or the time is not known.
    """
    names = options.columns
    text = read_text(path)
    if names is None:
        raise RecordingError(str(path), "which columns are meant was not said", f"Add --columns. {EXAMPLE}.")
    header = _header(text, names)
    table, moments = read_with_moments(text, header, names.time, wanted(names))
    findings = table_findings(table, path)
    clock = None if moments is None else (moments.time_s, moments.origin_s)
    samples = samples_of_columns(table.columns, options, path, findings, table.first_line, clock)
    return ImportedFile((samples,), table.sha256, tuple(findings), {} if moments is None else moments.metadata)


def _header(text: Text, names: ColumnNames) -> Header:
    columns = set(wanted(names))
    header = find_header(text, lambda cells: columns <= set(cells))
    if header is not None:
        return header
    lines = head_lines(text.content[:65_536], HEADER_LINES)
    rows = [(number, cells_of(line, mark)) for number, line in enumerate(lines, start=1) for mark in SEPARATORS]
    line, there = max(rows, key=lambda row: (len(columns.intersection(row[1])), len(row[1]), -row[0]))
    none = RecordingError(str(text.path), "no line of it names the columns", "Check --columns.")
    raise not_there(names, there, text.path, line) or none


IMPORTER = Importer(
    name="columns",
    extensions=(".csv", ".txt", ".tsv"),
    description="any table of separated text whose columns are named with --columns",
    sniff=sniff,
    read=read,
    layout="specification",
    layout_source="what is typed",
    tested_against="tables of public data sets; synthetic tables",
)
