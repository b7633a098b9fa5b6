"""What studies found about the load of the Achilles tendon, for the clinician's appendix. For reading, never computed.

Absolute loads differ by a factor of two and more between methods: that is why only ratios to the athlete's own
baseline are given anywhere else.
"""

from __future__ import annotations

from gaitpipe.evidence.types import Effect

_MAGNITUDE = (
    Effect("Size of the load", "running 4.2-7.7, walking 2.7-4.0, exercises 0.4-7.3 times body weight (11 studies)",
        "B", "read", "demangeot2023"),
    Effect("Size of the load", "running 8.2-10.1 times body weight at 2.7-4.5 m/s by shear waves: methods disagree "
        "twofold", "B", "read", "tensiometry"),
    Effect("Exercises", "0.5 times body weight (seated heel raise) to 7.3 (hop forward on one leg), 8 people",
        "B", "read", "baxter2021"),
    Effect("Bent knee", "bending the knee alone did not change the peak load in heel drops", "C", "read",
        "weinert2015"),
    Effect("Damage", "magnitude matters more than count; tests do not show that the rate of loading harms",
        "C", "read", "edwards2018"),
    Effect("Counting loads", "15 people with sore tendons, two weeks: load above 3 times body weight went with "
        "function more (r 0.47-0.69) than all load (0.13-0.54)", "C", "read", "song_baxter"),
)  # fmt: skip

_RUNNING = (
    Effect("Speed", "3.3 to 5.6 m/s: peak +19.5 %, loading rate +57 %", "B", "read", "starbuck2021"),
    Effect("Speed, per km", "plain sums fall with speed, sums that weigh high loads rise or stay", "B", "read",
        "firminger"),
    Effect("Speed, muscles", "stress and strain rise from 2 to 5 m/s; soleus contributes more than gastrocnemius",
        "B", "read", "female_speed"),
    Effect("Step rate +5 %", "lower peak stress in the tendon of 19 women; how much was not seen", "B", "read",
        "lyght2016"),
    Effect("Step rate \u00b110 %", "quicker: less work at knee and hip, not at the ankle; slower: more at all three",
        "B", "read", "heiderscheit2011"),
    Effect("Step rate, injuries", "37 studies: shorter steps, flatter landing, more effort; too little on injuries",
        "C", "read", "anderson2022"),
    Effect("Foot placement", "5 strides a minute more: the foot lands 5.9 % less far ahead of the hip", "B", "read",
        "lieberman2015"),
    Effect("Forefoot", "loading rate +15 % (p 0.06), impulse a step +11 % (p 0.05), barefoot women", "B", "read",
        "almonroeder2013"),
    Effect("Forefoot, midfoot", "peak and impulse a mile: forefoot > midfoot > rearfoot, 20 people barefoot", "B",
        "read", "jssm_midfoot"),
    Effect("Learning to land on the heel", "two patients with sensor feedback got better; the knee bears more", "C",
        "read", "rearfoot_series"),
    Effect("Minimal shoes", "5.97 against 5.07 times body weight (maximal); per mile 22 % more than conventional",
        "B", "read", "sinclair2015"),
    Effect("Barefoot and alike", "raise the tendon's force at 4.0 m/s, 30 people", "B", "read", "sinclair2014"),
    Effect("Drop alone", "more drop: steeper landing, more knee moment (18 runners); nothing known per mm for the "
        "tendon", "C", "read", "shoe_drop"),
    Effect("Shoes in walking", "a running shoe raised the measured tendon load against barefoot: conflicting", "C",
        "read", "wearing2014"),
    Effect("Heel lift as treatment", "VISA-A +26.0 with 12 mm lifts, +17.4 with exercise, 100 people, 12 weeks; "
        "difference 9.6 (1.8-17.4), below the 10 set before", "A", "read", "healthy2021"),
    Effect("Treadmill", "peak +12.5 %, loading rate +15.6 %, per km +14.2 % against overground", "B", "read",
        "willy2016"),
    Effect("Uphill 7 %", "hardly any effect on the ankle", "B", "read", "roper2010"),
    Effect("Uphill 10-15 %", "shin bends more, downhill less", "C", "read", "rice2024"),
    Effect("Hills \u00b16 %", "same change of the tendon's cross-section at equal effort", "C", "read", "neves2014"),
    Effect("Uphill, model", "raises the load a step; direction only", "C", "memory", "van_hooren2024"),
    Effect("Surface", "masters runners: asphalt relative risk 0.47, sand 10 (interval 1.1-93)", "C", "read",
        "knobloch2008"),
    Effect("Braking, soft ground", "go with Achilles injury; higher vertical and push-off force with fewer", "C",
        "read", "lorimer2016"),
    Effect("Slow running of healthy people", "contact 270-285 ms, duty factor 35-39 %, 1.28-1.41 strides a second: for "
        "orientation only, no goal", "C", "read", "jeb_older_runners"),
    Effect("90 min of running", "tendon stiffness 328 to 299 N/mm", "B", "read", "fletcher2018"),
)  # fmt: skip

_PATIENTS = (
    Effect("Sore tendons, running", "forces of the two legs do not differ in comfortable running (20 runners): equal "
        "contact times do not mean equal tendons", "C", "read", "corrigan2022"),
    Effect("Sore tendons, strength", "calf 18-44 % weaker, hops 16-35 %", "B", "read", "strength_review"),
    Effect("Sore tendons, soleus", "weaker with the knee bent and straight alike", "B", "read", "oneill2019"),
    Effect("Hip", "hip moments differ, the ankle's do not; nothing found on hip extension", "C", "read",
        "creaby2017"),
    Effect("Contact time and pain", "17 runners: less time on the sore leg as pain rose over days", "C", "read",
        "gct_pain2024"),
    Effect("Symmetric jumps", "did not tell sore from healthy (24 people)", "C", "read", "kurtz"),
    Effect("Running goes on", "38 people: running under pain monitoring as good as 6 weeks of rest; VISA-A 57 to 85 "
        "and 57 to 91 at 12 months", "A", "read", "silbernagel2007"),
    Effect("Kinds of loading", "heavy slow and eccentric training alike", "A", "memory", "beyer2015"),
    Effect("Guideline, 2024", "exercise that loads the tendon: grade A", "A", "memory", "chimenti2024"),
    Effect("Guideline, Dutch", "advice, load management and calf exercise for at least 12 weeks first", "A", "memory",
        "de_vos2021"),
    Effect("Holds of 45 s", "16 people: no relief at once (4.2 to 4.9 of 10)", "C", "read", "oneill2018"),
    Effect("Holds, pilot", "11 people: a small relief at once", "C", "read", "bradford2021"),
)  # fmt: skip

_MEASURES = (
    Effect("Impact at the shin", "does not follow the load of bone or tendon", "C", "read", "matijevich2019"),
    Effect("Spike of one run", "hazard 1.64 for 10-30 % over the longest of 30 days, 1.52 for 30-100 %, 2.28 beyond",
        "B", "read", "frandsen2025"),
    Effect("Acute:chronic ratio", "not used: contrived chronic loads give the same effect; 5205 runners showed none",
        "B", "read", "impellizzeri2020"),
)  # fmt: skip

EFFECTS: tuple[Effect, ...] = (*_MAGNITUDE, *_RUNNING, *_PATIENTS, *_MEASURES)
