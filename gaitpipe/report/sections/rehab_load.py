"""The load index: per step with its error band, and the session's sum over the exponents of the model."""

from __future__ import annotations

from gaitpipe.rehab.words import AchillesLoad, Gate
from gaitpipe.report.document import (
    Block,
    Callout,
    Cell,
    Column,
    Content,
    Paragraph,
    ReportInput,
    Section,
    Table,
    has_rehab,
)
from gaitpipe.report.rehab_load_figures import index_figure, sensitivity_figure
from gaitpipe.report.rehab_words import index_sentence, limitation, load_sentence, sentence, unusable
from gaitpipe.report.text import DASH, foreign, number, signed

_NO_CONCLUSION = "Direction depends on the model; no conclusion."


def _missing(report: ReportInput) -> str:
    rehab = report.rehab
    if rehab is None or rehab.decision.load is None:
        return "No index: there is no gait screen of this day, or no baseline to compare it with."
    if unusable(rehab):
        return f"No load index and no session load are given. {unusable(rehab)}"
    return ""


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None or rehab.decision.load is None:
        return ()
    load = rehab.decision.load
    blocks: list[Block] = []
    if load.psi is None:
        blocks.append(Callout("warning", "No load index is given", " ".join(sentence(text) for text in load.reasons)))
    blocks += [Paragraph(text) for text in (index_sentence(rehab), load_sentence(rehab)) if text]
    if load.psi is not None and load.mdc_psi is not None:
        blocks.append(index_figure(load, load.psi, load.mdc_psi))
    if load.session_ratios:
        blocks.append(sensitivity_figure(load, rehab.plan.value("load_exponent")))
        if load.direction == "no conclusion":
            blocks.append(Callout("warning", _NO_CONCLUSION))
    blocks += [_table(load), Paragraph(limitation(rehab), muted=True)]
    return (*blocks, *_gates(load.gates)) if load.gates else tuple(blocks)


def _table(load: AchillesLoad) -> Table:
    percent = "% of the baseline step"
    rows: list[tuple[str, str, float | None, int, str]] = [
        ("Per-step index (PSI)", percent, load.psi, 1, "at any speed"),
        ("Per-step index, same speed", percent, load.psi_technique, 1, "at the baseline's speed only"),
        ("Smallest detectable change", "points", load.mdc_psi, 1, foreign(load.uncertainty_source)),
        ("Peak of the force model", "times body weight", load.peak_force_bw, 2, "both legs; not a measured force"),
        ("The same, baseline", "times body weight", load.peak_force_baseline_bw, 2, "both legs; not a measured force"),
        ("Strike term", "0 rearfoot, 1 forefoot", load.strike_term, 2, ""),
        ("Strike term, baseline", "0 rearfoot, 1 forefoot", load.strike_term_baseline, 2, ""),
        ("Session load (CLI)", "baseline steps", load.load_steps, 0, foreign(load.load_steps_note)),
        ("Largest of 30 days", "baseline steps", load.reference_steps, 0, foreign(load.reference_note)),
        ("Session over the largest (SLR)", "times", load.session_ratio, 2, ""),
        ("Smallest detectable change of the load", "%", load.mdc_load_pct, 1, ""),
    ]
    columns = (Column("Figure", numeric=False), Column("Value"), Column("Note", numeric=False))
    cells: list[tuple[Cell, ...]] = [
        (
            Cell(label, unit),
            Cell(number(value, decimals)) if value is not None else Cell(DASH, "not computed", empty=True),
            Cell(note or DASH, "" if note else "nothing to add", empty=not note),
        )
        for label, unit, value, decimals, note in rows
    ]
    cells.append(_asymmetry(load))
    return Table("The index and what it is made of", columns, tuple(cells), compact=True)


def _asymmetry(load: AchillesLoad) -> tuple[Cell, ...]:
    label = Cell("Contact-time asymmetry", "%, injured less other")
    if load.asymmetry_pct is None:
        return label, Cell(DASH, "not computed", empty=True), Cell("A marker of behaviour, never part of the index.")
    note = "A marker of behaviour, never part of the index."
    if load.asymmetry_baseline_pct is not None:
        note += f" Baseline {signed(load.asymmetry_baseline_pct, 1)} %."
    return label, Cell(signed(load.asymmetry_pct, 1)), Cell(note)


def _gates(gates: tuple[Gate, ...]) -> list[Block]:
    """Conditions that did not pass, or could not be checked, as a table; those that passed in one sentence."""
    passed = ", ".join(foreign(gate.id).replace("_", " ") for gate in gates if gate.passed)
    blocks: list[Block] = [Paragraph(f"Conditions that passed: {passed or 'none'}.", muted=True)]
    open_gates = [gate for gate in gates if not gate.passed]
    if open_gates:
        columns = (Column("Condition", numeric=False), Column("Result", numeric=False), Column("Why", numeric=False))
        rows = tuple(
            (
                Cell(foreign(gate.id).replace("_", " ")),
                Cell("not checked" if gate.passed is None else "not passed", mark="" if gate.passed is None else "no"),
                Cell(sentence(gate.reason)),
            )
            for gate in open_gates
        )
        blocks.append(Table("Conditions that did not pass or could not be checked", columns, rows, compact=True))
    return blocks


SECTION = Section("rehab-load", "Load index", 7, _render, applies=has_rehab, missing=_missing, on_refer=False)
