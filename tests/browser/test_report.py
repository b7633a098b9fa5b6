"""Reports in a real browser: no accessibility error, nothing loaded, nothing too wide, one A4 page for the runner."""

from __future__ import annotations

import io

import pytest

pytestmark = pytest.mark.browser
axe_module = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe is not installed (extra test-all)"
)
pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed (extra test-all)")

WIDE, PHONE = {"width": 1100, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture
def opened(browser, report_file):
    """Opens the report with this viewport and medium; closes it afterwards."""
    contexts = []

    def open_with(viewport, media="screen"):
        context = browser.new_context(viewport=viewport, offline=True, bypass_csp=True)
        contexts.append(context)
        page = context.new_page()
        page.emulate_media(media=media, color_scheme="light")
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.goto(report_file.as_uri())
        assert requests == [report_file.as_uri()]
        return page

    yield open_with
    for context in contexts:
        context.close()


@pytest.mark.parametrize(
    ("viewport", "media"), [(WIDE, "screen"), (PHONE, "screen"), (WIDE, "print")], ids=["wide", "phone", "print"]
)
def test_axe_finds_no_violation(opened, viewport, media):
    result = axe_module.Axe().run(opened(viewport, media)).response
    told = [f"{one['id']}: {node['html'][:160]}" for one in result["violations"] for node in one["nodes"]]
    assert told == []


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_page_is_never_wider_than_the_screen(opened, viewport):
    page = opened(viewport)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_the_runner_gets_exactly_one_a4_page(opened):
    data = opened(WIDE, "print").pdf(prefer_css_page_size=True)
    pages = [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    assert "For the clinician" not in pages[0]
    assert "Get help at once" in pages[0]
    assert pages[1].startswith("For the clinician")


def test_figures_keep_their_words_in_grey(opened):
    """Everything that is drawn in colour is told in words beside it."""
    page = opened(WIDE)
    figures = page.locator("figure").count()
    assert page.locator("figure .twin > p").count() == figures
    assert page.locator("svg[role=img] > title").count() == 2 * figures
