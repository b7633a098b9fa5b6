"""No text for a person claims what sensors and rules cannot know: the forbidden words, everywhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import gaitpipe
from gaitpipe.evidence import EDUCATION, EFFECTS, FORBIDDEN, NUMBERS, PHRASES, RULES, SOURCES, forbidden_in

PACKAGE = Path(str(gaitpipe.__file__)).parent
ROOT = PACKAGE.parent
SPEAKING = ("app", "cli", "exporters", "metrics", "rehab", "report")
"""Parts of the program whose texts reach a person; docstrings of commands are their help, so they count too."""
EXCEPTIONS = {("app/live.py", "The recording is complete and safe: ")}
"""Speaks of a file on the disk, not of a body."""


def _evidence_texts() -> Iterator[tuple[str, str]]:
    for table in (NUMBERS, RULES, PHRASES, EDUCATION, EFFECTS, SOURCES):
        for entry in table:
            texts = (getattr(entry, name) for name in entry.__slots__)
            yield repr(entry)[:60], " | ".join(text for text in texts if isinstance(text, str))


def _code_texts() -> Iterator[tuple[str, str]]:
    for part in SPEAKING:
        for path in sorted((PACKAGE / part).rglob("*.py")):
            name = path.relative_to(PACKAGE).as_posix()
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield name, node.value


def _pages() -> Iterator[tuple[str, str]]:
    for path in (*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"):
        yield path.name, path.read_text("utf-8")
    for path in sorted((ROOT / "recordings").rglob("README.md")):
        yield path.name, path.read_text("utf-8")
    for path in sorted(
        path for kind in ("html", "typ") for path in (PACKAGE / "report" / "templates").glob(f"*.{kind}")
    ):
        yield path.name, re.sub(r"\|safe\b|\{#.*?#\}", "", path.read_text("utf-8"))


@pytest.mark.parametrize("texts", [_evidence_texts, _code_texts, _pages])
def test_no_text_for_a_person_holds_a_forbidden_word(texts: object) -> None:
    assert callable(texts)
    seen = list(texts())
    assert len(seen) > 3
    faults = [(where, forbidden_in(text), text[:80]) for where, text in seen if forbidden_in(text)]
    assert [fault for fault in faults if (fault[0], fault[2]) not in EXCEPTIONS] == []


@pytest.mark.parametrize("word", FORBIDDEN)
def test_a_forbidden_word_is_found_in_any_case_and_across_lines(word: str) -> None:
    planted = f"Today {word.upper().replace(' ', chr(10))}."
    assert word in forbidden_in(planted)


@pytest.mark.parametrize(
    "text",
    [
        "It does not diagnose, treat or predict injury.",
        "an unsafe shortcut, safety first, a safeguard",
        "tendinopathy, not tendinitis",
        "wait until the clinician has assessed it",
    ],
)
def test_denials_and_other_words_are_let_through(text: str) -> None:
    assert forbidden_in(text) == ()


def test_a_denial_does_not_hide_a_claim_beside_it() -> None:
    assert forbidden_in("It does not diagnose. We diagnose your tendon.") == ("diagnose",)
