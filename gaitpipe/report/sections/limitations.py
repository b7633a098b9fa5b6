"""What the load index is not, what the tool is for, and what it is not approved as: in every report with a plan."""

from __future__ import annotations

from gaitpipe.evidence import number
from gaitpipe.report.document import Block, Bullets, Content, Facts, Heading, Paragraph, ReportInput, Section, has_rehab
from gaitpipe.report.rehab_words import limitation
from gaitpipe.report.sections.methods import INTENDED_USE, STATUS

_LIMITS = (
    "Force, stress and strain in the tendon, its stiffness, its tissue and the risk of an injury are not measured and "
    "not estimated. There is no norm for the index: it is compared with this runner only.",
    "Peak force comes from the contact and step times of both legs together. Contact time of one leg shows how that "
    "leg is used, not how its tendon is loaded. Equal contact times do not mean that both tendons bear the same.",
    "The exponent and the strike weight of the session load are choices; the range over several of them is printed. "
    "Where it holds both more and less, there is no conclusion.",
    "Foot and shank sensors do not see how far the heel drops under load, nor hip extension.",
    "The rules and their limits are agreed, not measured, unless the appendix says otherwise. A physiotherapist has "
    "not yet signed them off.",
)


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    use: list[Block] = [Heading("Intended use"), Paragraph(INTENDED_USE), Paragraph(STATUS)]
    if report.refers:
        return tuple(use)
    return Paragraph(limitation(rehab)), Bullets(_LIMITS), *_orientation(), *use


def _orientation() -> tuple[Block, ...]:
    """What is usual elsewhere: not what this runner is compared with."""
    asymmetry, raises = number("asymmetry_healthy_pct"), number("heel_raise_median_reps")
    early, late = number("visa_a_mcid_12_weeks"), number("visa_a_mcid_24_weeks")
    facts = (
        ("Contact times of the legs apart", f"about {asymmetry.value:g} % in healthy runners"),
        ("Heel raises on one leg", f"median {raises.low:g} and {raises.high:g} (the two legs) in 500 healthy people"),
        (
            "VISA-A, change that matters",
            f"{early.value:g} points at 12 weeks ({early.low:g} to {early.high:g}), {late.value:g} at 24 weeks "
            f"({_signed(late.low)} to {late.high:g}): wide intervals",
        ),
    )
    return Heading("For orientation, no goals"), Facts(facts, wide=True)


def _signed(value: float) -> str:
    return f"{value:g}".replace("-", "\u2212")


SECTION = Section("limitations", "Limitations and intended use", 85, _render, applies=has_rehab)
