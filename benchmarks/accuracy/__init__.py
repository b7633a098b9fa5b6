"""Accuracy against recordings with truth that are not part of the repository."""
