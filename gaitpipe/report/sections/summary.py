"""The first box: the few figures that matter, in plain words, and the main caution."""

from __future__ import annotations

import math
from collections import Counter

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
    side_is_named,
    statistic,
    without_gyroscope,
)
from gaitpipe.report.text import GAIT_WORD, OTHER_MODE, count, foreign, number, shown_mean, shown_uncertainty, with_unit

_CARD_KEYS = ("cadence_spm", "ground_contact_time_s", "flight_time_s", "duty_factor", "foot_strike_angle_deg")
_MOST_CARDS = 4
_CONTACT = "ground_contact_time_s"


def _render(report: ReportInput) -> Content:
    cards = tuple(card for key in _CARD_KEYS if (card := _card(report.metric(key))) is not None)[:_MOST_CARDS]
    blocks: list[Block] = [Cards(cards)] if cards else []
    sentences = (*_gait_words(report), *_sides_words(report), *_contact_difference(report))
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


def _gait_words(report: ReportInput) -> tuple[str, ...]:
    """What the figures speak of: the good strides of the session's mode, or windows without a gyroscope."""
    if without_gyroscope(report):
        return (_no_gyroscope_words(report),)
    strides, mode = report.result.strides, report.result.mode
    of_mode, others = strides["mode"] == mode, int((strides["mode"] == OTHER_MODE[mode]).sum())
    found, good = int(of_mode.sum()), int((of_mode & (strides["quality"] == "ok")).sum())
    gait, other_gait = GAIT_WORD[mode], GAIT_WORD[OTHER_MODE[mode]]
    if not found:
        seen = f" {count(others, f'{other_gait} stride')} of low quality gave no figures either." if others else ""
        return (f"No {gait} was found in this recording, so it gives no {gait} figures.{seen}",)
    verb = "was" if good == 1 else "were"
    words = f"{number(good)} of {count(found, f'{gait} stride')} {verb} good enough for the figures."
    if mode == "walk":
        words = f"The figures are of walking, not of running. {words}"
    if others:
        words += f" {count(others, f'{other_gait} stride')} {'was' if others == 1 else 'were'} left out."
    return (words,)


def _no_gyroscope_words(report: ReportInput) -> str:
    one = len(report.result.sensors) == 1
    who = "The sensor has no gyroscope" if one else "The sensors have no gyroscope"
    if not report.result.metrics:
        return f"{who}, so cadence is all that could be computed, and none was found."
    return f"{who}, so this recording gives cadence only. Contact time and the other figures need one."


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
    compared = next((one.limit for one in report.result.symmetry if one.key == _CONTACT), None)
    limit = compared if compared is not None else _difference_limit(left, right)
    if limit is None:
        longer = "left" if difference > 0 else "right"
        return (f"Contact time was {size} longer on the {longer}. Its uncertainty is not known.",)
    limit *= scale
    shown_limit = with_unit(number(limit, metric.display_decimals), unit)
    percent = "" if metric.asymmetry_pct is None else f" ({number(abs(metric.asymmetry_pct), 1)} %)"
    if abs(difference) <= limit:
        return (
            f"The left\u2013right difference in contact time, {size}{percent}, is within measurement error "
            f"({shown_limit}). It is judged as between two mountings of a sensor, because left and right are two.",
        )
    longer = "left" if difference > 0 else "right"
    return (
        f"Contact time was {size}{percent} longer on the {longer}. That is more than the measurement error between two "
        f"mountings of a sensor ({shown_limit}), which left and right are. A shifted sensor can still look the same: "
        "swap the sensors and repeat before reading anything into it.",
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
            more = f" In all {_tally(report)}: see Data quality." if len(report.result.findings) > 1 else ""
            return Callout(
                serious[0].severity, f"Main caution: {_said(serious[0])}", (foreign(serious[0].advice) + more).strip()
            )
    heading = f"{_tally(report)}: see Data quality." if report.result.findings else "No problem was found in the data."
    return Callout("info", heading, "Read the figures against the runner's own earlier sessions at the same speed.")


def _tally(report: ReportInput) -> str:
    """How many findings of each severity there are: `1 error, 2 warnings, 1 note`."""
    counts = Counter(finding.severity for finding in report.result.findings)
    named = ((counts["error"], "error"), (counts["warning"], "warning"), (counts["info"], "note"))
    return ", ".join(count(found, noun) for found, noun in named if found)


def _said(finding: Finding) -> str:
    message = foreign(finding.message)
    return message if side_is_named(finding) else f"{finding.side} side: {message}"


SECTION = Section("summary", "At a glance", 10, _render, on_refer=False)
