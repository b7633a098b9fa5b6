"""The PDF: tagged, titled, from the same parts as the page, and deaf to markup in foreign words."""

from __future__ import annotations

import io

import pytest

typst = pytest.importorskip("typst", reason="the typst library is not installed (extra pdf)")
pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed (extra test-all)")

from gaitpipe.report.html import shown  # noqa: E402
from gaitpipe.report.pdf import document_data, render_pdf  # noqa: E402

CASES = ("progress", "refer", "log alone", "hostile")


@pytest.fixture(scope="module")
def pdfs(rehab_cases):
    return {name: render_pdf(rehab_cases[name]()) for name in CASES}


def read(data: bytes):
    return pypdf.PdfReader(io.BytesIO(data))


def text_of(data: bytes, first: int = 0, last: int | None = None) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(data).pages[first:last]).split())


@pytest.mark.parametrize("case", CASES)
def test_the_pdf_is_tagged_with_title_and_language(pdfs, case):
    reader = read(pdfs[case])
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert reader.metadata.title
    assert b"pdfuaid" in pdfs[case] or "pdfuaid" in str(reader.xmp_metadata.stream.get_data())


def test_the_same_input_gives_the_same_bytes(pdfs, rehab_cases):
    assert render_pdf(rehab_cases["log alone"]()) == pdfs["log alone"]


def test_the_runner_has_one_page(pdfs):
    for case in ("progress", "refer", "log alone"):
        assert "For the clinician" not in text_of(pdfs[case], 0, 1)
        assert "For the clinician" in text_of(pdfs[case], 1, 2)


def test_page_and_pdf_say_the_same(pdfs):
    words = text_of(pdfs["progress"])
    for said in ("Progress", "Next step", "Confidence", "cannot be told from measurement error", "P1"):
        assert said in words


def test_foreign_words_are_never_markup(pdfs, rehab_build):
    words = text_of(pdfs["hostile"]).replace(" ", "")
    assert "#import" in words
    assert "$x^2$" in words
    assert "*b*" in words
    assert "<script>alert(1)</script>" in words


def test_the_data_holds_every_section_of_the_page(rehab_cases):
    report = rehab_cases["log alone"]()
    data = document_data(report)
    told = [section["key"] for rows in data["clinician"] for column in rows for section in column]
    assert [key for key in told if key != "sensors"] == [section.key for section, _ in shown(report, "clinician")]


def test_a_plain_gait_report_becomes_a_pdf_too(build):
    reader = read(render_pdf(build.report()))
    assert "/StructTreeRoot" in reader.trailer["/Root"]
    assert "For the clinician" not in reader.pages[0].extract_text()
