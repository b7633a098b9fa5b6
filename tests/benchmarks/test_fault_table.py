"""The table of Bluetooth faults says what the tests did, the worst first."""

from __future__ import annotations

import json

from benchmarks.ble.faults import main, render


def row(fault: str, layer: str, outcome: str = "passed", reason: str = "", again: tuple = ()) -> dict:
    times = [{"seconds": seconds, "after": after} for seconds, after in again]
    return {"fault": fault, "layer": layer, "test": "t", "outcome": outcome, "reason": reason, "again": times}


def lines_of(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| ")]


def test_each_cell_tells_what_happened_on_its_layer():
    text = render(
        [
            row("lost", "virtual", again=((0.25, ""),)),
            row("lost", "bluez-start", again=((1.5, "a limit of 1 s"),)),
            row("lost", "bluez-acquire", "skipped", "no dbus-daemon"),
            row("lost", "virtual", "failed"),
            row("other", "virtual"),
        ]
    )
    lines = lines_of(text)
    assert "| lost | **FAILED** | passed; 1.50 s, after a limit of 1 s | skipped: no dbus-daemon |" in lines
    assert "| other | passed | not on this layer: above the stack | not on this layer: above the stack |" in lines
    assert "| virtual radio | 1 | 0.25 s | 0.25 s |" in lines
    assert not any(line.startswith("| BlueZ, StartNotify | 1") for line in lines), "a time limit ran out first"


def test_a_fault_that_failed_and_a_run_without_rows_are_told_by_the_exit_code(tmp_path, capsys):
    file, out = tmp_path / "rows.json", tmp_path / "table.md"
    for rows, expected in (([row("a", "virtual")], 0), ([row("a", "virtual", "failed")], 1), ([], 1)):
        file.write_text(json.dumps(rows))
        assert main(["--from", str(file), "--out", str(out)]) == expected
    assert "**FAILED**" in out.read_text(), "a run without rows overwrites nothing"
