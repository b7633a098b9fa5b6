"""Measurements of gaitpipe: accuracy against recordings with truth, speed and memory. See README.md."""
