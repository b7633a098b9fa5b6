"""docs/formats.md is what the importers and exporters say of themselves."""

from __future__ import annotations

from pathlib import Path

import gaitpipe
from gaitpipe import importers
from gaitpipe.app.format_table import importer_rows, markdown
from gaitpipe.exporters import formats

PAGE = Path(str(gaitpipe.__file__)).parent.parent / "docs" / "formats.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == markdown(), "run: python -m gaitpipe.app.format_table > docs/formats.md"


def test_every_format_has_a_row_with_where_its_layout_is_from_and_what_it_was_tested_against() -> None:
    reading, writing = PAGE.read_text("utf-8").split("\n## Writing\n")
    rows = [line.split(" | ") for line in reading.splitlines() if line.startswith("| `")]
    written = [line for line in writing.splitlines() if line.startswith("| `") and not line.startswith("| `--to`")]
    assert (len(rows), len(written)) == (len(importer_rows()), len(formats.available()))
    for importer in importers.available():
        [row] = [row for row in rows if row[0].startswith(f"| `{importer.name}`")]
        assert importer.layout_source in row[3]
        assert ("experimental" in row[0]) is (importer.layout == "memory")
