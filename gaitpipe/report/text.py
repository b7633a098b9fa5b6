"""Numbers and foreign texts as people read them."""

from __future__ import annotations

import math
import unicodedata
from datetime import UTC, datetime
from typing import Literal

from gaitpipe.model import MetricSummary, SideStatistic

DASH = "\u2013"
ASYMMETRY_FORMULA = "100 \u00d7 (left \u2212 right) / ((left + right) / 2)"
_NARROW_SPACE = "\u202f"
_MAX_FOREIGN_TEXT = 240
OWN_TEXT = 1500
"""Room for a sentence of the product, which may hold foreign words; it is never cut in practice."""

GAIT_WORD: dict[Literal["run", "walk"], str] = {"run": "running", "walk": "walking"}
"""How a mode is called in "12 running strides"."""
OTHER_MODE: dict[Literal["run", "walk"], Literal["run", "walk"]] = {"run": "walk", "walk": "run"}


def number(value: float | None, decimals: int = 0) -> str:
    """A number with a real minus sign and grouped thousands; a dash for None, NaN and infinity."""
    if value is None or not math.isfinite(value):
        return DASH
    text = f"{value:,.{decimals}f}".replace(",", _NARROW_SPACE)
    if text.startswith("-"):
        text = text[1:] if float(text[1:].replace(_NARROW_SPACE, "")) == 0.0 else "\u2212" + text[1:]
    return text


def signed(value: float | None, decimals: int = 0) -> str:
    """Like `number`, with a plus sign in front of positive values."""
    text = number(value, decimals)
    return "+" + text if value is not None and value > 0 and any(digit in "123456789" for digit in text) else text


def uncertainty(value: float | None, decimals: int) -> str:
    """A standard uncertainty as `± 4`; more decimals where it would read as zero; empty when there is none."""
    if value is None or not math.isfinite(value) or value < 0:
        return ""
    for extra in range(3):
        text = number(value, decimals + extra)
        if any(digit in "123456789" for digit in text):
            return f"\u00b1{_NARROW_SPACE}{text}"
    return f"\u00b1{_NARROW_SPACE}<{_NARROW_SPACE}{number(10.0 ** -(decimals + 2), decimals + 2)}"


def count(whole: int, one: str, many: str = "") -> str:
    """A count with its noun: `1 stride`, `2 strides`; `many` where an s is not the plural."""
    return f"{number(whole)} {one if whole == 1 else many or one + 's'}"


def share(part: int, whole: int) -> str:
    """A share in per cent, with enough decimals that a loss never reads as none."""
    if whole <= 0:
        return DASH
    percent = 100.0 * part / whole
    if part > 0 and percent < 0.01:
        return f"<{_NARROW_SPACE}0.01 %"
    return f"{number(percent, 2 if percent < 1 else 1)} %" if part else "0 %"


def shown_mean(metric: MetricSummary, found: SideStatistic) -> str:
    """Mean of a metric in its display unit, without the unit."""
    return number(found.mean * metric.display_scale, metric.display_decimals)


def shown_uncertainty(metric: MetricSummary, found: SideStatistic) -> str:
    """Standard uncertainty of the mean in the display unit, as `± 4`; empty when none is stated."""
    scale = abs(metric.display_scale)
    return uncertainty(None if found.uncertainty is None else found.uncertainty * scale, metric.display_decimals)


def with_unit(text: str, unit: str) -> str:
    """A number and its unit, kept on one line; dimensionless units are left out."""
    return f"{text}\u00a0{unit}" if unit not in ("", "1", "-") else text


def duration(seconds: float) -> str:
    """A duration as `1 h 02 min`, `12 min 30 s` or `8.4 s`."""
    if not math.isfinite(seconds):
        return DASH
    if seconds < 60:
        return f"{number(seconds, 1)}\u00a0s"
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}\u00a0h {minutes:02d}\u00a0min" if hours else f"{minutes}\u00a0min {rest:02d}\u00a0s"


def clock_time(seconds: float | None) -> str:
    """Time since the start as `m:ss`."""
    if seconds is None or not math.isfinite(seconds):
        return DASH
    whole = round(abs(seconds))
    return f"{chr(0x2212) if seconds < 0 and whole else ''}{whole // 60}:{whole % 60:02d}"


def date(iso_utc: str | None) -> str:
    """An ISO 8601 time for people, in UTC; what cannot be read as one is shown as it is."""
    if not iso_utc:
        return "not known"
    try:
        moment = datetime.fromisoformat(iso_utc)
    except ValueError:
        return foreign(iso_utc)
    moment = moment.astimezone(UTC) if moment.tzinfo is not None else moment
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{moment.day} {months[moment.month - 1]} {moment.year}, {moment:%H:%M} UTC"


def foreign(text: str, most: int = _MAX_FOREIGN_TEXT) -> str:
    """A text that came from a file or a device: one line, of bounded length, without control or direction marks.

    `most` bounds its length; the sentences of the product itself are given more room (`OWN_TEXT`).

    Escaping is not done here but, for everything, by the template.
    """
    cleaned = "".join(" " if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") else sign for sign in text)
    cleaned = " ".join(cleaned.split())
    return cleaned if len(cleaned) <= most else cleaned[: most - 1] + "\u2026"
