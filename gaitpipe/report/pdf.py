"""The report as a tagged PDF (PDF/UA-1) by the typst library, from the same parts as the page.

The words travel as data: the template in `templates/report.typ` puts them in as strings, so that nothing which came
from a file, a device or a person is ever read as markup. Fonts are those that typst carries; nothing is fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from importlib.resources import files
from typing import Any, Literal

from gaitpipe.errors import UsageError
from gaitpipe.report.document import Block, Figure, ReportInput, Section, Table
from gaitpipe.report.html import LIMITS, Shown, head_facts, rows_of, sensor_table, shown
from gaitpipe.report.text import foreign

STANDARD: Literal["ua-1"] = "ua-1"
_MISSING = "Install it with `python -m pip install gaitpipe[pdf]`, or leave --pdf out and print report.html."
_UNKNOWN_DAY = (1970, 1, 1)
_SVG_FONT = "Libertinus Serif"


def require_typst() -> None:
    """Make sure that a PDF can be made, before anything is written.

    Raises
    ------
    UsageError
        The typst library is not installed.
    """
    try:
        import typst  # noqa: F401
    except ImportError as error:
        raise UsageError("a PDF needs the typst library, which is not installed", _MISSING) from error


def render_pdf(report: ReportInput) -> bytes:
    """The whole report as a PDF; the same bytes for the same input.

    Raises
    ------
    UsageError
        The typst library is not installed.
    """
    require_typst()
    import typst

    template = files("gaitpipe.report").joinpath("templates", "report.typ").read_bytes()
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    compiler = typst.Compiler(template, font_paths=fonts, sys_inputs={"data": json.dumps(document_data(report))})
    made = compiler.compile(format="pdf", pdf_standards=[STANDARD])
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single PDF")
    return made


def document_data(report: ReportInput) -> dict[str, Any]:
    """All that the PDF says, as data for the template."""
    sensors = sensor_table(report)
    clinician = _rows(rows_of(shown(report, "clinician")))
    if sensors is not None and report.rehab is None:
        clinician.append([[{"key": "sensors", "title": "Sensors", "blocks": [_block(sensors)]}]])
    software = f"gaitpipe {foreign(report.software_version)}"
    hashes = f", parameters {foreign(report.result.parameter_hash)}" if report.result.parameter_hash else ""
    return {
        "title": foreign(report.title) or "Running gait report",
        "day": _day(report),
        "synthetic": report.synthetic,
        "facts": [list(pair) for pair in head_facts(report).items],
        "limits": LIMITS,
        "footer": f"{software}{hashes}. Not a medical device.",
        "runner": _rows(rows_of(shown(report, "runner"))),
        "clinician": clinician,
    }


def _day(report: ReportInput) -> tuple[int, int, int]:
    if report.rehab is not None:
        return report.rehab.on.timetuple()[:3]
    try:
        return datetime.fromisoformat(report.recorded_utc or "").timetuple()[:3]
    except ValueError:
        return _UNKNOWN_DAY


def _rows(rows: tuple[tuple[Shown, ...], ...]) -> list[list[list[dict[str, Any]]]]:
    return [[[_section(section, content) for section, content in column] for column in columns] for columns in rows]


def _section(section: Section, content: tuple[Block, ...]) -> dict[str, Any]:
    return {
        "key": section.key,
        "title": section.title,
        "blocks": [_block(block) for block in content if not _folded(block)],
    }


def _folded(block: Block) -> bool:
    return isinstance(block, Table) and block.folded


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Figure):
        return {
            "kind": "Figure",
            "caption": block.caption,
            "summary": block.summary,
            "wide": _drawing(block.wide_svg),
            "narrow": _drawing(block.narrow_svg),
            "table": None if block.table is None else _plain(asdict(block.table)),
            "open": block.table_open,
        }
    return {"kind": type(block).__name__} | dict(_plain(asdict(block)))


def _plain(value: Any) -> Any:
    """The value with tuples as lists, ready for JSON."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _drawing(svg: str) -> str:
    """A drawing for typst: without the title and description, which the alternative text gives, in a font it has."""
    svg = re.sub(r"<(title|desc)\b.*?</\1>", "", svg, flags=re.DOTALL)
    svg = re.sub(r" aria-labelledby=\"[^\"]*\"", "", svg)
    return re.sub(r"'DejaVu Sans'[^;\"]*", f"'{_SVG_FONT}'", svg)
