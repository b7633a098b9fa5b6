"""The data dictionary of the cohort table: one row a column, as CSV beside the table and as a page of the docs.

`python -m gaitpipe.exporters.cohort_dictionary > docs/data-dictionary.md` writes the page; a test says when it is out
of date.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gaitpipe.exporters.cells import table_text
from gaitpipe.exporters.cohort_columns import CohortColumn, cohort_columns, cohort_metrics

FIELDS = ("name", "type", "unit", "meaning", "empty_where", "definition", "place_in_summary", "source")

_HEAD = """# Data dictionary of the cohort table

`cohort.csv` and `cohort.parquet` have one row a file and side. Do not edit this page: it is written from the figures
and their evidence by `python -m gaitpipe.exporters.cohort_dictionary > docs/data-dictionary.md`; a test says when it is
out of date. `cohort_dictionary.csv`, beside every table, holds the same for programs.

- **Units** are SI and stand in the name. What is added to a figure stands after it: `ground_contact_time_s_mean`.
- **Empty** is what was not computed or is not known. It is never 0.
- **Both sides.** A file with two sensors has two rows. Figures of both legs (`..._both_...`), left against right
  (`..._asymmetry_pct`, `..._left_minus_right...`) and what belongs to the file stand in both: count them once a file.
- **Text** that a spreadsheet would take for a formula has an apostrophe before it. Numbers are never touched.
- **Types** are `text`, `integer`, `number`, `true_false` and `time` (UTC). Parquet holds them. CSV cannot: a session
  called `001` is read as 1, and a column that is empty in all rows has no type. Tell the reader, as below.
- **Compare alike with alike.** Rows of one placement with another `parameter_hash` were made with other numbers:
  analyse them again. Most figures depend on speed, surface, incline and placement.

## Reading it

pandas, with every type as it should be:

```python
import pandas as pd

kinds = {"text": "string", "integer": "Int64", "number": "float64", "true_false": "boolean"}
only_empty = {"keep_default_na": False, "na_values": [""]}  # a session may be called NA
columns = pd.read_csv("cohort_dictionary.csv")
types = {row["name"]: kinds[row["type"]] for _, row in columns.iterrows() if row["type"] in kinds}
cohort = pd.read_csv("cohort.csv", dtype=types, parse_dates=["recorded_utc"], **only_empty)
```

DuckDB: `select * from 'cohort.parquet'`, or

```sql
select session, side, ground_contact_time_s_mean
from read_csv('cohort.csv', types = {'session': 'VARCHAR', 'input': 'VARCHAR', 'parameter_hash': 'VARCHAR'});
```

R, without a package:

```r
columns <- read.csv("cohort_dictionary.csv")
kinds <- c(text = "character", integer = "integer", number = "numeric", true_false = "logical", time = "character")
cohort <- read.csv("cohort.csv", na.strings = "", colClasses = setNames(kinds[columns$type], columns$name))
```

## Columns

| name | type | unit | meaning | empty where |
|---|---|---|---|---|
"""
_FIGURES = """
## Definitions of the figures

| figure | unit | definition | source |
|---|---|---|---|
"""


def dictionary_rows() -> list[tuple[str, ...]]:
    """The dictionary: a row a column of the table, in its order, with the cells of `FIELDS`."""
    return [
        (one.name, one.type, one.unit, one.meaning, one.empty, _definition(one), one.place, one.source)
        for one in cohort_columns()
    ]


def dictionary_text() -> str:
    """The text of `cohort_dictionary.csv`."""
    return table_text(FIELDS, dictionary_rows())


def markdown() -> str:
    """The page `docs/data-dictionary.md`."""
    columns = [_line((f"`{one.name}`", one.type, one.unit, one.meaning, one.empty)) for one in cohort_columns()]
    figures = [
        _line((f"`{metric.key}`", metric.unit, metric.definition, _source(metric.key))) for metric in cohort_metrics()
    ]
    return _HEAD + "\n".join(columns) + "\n" + _FIGURES + "\n".join(figures) + "\n"


def _definition(column: CohortColumn) -> str:
    metric = next((one for one in cohort_metrics() if column.name.startswith(f"{one.key}_") and column.source), None)
    return "" if metric is None else metric.definition


def _source(key: str) -> str:
    return next(one.source for one in cohort_columns() if one.name.startswith(f"{key}_") and one.source)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.stdout.write(markdown())
