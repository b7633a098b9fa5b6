"""The exercises of the stage with their dose; work of the soleus is marked."""

from __future__ import annotations

from gaitpipe.rehab.exercises import exercises_for
from gaitpipe.rehab.plan import Exercise
from gaitpipe.report.document import Cell, Column, Content, ReportInput, Section, Table, has_rehab
from gaitpipe.report.text import DASH, foreign

_NOTES = (
    "Soleus: the deeper calf muscle, loaded with the knee bent. A bent knee without weight barely loads the tendon.",
    "Tier 1 to 4: from least to most load on the tendon. Unverified: not checked against the original.",
)


def _missing(report: ReportInput) -> str:
    rehab = report.rehab
    if rehab is None or not exercises_for(rehab.plan, rehab.decision.stage_out):
        return "The plan names no exercise for this stage."
    return ""


def _render(report: ReportInput) -> Content:
    rehab = report.rehab
    if rehab is None:
        return ()
    stage = rehab.decision.stage_out
    columns = (
        Column("Exercise", numeric=False),
        Column("Dose", numeric=False),
        Column("Tempo", numeric=False),
        Column("A week"),
        Column("Tier"),
        Column("Knee", numeric=False),
    )
    rows = tuple(_row(exercise) for exercise in exercises_for(rehab.plan, stage))
    return (Table(f"Exercises of stage {stage}", columns, rows, notes=_NOTES, compact=True),)


def _row(exercise: Exercise) -> tuple[Cell, ...]:
    soleus = exercise.knee in ("bent", "both")
    remarks: list[str] = [exercise.kind]
    if exercise.to_floor_only:
        remarks.append("to the floor only")
    if exercise.unverified:
        remarks.append("unverified")
    return (
        Cell(foreign(exercise.name), ", ".join(remarks)),
        Cell(f"{exercise.sets} sets: {foreign(exercise.dose)}"),
        Cell(foreign(exercise.tempo)) if exercise.tempo else Cell(DASH, "as it comes", empty=True),
        Cell(f"{exercise.per_week}\u00d7"),
        Cell(str(exercise.tier), "unverified" if exercise.tier_unverified else ""),
        Cell("soleus: bent" if exercise.knee == "bent" else "soleus: bent and straight" if soleus else "straight"),
    )


SECTION = Section(
    "rehab-exercises", "Exercises of the stage", 10, _render, applies=has_rehab, missing=_missing, on_refer=False
)
