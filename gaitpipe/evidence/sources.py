"""Where numbers come from: every source is used by a number, a rule, a phrase, a line of education or a metric."""

from __future__ import annotations

from gaitpipe.evidence.sources_rehab import REHAB_SOURCES
from gaitpipe.evidence.types import Source

SOURCES: tuple[Source, ...] = (
    Source("design", "gaitpipe engineering choice, documented in docs/architecture.md"),
    Source(
        "hamner2013",
        "Hamner SR, Delp SL (2013) J Biomech 46:780-787: treadmill running, optical markers and force plates; the "
        "sensor signals are computed from the markers",
    ),
    Source(
        "bach2022",
        "Bach MM, Dominici N, Daffertshofer A (2022) doi 10.1101/2022.02.14.480318: shank accelerometer, force plate",
    ),
    Source(
        "gaitmap_walk",
        "Example data of gaitmap (Machine Learning and Data Analytics Lab, FAU Erlangen, MIT licence): one person "
        "walking 2 x 20 m, real sensors on both feet, events from motion capture",
    ),
    Source(
        "kiernan_placement",
        "Kiernan D and others, PMC10820910: misplaced sensors and running gait events",
    ),
    Source(
        "morin2005",
        "Morin JB and others (2005) J Appl Biomech 21:167-180: sine-wave model of running against force plates",
    ),
    Source(
        "altman2012",
        "Altman AR, Davis IS (2012) Gait Posture 35:298-300: foot strike angle and strike pattern",
    ),
    Source(
        "mitschke2017",
        "Mitschke C and others (2017) Comput Methods Biomech Biomed Engin 20:1502: sampling rate in running",
    ),
    Source(
        "gum2008",
        "JCGM 100:2008, Guide to the expression of uncertainty in measurement (GUM), 5.1.2: the combined standard "
        "uncertainty of independent quantities",
    ),
    *REHAB_SOURCES,
)
