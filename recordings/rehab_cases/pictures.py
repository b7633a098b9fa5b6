"""Pictures of the reports of `docs/cases`, as a clinic prints them: `python recordings/rehab_cases/pictures.py`.

Chromium prints each report to A4. The runner's page becomes a picture, the clinician's pages become sheets of eight.
Needs the extra `test-all` and chromium.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parents[2] / "docs" / "cases"
RUNNER_DPI, SHEET_DPI = 100.0, 62.0
COLUMNS, PAGES_A_SHEET = 4, 8
COLOURS = 160


def printed(reports: list[Path], folder: Path) -> Iterator[tuple[Path, pypdfium2.PdfDocument]]:
    """Each report with its pages on paper."""
    with sync_playwright() as playwright:
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        for report in reports:
            page.goto(report.resolve().as_uri())
            file = folder / f"{report.stem}.pdf"
            page.pdf(path=file, prefer_css_page_size=True, print_background=True)
            yield report, pypdfium2.PdfDocument(file)
        browser.close()


def picture(page: pypdfium2.PdfPage, dpi: float) -> Image.Image:
    """A page as a picture."""
    image: Image.Image = page.render(scale=dpi / 72.0).to_pil()
    return image


def save(image: Image.Image, file: Path) -> None:
    """Write a picture with few colours."""
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    sys.stdout.write(f"{file.name}: {file.stat().st_size // 1024} kB\n")


def sheet(pages: list[Image.Image]) -> Image.Image:
    """Pages side by side."""
    width, height = pages[0].size
    rows = -(-len(pages) // COLUMNS)
    found = Image.new("RGB", (width * min(COLUMNS, len(pages)), height * rows), "white")
    for place, page in enumerate(pages):
        found.paste(page, (place % COLUMNS * width, place // COLUMNS * height))
    return found


def main(docs: Path) -> None:
    """Make the pictures anew."""
    for old in docs.glob("case_*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        for report, document in printed(sorted(docs.glob("case_*.html")), Path(folder)):
            save(picture(document[0], RUNNER_DPI), docs / f"{report.stem}_runner.png")
            rest = [picture(document[place], SHEET_DPI) for place in range(1, len(document))]
            for start in range(0, len(rest), PAGES_A_SHEET):
                number = start // PAGES_A_SHEET + 1
                save(sheet(rest[start : start + PAGES_A_SHEET]), docs / f"{report.stem}_clinician_{number}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS)
