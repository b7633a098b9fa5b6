"""docs/formats.md: what is read and written, from the importers and exporters themselves.

`python -m gaitpipe.app.format_table > docs/formats.md` writes the page.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from gaitpipe import importers
from gaitpipe.app.import_files import OWN_DESCRIPTION, OWN_NAME
from gaitpipe.exporters import formats

LAYOUTS = {
    "specification": "published specification",
    "files": "real files",
    "code": "public code",
    "memory": "memory only",
}

_HEAD = """# File formats

What gaitpipe reads and writes. Do not edit this page: it is written from the program by
`python -m gaitpipe.app.format_table > docs/formats.md`; a test says when it is out of date.
"""

_READ = """## Reading

Every command that takes a recording takes these files too. The format is told by a file's content, not by its name.

```
gaitpipe import FILE                                          # what it holds, and which option is missing
gaitpipe analyze --left L.csv --right R.csv --placement foot --out results
gaitpipe analyze BOTH.json --left-sensor A1 --right-sensor B2 --placement foot --out results
gaitpipe import FILE --out plain                              # the samples as plain CSV, one file a sensor
```

Units are read from the file; where it does not say them, `--acc-unit` and `--gyr-unit` do, and the reading at rest is
checked against gravity. `--rate` says the rate of a file without times. `gaitpipe import --list` prints this table.

`--columns "time=t:ms acc=ax,ay,az gyr=gx,gy,gz"` reads any table of text or Parquet. The unit of the time (s, ms, us,
ns) stands behind its column or in the column's name (`t_ms`); without one it is seconds. Dates with clock times, such
as `2026-03-02T09:30:00.005Z`, and Parquet's time stamps and durations are understood as they are. A time without a
zone orders the samples but dates nothing.

A format whose layout is known from memory only is experimental, and says so each time it is read.
"""

_WRITE = """## Writing

```
gaitpipe export session.mcap --to csv --out plain
gaitpipe export runs/*.mcap --to bids --subject 07 --out dataset     # one data set, a run each
gaitpipe export --left L.csv --right R.csv --placement foot --to fit --start 2026-03-02T09:30:00Z --out log
```

Files appear when they are complete, and nothing is replaced without `--force`. Samples are written as they are read, a
few at a time, in SI units and sensor axes. A format with a library of its own needs `python -m pip install
"gaitpipe[NAME]"` once, as the table says.
"""

_NOTES = """## What each export is, and is not

- **csv** holds the samples with all their digits: the importer `plain_csv` reads back the very same numbers. Lost
  samples are rows left out. It does not hold which samples were clipped; a reader infers that again.
- **parquet** holds the same numbers, and the flags too. Units and sensors are in the metadata (key `gaitpipe`, JSON).
- **bids**: two feet have two clocks and perhaps two rates, so each is a tracking system of its own. A lost sample is a
  row of `n/a`, because the specification wants a regular rate; LATENCY counts from the start of the session, the same
  for both feet. Contacts are in `_events.tsv` as `initial_contact` and `toe_off`, with side, quality of the stride and
  uncertainty; take those of quality `ok`. Dates, device labels, file names and typed notes are left out, for data sets
  are made to be shared. Use pseudonyms for `--subject`.
- **fit** is made of strides, not of samples. FIT counts strides a minute as cadence, and has no uncertainty: it is for
  a training log, not for research. Distance is speed times the time in motion, from half a stride before the first
  contact to half a stride after the last; the speed is the belt's where it is given (`--belt-speed`), else that of the
  strides, carried over at most 10 s of strides that are not good. Standing adds nothing. Records, lap and session
  agree, and the average speed is over the time in motion (`total_moving_time`).
- **c3d** puts both feet on one regular clock by straight lines between samples, in single precision, because C3D has
  one rate. Event times count from the first frame, not from the session's time 0 as in `strides.csv`: add the parameter
  `GAITPIPE:FIRST_FRAME_SESSION_TIME_S` to them. Gaps are NaN. Up to 2,000,000 samples (more than an hour of two feet at
  208 Hz).
- **mcap** is for looking at the signals in Foxglove or PlotJuggler, one message a sample. The recording itself, with
  the bytes as the sensors sent them, stays the original. A synthetic run took 80 bytes a sample: 120 MB for an hour of
  two feet at 208 Hz, about twice what Parquet takes.
"""


def importer_rows() -> list[dict[str, Any]]:
    """What `gaitpipe import --list` prints: gaitpipe's own recordings and every importer."""
    own = {
        "name": OWN_NAME,
        "endings": [".mcap"],
        "description": OWN_DESCRIPTION,
        "layout": "specification",
        "layout_source": "this project",
        "tested_against": "recordings of this project, torn and damaged ones too",
        "experimental": False,
    }
    found = [
        {
            "name": importer.name,
            "endings": list(importer.extensions),
            "description": importer.description,
            "layout": importer.layout,
            "layout_source": importer.layout_source,
            "tested_against": importer.tested_against,
            "experimental": importer.layout == "memory",
        }
        for importer in importers.available()
    ]
    own_importer = any(".mcap" in importer.extensions for importer in importers.available())
    return found if own_importer else [own, *found]


def markdown() -> str:
    """The whole page."""
    read = [
        [
            f"`{row['name']}`" + (" (experimental)" if row["experimental"] else ""),
            " ".join(row["endings"]),
            row["description"],
            f"{LAYOUTS[row['layout']]}: {row['layout_source']}",
            row["tested_against"],
        ]
        for row in importer_rows()
    ]
    write = [
        [
            f"`{one.name}`",
            one.description,
            one.files_text,
            one.readers,
            f"`gaitpipe[{one.extra}]`" if one.extra else "nothing",
        ]
        for one in formats.available()
    ]
    parts = [
        _HEAD,
        _READ,
        _table(("Format", "Ending", "What", "Layout from", "Tested against"), read),
        _WRITE,
        _table(("`--to`", "What", "Files", "Read back in the tests by", "Needs"), write),
        _NOTES,
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(markdown())
