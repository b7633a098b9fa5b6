"""The advices that a report may give, A1 to A10. A clinician may put other words in the plan (`[phrases]`).

`{name}` is filled in by `gaitpipe.evidence.fill`: numbers come from the plan or the evidence by their key, what is in
`values` from the caller.
"""

from __future__ import annotations

from gaitpipe.evidence.types import Phrase

PHRASES: tuple[Phrase, ...] = (
    Phrase(
        "A1",
        "Try {cadence} steps/min (about {cadence_cue_pct} % quicker, same speed) for short blocks. "
        "Stop if it feels forced.",
        "cadence is lower than the baseline's, or the foot lands far ahead; never more than 10 % quicker",
        "B",
        "read",
        "lyght2016",
        values=("cadence",),
        note="How much less the tendon bears was not seen; the ankle's work did not fall in another study, and it is "
        "not shown to prevent Achilles pain.",
    ),
    Phrase(
        "A2",
        "Keep your usual landing. Do not switch to forefoot running now; it loads the Achilles more.",
        "the landing moved towards the forefoot",
        "B",
        "read",
        "lyght2016",
    ),
    Phrase(
        "A3",
        "Keep the shoe you are used to. Avoid zero-drop or minimal shoes in this stage; a heel lift may be discussed "
        "with your clinician.",
        "a lower, zero-drop or minimal shoe",
        "B",
        "read",
        "sinclair2015",
        note="What a millimetre of drop does to the tendon is not known.",
    ),
    Phrase(
        "A4",
        "Stay flat: no steep hills or sand in this stage.",
        "hills or sand while running returns",
        "C",
        "read",
        "rice2024",
        note="Shown for the shin on 10 % and more; about 7 % changed the ankle little. Sand: one study, wide interval.",
    ),
    Phrase(
        "A5",
        "Your treadmill and road numbers are not comparable.",
        "the baseline is from a treadmill and today's run is not, or the other way round",
        "B",
        "read",
        "willy2016",
    ),
    Phrase(
        "A6",
        "A little discomfort (up to {pain_progress_maximum}/10) that is gone next morning is fine; "
        "{pain_hold_lowest}-{pain_hold_maximum}: repeat, do not add; above {pain_hold_maximum}: step back.",
        "pain during or after, whenever the way of judging it should be said again",
        "A",
        "read",
        "silbernagel2007_summary",
    ),
    Phrase(
        "A7",
        "You are spending less time on the sore side. This can be protection. Tell your clinician if it lasts or pain "
        "rises.",
        "contact time is shorter on the injured side than it was",
        "C",
        "read",
        "gct_pain2024",
    ),
    Phrase(
        "A8",
        "The change in the index is within measurement error.",
        "the index changed by less than its smallest detectable change",
        "D",
        "engineering",
        "design",
    ),
    Phrase(
        "A9",
        "Keep the heavy calf work including bent-knee (soleus) sets {per_week}x/week while running returns.",
        "strength is below its goal, or running returns",
        "C",
        "read",
        "silbernagel2020",
        values=("per_week",),
        note="How often differs between programmes: three times a week in one, daily in others.",
    ),
    Phrase(
        "A10",
        "Longest run in 30 days: {longest}. Next run up to {limit}.",
        "the session is longer than the longest of the last 30 days",
        "B",
        "read",
        "frandsen2025",
        values=("longest", "limit"),
        note="Healthy runners, all injuries.",
    ),
)
