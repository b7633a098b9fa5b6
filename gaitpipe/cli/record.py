from __future__ import annotations
import click


@click.command()
def record() -> None:
    """x"""


@click.command()
def scan() -> None:
    """x"""
