"""Methods and limits: definitions, signs, what the sensors cannot see, traceability, intended use."""

from __future__ import annotations

from gaitpipe.report.document import Block, Bullets, Content, Facts, Heading, Paragraph, ReportInput, Section
from gaitpipe.report.text import ASYMMETRY_FORMULA, OWN_TEXT, foreign

INTENDED_USE = (
    "gaitpipe summarises running-gait sensor data and symptom entries so that a qualified clinician can review them "
    "with a runner who already has a clinician's assessment. It does not diagnose, treat, predict injury or replace "
    "clinical judgement. Not for emergencies, children, or suspected rupture."
)
STATUS = "Research and education software; not a medical device, not CE-marked, not FDA cleared."

_EVENTS = (
    ("Initial contact", "the foot meets the ground; each stride starts here"),
    ("Toe-off", "the foot leaves the ground (terminal contact)"),
    ("Stride", "initial contact to the next initial contact of the same foot"),
    ("Step", "initial contact to the next initial contact of the other foot"),
)
_SIGNS = (
    "Foot pitch is positive toes up.",
    "The shank angle is positive when the ankle is ahead of the knee.",
    "Left\u2013right differences are left minus right.",
    "A negative flight time means that both feet were on the ground together: walking.",
    f"Asymmetry in % = {ASYMMETRY_FORMULA}.",
)
_CANNOT_SEE = (
    "Foot and shank sensors measure movement. They do not measure force in the Achilles tendon, nor any other force, "
    "and they show no tissue.",
    "Equal contact times left and right do not mean that both legs are equally strong.",
    "Moving a sensor by a few centimetres can shift contact time by about 10 ms. Mount it at the same place each time.",
    "Impact acceleration depends on shoe and strap. It is not the load on bone or tendon.",
    "Treadmill and road figures are not comparable. Contact time falls and cadence rises with speed.",
    "Pain during the run, after it and the next morning matters more than these figures.",
)
_UNVERIFIED = (
    "Uncertainties come from published figures and from public recordings of other runners. Unless a note says "
    "otherwise, they were not verified against a force plate with these sensors on this runner. A figure called "
    "unverified rests on a value that was not checked at its source."
)


def _render(report: ReportInput) -> Content:
    metrics = report.result.metrics
    use = (Heading("Intended use"), Paragraph(INTENDED_USE), Paragraph(STATUS))
    blocks: list[Block] = [] if report.rehab is not None else list(use)  # said in the limitations of a rehab report
    definitions = tuple((metric.label, foreign(metric.definition, OWN_TEXT)) for metric in metrics if metric.definition)
    blocks += [Heading("Definitions"), Facts((*_EVENTS, *definitions), wide=True)]
    blocks += [Heading("Signs and formulas"), Bullets(_SIGNS)]
    blocks += [Heading("What the sensors cannot see"), Bullets(_CANNOT_SEE)]
    blocks += [Heading("How far the uncertainties are verified"), Paragraph(_UNVERIFIED)]
    notes = tuple(
        f"{metric.label}: {foreign(metric.note, OWN_TEXT)}" for metric in metrics if "verified" in metric.note.lower()
    )
    if notes:
        blocks.append(Bullets(notes))
    blocks += [Heading("Traceability"), Facts(_traceability(report), wide=True)]
    return tuple(blocks)


def _traceability(report: ReportInput) -> tuple[tuple[str, str], ...]:
    profiles = sorted({sensor.info.profile_id for sensor in report.result.sensors if sensor.info.profile_id})
    extra = tuple((foreign(key).replace("_", " "), foreign(value)) for key, value in sorted(report.metadata.items()))
    return (
        ("Software", f"gaitpipe {foreign(report.software_version)}"),
        ("Analysis parameters", foreign(report.result.parameter_hash) or "not known"),
        ("Input SHA-256", foreign(report.input_sha256) or "not known"),
        ("Sensor profiles", ", ".join(foreign(profile) for profile in profiles) or "none (plain files)"),
        *extra,
    )


SECTION = Section("methods", "Methods and limits", 90, _render)
