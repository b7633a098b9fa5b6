"""The page as a browser and a reader get it."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import matplotlib as mpl

from gaitpipe.report.html import render_html

VOID = {"meta", "br", "hr", "img", "input", "link"}
LOADING = {"src", "href", "xlink:href", "data", "action", "poster", "srcset"}


class Page(HTMLParser):
    """Tags, attributes and visible text of a page; fails on tags that do not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "style" not in self._open:
            self.text.append(data)

    def tagged(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def test_the_page_is_self_contained_and_without_script(pages, case_name):
    page = Page(pages[case_name])
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "image", "base", "form"}
    for tag, attributes in page.elements:
        for attribute, value in attributes.items():
            assert not attribute.startswith("on"), (tag, attribute)
            if attribute in LOADING:
                assert (value or "").startswith("#"), (tag, attribute, value)
    style = re.findall(r"<style[^>]*>(.*?)</style>", pages[case_name], re.DOTALL)
    assert len(style) == 1
    assert not re.search(r"@import|url\(", style[0])
    addresses = set(re.findall(r'="(https?://[^"]*)"', pages[case_name]))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_the_policy_forbids_everything_but_inline_style(pages, case_name):
    policy = [meta for meta in Page(pages[case_name]).tagged("meta") if "content-security-policy" in str(meta).lower()]
    assert policy[0]["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_ids_are_unique_and_every_reference_finds_its_target(pages, case_name):
    page = Page(pages[case_name])
    ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert [key for key, count in ids.items() if count > 1] == []
    wanted = set(re.findall(r"url\(#([^)]*)\)", pages[case_name]))
    for _, attributes in page.elements:
        wanted |= set((attributes.get("aria-labelledby") or "").split())
        if (attributes.get("href") or "").startswith("#"):
            wanted.add((attributes["href"] or "")[1:])
    assert wanted <= set(ids)


def test_tables_have_captions_and_header_scopes(pages, case_name):
    page = Page(pages[case_name])
    assert len(page.tagged("table")) == len(page.tagged("caption"))
    assert all(head.get("scope") in ("col", "row") for head in page.tagged("th"))


def test_no_forbidden_word_is_on_the_page(pages, case_name):
    words = Page(pages[case_name]).words.lower()
    for forbidden in (r"\bsafe\b", r"\bsafely\b", r"\bhealed\b", "your risk is", "tendon strain", "you must"):
        assert not re.search(forbidden, words), forbidden
    assert re.sub(r"does not diagnose", "", words).count("diagnos") == 0


def test_the_header_says_what_the_tool_is_not(pages, case_name):
    header = re.search(r"<header>(.*?)</header>", pages[case_name], re.DOTALL)
    assert header is not None
    assert "not a medical device" in header.group(1)
    assert "does not diagnose" in header.group(1)


def test_no_nan_or_none_reaches_the_reader(pages, case_name):
    assert not re.search(r"\b(nan|none%|inf|None|NaN)\b", re.sub(r'd="[^"]*"', "", pages[case_name]))


def test_hostile_text_is_shown_as_text(pages, hostile_text):
    page = Page(pages["hostile"])
    assert "<script>alert(1)</script>" in page.words
    assert "{{ 7*7 }}" in page.words
    assert "\u202e" not in pages["hostile"]
    assert "\x07" not in pages["hostile"]
    assert hostile_text not in pages["hostile"]
    assert "x" * 300 not in pages["hostile"]


def test_the_same_input_gives_the_same_bytes(pages, build):
    assert render_html(build.report()) == pages["normal"]


def test_threads_and_foreign_matplotlib_settings_change_nothing(pages, build):
    with mpl.rc_context({"font.size": 31.0, "svg.fonttype": "path", "axes.facecolor": "red"}):
        with ThreadPoolExecutor(3) as pool:
            rendered = list(pool.map(lambda _: render_html(build.report()), range(3)))
        assert mpl.rcParams["font.size"] == 31.0
    assert set(rendered) == {pages["normal"]}


def test_synthetic_sessions_carry_a_banner(pages):
    assert "Synthetic session." in pages["synthetic"]
    assert "Synthetic session." not in pages["normal"]


def test_drawings_keep_their_text_as_text(pages):
    page = Page(pages["normal"])
    assert len(page.tagged("svg")) == 12  # six drawings, each wide and narrow
    assert "Ground contact time through the session, ms" in page.words


def test_an_hour_of_running_stays_below_half_a_megabyte(build):
    strides = build.strides(seconds=3600.0)
    sensors = tuple(build.sensor(side, duration_s=3600.0) for side in ("left", "right"))
    assert len(render_html(build.report(strides=strides, sensors=sensors)).encode()) < 500_000
