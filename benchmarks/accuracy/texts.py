"""What the report says in words: definitions before the tables, limits after them."""

from __future__ import annotations

HEADER = """# Accuracy on reference recordings

Written by `python -m benchmarks.accuracy.run`; do not edit. Every trial went through the whole pipeline
(`gaitpipe.Session`), both sensors of a trial in one session, no setting changed for any of them, the belt's speed not
given. Figures made on computed or borrowed signals are no promise for a runner of your own.
"""

TARGETS = """\
`shipped`: with the coefficients of the package, which were **fitted on these same runners** where they are biases of
an event. `held out`: each runner judged with coefficients fitted without that runner (leave one subject out), the
column that counts. An empty cell: nothing of that figure was fitted, or no fit is there. Times in ms. A bias is
judged by its size.

The *mean* bias held out says little: where a constant is fitted, the runners' held-out errors add up to zero by
arithmetic. What a new runner may expect is the worst runner's bias in the last column, the spread between runners
further down, and the limits of agreement.
"""

DEFINITIONS = """## How to read it

**Reference.** Virtual sensors: vertical force of the plates over 50 N, linear interpolation. Real accelerometer:
treadmill force of that leg over 60 N. Walking feet: motion capture (heel marker), whose contact is *not* defined by
force. Laps: position of a marker on the sensor. 20 N in place of 50 N moves IC by 5-6 ms and TC by 8-9 ms.

**Synchronisation.** The virtual sensors are computed from the markers of the same trial, on its clock: the error is
that of the laboratory's marker and force streams. Real accelerometer and force: one file, one clock, not checked by
us. Laps: marker and sensor differ by 1-3 samples (5-15 ms); only lengths between mid-stances are compared.

**Eligible** are contacts of the reference at least 0.35 s from either end of the gait data. **Matched**: one to one
by IC, nearest pairs first, within 50 ms. What the reference saw and left out (below) is neither right nor wrong.
*Precision* counts found contacts in the scored interval that belong to no contact of the reference. A contact off by
more than 50 ms is a missed one and an extra one, and does not enter the errors. All rows of the stride table count,
whatever their `quality`; stride times and cadence count from `ok` rows.

**Figures.** Errors are found minus reference. *Bias*: mean of the runners' means; its interval is Student's over
runners. *Between runners*: SD of the runners' means. *Within runner*: errors minus their runner's mean, root of the
sum of squares over (contacts - runners); it holds what changes with speed and side. *Within stream*: the same with
one side of one trial. *Limits of agreement*: Bland and Altman for repeated measures with varying truth, runner as
random effect (unweighted means); intervals by MOVER (Zou 2013). *Slope*: of the difference on the mean of both;
interval by leaving out one runner at a time. *ICC(2,1)*: absolute agreement, interval of McGraw and Wong, which
counts contacts as independent and is therefore too narrow; beside it the ICC of the streams' means. *Stride SD*: SD
of all stride time errors. *Cadence*: for each stream the mean over its matched strides; mean and worst absolute
error. *Speed*: mean of a trial over both sides against the belt. *Change*: error of a runner's change of mean contact
time from one speed to the next.

**Published rules** were written from descriptions in words, no code was copied. They were given perfect alignment by
the known mounting, the gait interval, and the whole recording at once. With the real accelerometer, whose mounting is
unknown, up is the mean over whole strides and the sign of forward is the one that serves the rule better. No bias is
taken off them. The virtual sensors hold no impacts, so accelerometer rules are judged on the real accelerometer.
"""

LIMITS = """## What this cannot show

- The virtual sensors are computed from markers (content up to about 25 Hz): no impact, no shock, no clipping, no
  strap slip, no drift, no radio. Whatever uses the impact is judged only by the real shank accelerometer of two
  people.
- The threshold decides: an event bias below about 10 ms is within the definition of contact.
- Five runners, men, four speeds, 5 to 9 contacts a stream: a within-stream SD is uncertain by a factor of 0.7 to 2.1,
  an SD between runners by 0.6 to 2.9. Forefoot strikes are rare in them.
- The real running recordings are of one person in laps of 3 x 3 m with turns at every few strides, with a gyroscope
  that clips near 540 deg/s; they have no contact times at all.
- Walking: one person with gyroscopes, 2 x 20 m, and two with an accelerometer.
"""
