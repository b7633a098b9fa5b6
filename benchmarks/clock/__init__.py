"""How well two sensors' clocks are put on one: see `run.py`."""
