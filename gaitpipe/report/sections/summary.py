"""The first box: the few figures that matter, in plain words, and the main caution."""

from __future__ import annotations

import math

from gaitpipe.model import SIDES, Finding, MetricSummary, SideStatistic
from gaitpipe.report.document import (
    COVERAGE_FACTOR,
    BigNumber,
    Block,
    Bullets,
    Callout,
    Card,
    Cards,
    Content,
    ReportInput,
    Section,
    statistic,
)
from gaitpipe.report.text import foreign, number, shown_mean, shown_uncertainty, with_unit

_CARD_KEYS = ("cadence_spm", "ground_contact_time_s", "flight_time_s", "duty_factor", "foot_strike_angle_deg")
_MOST_CARDS = 4
_CONTACT = "ground_contact_time_s"


def _render(report: ReportInput) -> Content:
    cards = tuple(card for key in _CARD_KEYS if (card := _card(report.metric(key))) is not None)[:_MOST_CARDS]
    blocks: list[Block] = [Cards(cards)] if cards else []
    sentences = (*_running_words(report), *_sides_words(report), *_contact_difference(report))
    if sentences:
        blocks.append(Bullets(sentences))
    blocks.append(_main_caution(report))
    return tuple(blocks)


def _card(metric: MetricSummary | None) -> Card | None:
    if metric is None:
        return None
    both = statistic(metric, "both")
    sides = [(side, found) for side in SIDES if (found := statistic(metric, side)) is not None]
    if both is not None and metric.key != _CONTACT:
        values: tuple[BigNumber, ...] = (BigNumber(None, shown_mean(metric, both), shown_uncertainty(metric, both)),)
    elif sides:
        values = tuple(BigNumber(side, shown_mean(metric, one), shown_uncertainty(metric, one)) for side, one in sides)
    else:
        return None
    label = "Contact time" if metric.key == _CONTACT else metric.label
    return Card(label, metric.display_unit if metric.display_unit not in ("1", "-") else "", values)


def _running_words(report: ReportInput) -> tuple[str, ...]:
    strides = report.result.strides
    running, walking = strides["mode"] == "run", int((strides["mode"] == "walk").sum())
    if not running.any():
        walked = f" {number(walking)} walking strides were seen; walking is not summarised here." if walking else ""
        return (f"No running was found in this recording, so it gives no running figures.{walked}",)
    good = int((running & (strides["quality"] == "ok")).sum())
    words = f"{number(good)} of {number(int(running.sum()))} running strides were good enough for the figures."
    if walking:
        words += f" {number(walking)} walking strides were left out."
    return (words,)


def _sides_words(report: ReportInput) -> tuple[str, ...]:
    measured = [sensor.info.side for sensor in report.result.sensors]
    if len(set(measured)) == 1:
        return (
            f"Only the {measured[0]} side was measured: there is no left\u2013right comparison, and figures that "
            "need both feet are missing or assume that both sides are alike.",
        )
    return ()


def _contact_difference(report: ReportInput) -> tuple[str, ...]:
    metric = report.metric(_CONTACT)
    left, right = statistic(metric, "left"), statistic(metric, "right")
    if metric is None or left is None or right is None:
        return ()
    scale, unit = metric.display_scale, metric.display_unit
    difference = (left.mean - right.mean) * scale
    size = with_unit(number(abs(difference), metric.display_decimals), unit)
    limit = _difference_limit(left, right)
    if limit is None:
        longer = "left" if difference > 0 else "right"
        return (f"Contact time was {size} longer on the {longer}. Its uncertainty is not known.",)
    limit *= scale
    shown_limit = with_unit(number(limit, metric.display_decimals), unit)
    percent = "" if metric.asymmetry_pct is None else f" ({number(abs(metric.asymmetry_pct), 1)} %)"
    if abs(difference) <= limit:
        return (
            f"The left\u2013right difference in contact time, {size}{percent}, is within measurement error "
            f"({shown_limit}).",
        )
    longer = "left" if difference > 0 else "right"
    return (
        f"Contact time was {size}{percent} longer on the {longer}. That is more than the measurement error "
        f"({shown_limit}), but a shifted sensor can look the same: swap the sensors and repeat before reading "
        "anything into it.",
    )


def _difference_limit(left: SideStatistic, right: SideStatistic) -> float | None:
    """Smallest left-right difference that is more than measurement error, None when not known.

    Left and right are two mountings of a sensor on one runner, like two sessions of one foot: the minimal detectable
    change is the measure. A bias of the method that both feet share cancels, so the full uncertainty of each side,
    used only where no MDC is given, says too little.
    """
    if left.mdc is not None and right.mdc is not None:
        return max(left.mdc, right.mdc)
    if left.uncertainty is None or right.uncertainty is None:
        return None
    return COVERAGE_FACTOR * math.hypot(left.uncertainty, right.uncertainty)


def _main_caution(report: ReportInput) -> Callout:
    for severity in ("error", "warning"):
        serious = [finding for finding in report.result.findings if finding.severity == severity]
        if serious:
            others = len(report.result.findings) - 1
            more = f" {number(others)} more under Data quality." if others else ""
            return Callout(serious[0].severity, f"Main caution: {_said(serious[0])}", foreign(serious[0].advice) + more)
    heading = "No problem was found in the data."
    return Callout("info", heading, "Read the figures against the runner's own earlier sessions at the same speed.")


def _said(finding: Finding) -> str:
    side = f"{finding.side} side: " if finding.side else ""
    return side + foreign(finding.message)


SECTION = Section("summary", "At a glance", 10, _render)
