"""What a runner should know, in plain words, each line with its grade and with the place where it is less certain.

Information, not medical advice. Words that no text of this project may hold stand here too.
"""

from __future__ import annotations

import re

from gaitpipe.evidence.types import EducationLine as Line

EDUCATION: tuple[Line, ...] = (
    Line(
        "E1", "What it is",
        "Most Achilles pain in runners is tendinopathy: repeated load has changed and thickened the tendon. It is not "
        "mainly an inflammation. The aim is a stronger tendon that bears more, not only a calmer one.",
        "Only a clinician can tell what yours is. How tendons change is a model; sensors see no tissue.",
        "C", "read", "physiopedia",
    ),
    Line(
        "E2", "Mornings",
        "Pain when you load the tendon and stiffness at the first steps in the morning are typical. So the next "
        "morning tells whether yesterday was too much.",
        "Stiffness for more than half an hour, or in several joints, deserves a doctor's look.",
        "C", "read", "diagnosis_table",
    ),
    Line(
        "E3", "Load, not rest",
        "Long rest makes a tendon weaker. Regular, measured load is the first treatment.",
        "No kind of loading exercise is known to be clearly better than another.",
        "C", "read", "silbernagel_crossley2015",
    ),
    Line(
        "E4", "Not too fast",
        "Going straight back to full training brings the pain back. Runs much longer than your longest of the last "
        "30 days go with more injuries.",
        "Seen in healthy runners and for all injuries, not for the Achilles alone.",
        "B", "read", "frandsen2025",
    ),
    Line(
        "E5", "Step by step",
        "Begin with holds, go on with slow heavy calf work, then hops and drills, then running. Each step makes the "
        "tendon fit for the next. A skipped step often brings the symptoms back.",
        "The order is sound practice; the limits between the steps are agreed, not measured.",
        "C", "read", "silbernagel2020",
    ),
    Line(
        "E6", "Running need not stop",
        "Some runners may keep running a little while they train the calf, if pain stays within the limits.",
        "One trial of 38 people, all with their pain monitored. Your clinician chooses.",
        "A", "read", "silbernagel2007", ("S0", "S1", "S2", "S3"),
    ),
    Line(
        "E7", "Holds",
        "Heel raises held for 30 to 45 seconds are a gentle way to begin.",
        "They are not shown to take the pain away: one study saw no benefit, a very small one a slight one.",
        "C", "read", "oneill2018", ("S0", "S1"),
    ),
    Line(
        "E8", "Strength before stretching",
        "Stretching alone does not rebuild a tendon and can aggravate it. Strength comes first.",
        "Advice from practice: no study of stretching was read for this. At the heel bone, do not stretch over a step.",
        "D", "engineering", "design", ("S0", "S1", "S2", "S3"),
    ),
    Line(
        "E9", "The soleus",
        "The soleus, the deeper calf muscle, does more than the other at every running speed. Train it with a bent "
        "knee: raises, slow drops of the heel, slow repetitions with weight.",
        "A bent knee without weight hardly loads the tendon. It is the weight that counts.",
        "B", "read", "female_speed",
    ),
    Line(
        "E10", "How often",
        "Slow heavy work two to three times a week, and it goes on when running returns.",
        "Programmes differ: heavy slow work was done three times a week, others every day.",
        "B", "read", "beyer2015_table",
    ),
    Line(
        "E11", "Let pain guide you",
        "A little discomfort, up to {pain_progress_maximum} of 10, that is gone next morning is acceptable. "
        "{pain_hold_lowest} to {pain_hold_maximum}: repeat, do not add. Above {pain_hold_maximum}: one step back, "
        "without stopping altogether.",
        "In the trial more was acceptable, up to 5, as long as it settled by the next morning.",
        "A", "read", "silbernagel2007_summary",
    ),
    Line(
        "E12", "It takes time",
        "Give it 8 to 12 weeks and longer, and keep watching the tendon. Full recovery may take a year. If every "
        "attempt to run more flares it up, the plan needs to change: talk to your clinician.",
        "Nobody can name your date. Meeting the goals counts, not the calendar.",
        "C", "read", "silbernagel_crossley2015",
    ),
    Line(
        "E13", "It may persist, it is not permanent",
        "Most runners come back with a sound assessment and a structured plan. Keep some calf work: pain that is gone "
        "does not mean full strength.",
        "How many come back was not looked up. It recurs often: in 27 to 44 % of footballers.",
        "D", "engineering", "silbernagel_crossley2015",
    ),
    Line(
        "E14", "Shoes",
        "A lower heel or a minimal shoe loads the tendon more. Keep the shoe you are used to, and change one thing at "
        "a time.",
        "Nobody knows how much a millimetre of drop does. Heel lifts eased symptoms in a trial, yet measured loads "
        "disagree.",
        "B", "read", "sinclair2015",
    ),
    Line(
        "E15", "Landing",
        "Landing on the forefoot loads the Achilles more than landing on the heel. Do not switch to it now.",
        "Landing on the heel loads the knee more. Changing how you land is for you and your clinician to decide.",
        "B", "read", "lyght2016", ("S3", "S4", "S5"),
    ),
    Line(
        "E16", "Hills",
        "Leave out steep hills at first, and bring them back last.",
        "Only steep ones: about 7 % changed the work of the ankle very little.",
        "C", "read", "roper2010", ("S3", "S4", "S5"),
    ),
    Line(
        "E17", "Surface",
        "Track, trail, sand, treadmill: a new surface is a new load. Change it in small steps.",
        "Harder is not worse: in one study asphalt went with fewer Achilles problems, sand with more. A treadmill "
        "loaded the tendon 12 to 15 % more than the road.",
        "C", "read", "knobloch2008", ("S3", "S4", "S5"),
    ),
    Line(
        "E18", "Speed and volume",
        "Faster running loads the tendon more at every step. Add one thing at a time: days, minutes, then speed.",
        "Counted per kilometre, it depends on how you count: a fast kilometre has fewer steps.",
        "B", "read", "starbuck2021", ("S4", "S5"),
    ),
    Line(
        "E19", "What the sensors see",
        "They see how often you step, how long the foot is down, how it lands and whether it lands far ahead of you. "
        "They do not see how far the heel drops under load, how far the hip extends, or the tendon itself.",
        "Less hip extension is often named as a cause; no study was found that shows it.",
        "C", "read", "creaby2017",
    ),
    Line(
        "E20", "When it comes back",
        "When pain recurs, a look at how you run is worth considering. That is what this report is for.",
        "A finding counts when it agrees with what your clinician sees.",
        "C", "read", "souza2016",
    ),
    Line(
        "E21", "Information, not medical advice",
        "This page informs. What you have and how it is treated is for a clinician to say. A sudden pop, a swollen hot "
        "calf or fever: get help the same day.",
        "",
        "D", "engineering", "design",
    ),
)  # fmt: skip

FORBIDDEN: tuple[str, ...] = (
    "diagnose", "diagnoses", "diagnosed", "diagnosing", "safe", "safely", "healed", "your risk is", "tendon strain",
    "you must", "tendinitis",
)  # fmt: skip
"""What no text for a person may say: it would claim what sensors and rules cannot know."""

_ALLOWED = ("does not diagnose", "do not diagnose", "cannot diagnose", "never diagnose", "not tendinitis")
"""Where they are said in order to deny them."""


def forbidden_in(text: str) -> tuple[str, ...]:
    """The forbidden words that a text holds, in the order of `FORBIDDEN`; sayings that deny them are let through."""
    plain = " ".join(text.lower().split())
    for allowed in _ALLOWED:
        plain = plain.replace(allowed, "")
    return tuple(word for word in FORBIDDEN if re.search(rf"\b{re.escape(word)}\b", plain))
