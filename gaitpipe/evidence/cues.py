"""Numbers of the cue during a run: what it may ask for, how it is smoothed, when feedback is on."""

from __future__ import annotations

from gaitpipe.evidence.types import Number

CUE_NUMBERS: tuple[Number, ...] = (
    Number("cue_cadence_low_pct", 5.0, "%", 2.0, 10.0, "B", "read", "huber2024",
        "lower end of the usual band: 5-10 % above the own cadence, metronome, 33 runners, two weeks"),
    Number("cue_cadence_high_pct", 10.0, "%", 5.0, 10.0, "B", "read", "huber2024",
        "upper end of the usual band: 5-10 % above the own cadence, metronome, 33 runners, two weeks"),
    Number("cue_cadence_lowest_pct", -5.0, "%", -5.0, 0.0, "D", "engineering", "heiderscheit2011",
        "no cue asks for slower steps than this: all joints absorb more at -10 %"),
    Number("cue_contact_limit_pct", 10.0, "%", 5.0, 10.0, "D", "engineering", "design",
        "no cue asks for a contact time further from the own; what it does to the tendon was not studied"),
    Number("cue_cadence_width_pct", 2.0, "%", 1.0, 5.0, "D", "engineering", "design",
        "narrowest band of cadence: ordinary steps would leave a narrower one"),
    Number("cue_contact_width_pct", 4.0, "%", 2.0, 8.0, "D", "engineering", "design",
        "narrowest band of contact time: ordinary steps would leave a narrower one"),
    Number("cue_smoothing_steps", 5.0, "1", 3.0, 9.0, "C", "read", "vandenberghe2021",
        "values that are averaged before they are judged, five there too"),
    Number("cue_deadband_pct", 0.5, "%", 0.2, 2.0, "D", "engineering", "design",
        "of the baseline: this far outside the band before it counts as left"),
    Number("cue_fresh_s", 3.0, "s", 2.0, 6.0, "D", "engineering", "design",
        "without a good stride for so long, nothing is judged"),
    Number("cue_tone_every_s", 2.0, "s", 1.0, 5.0, "D", "engineering", "design",
        "a tone is repeated so often while the steps are outside the band"),
    Number("cue_settle_s", 10.0, "s", 5.0, 30.0, "D", "engineering", "design",
        "left out at the start of a block: gait follows a cue within some strides"),
    Number("cue_before_s", 120.0, "s", 60.0, 600.0, "D", "engineering", "design",
        "plain running before the cue: the first block of the comparison, and the baseline when there is no other"),
    Number("cue_full_s", 240.0, "s", 60.0, 1800.0, "D", "engineering", "wood2014",
        "feedback all the time; five minutes there"),
    Number("cue_half_s", 240.0, "s", 60.0, 1800.0, "D", "engineering", "feedback_review2020",
        "feedback half of the time; studies fade over the last sessions, this fades within one"),
    Number("cue_off_s", 120.0, "s", 60.0, 1800.0, "D", "engineering", "wood2014",
        "held without feedback; five minutes there"),
    Number("cue_cycle_s", 60.0, "s", 20.0, 300.0, "D", "engineering", "design",
        "of a faded part: feedback is on for its share of each such piece"),
)  # fmt: skip
