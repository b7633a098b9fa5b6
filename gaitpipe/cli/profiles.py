"""`profiles`: list, show, check and try device profiles."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gaitpipe.cli.console import NearGroup, common_options, console, json_option, print_json
from gaitpipe.cli.parameters import profile_dirs_option, settings_option
from gaitpipe.cli.profile_new import new
from gaitpipe.cli.profile_try import try_profile
from gaitpipe.errors import ProfileError, UsageError, counted

if TYPE_CHECKING:
    from gaitpipe.model import PacketFault
    from gaitpipe.protocol.profile import Profile


@click.group(cls=NearGroup)
@common_options
def profiles() -> None:
    """Device profiles: one file says all about one kind of sensor."""


@profiles.command("list")
@profile_dirs_option
@json_option
@common_options
def list_profiles(folders: tuple[Path, ...], as_json: bool) -> int:
    """List all profiles, one a line, with where each comes from."""
    from gaitpipe import profile_store
    from gaitpipe.cli.profile_words import short_remark

    found = profile_store.survey(folders)
    rows, problems = [], list(found.problems)
    for stored in found.profiles:
        try:
            profile = profile_store.read(stored)
        except ProfileError as error:
            problems.append(error)
            continue
        rows.append(
            {
                "id": profile.id,
                "name": profile.name,
                "placements": list(profile.placements),
                "auxiliary": profile.auxiliary,
                "default_rate_hz": None if profile.auxiliary else profile.settings["rate_hz"].default,
                "remark": short_remark(profile).removeprefix(", "),
                "origin": stored.origin,
                "file": stored.file,
            }
        )
    for problem in problems:
        console().failure(problem.message, problem.advice)
    if as_json:
        print_json(rows)
    else:
        width = max((len(str(row["id"])) for row in rows), default=0)
        for row in rows:
            remark = f", {row['remark']}" if row["remark"] else ""
            click.echo(f"{row['id']:<{width}}  {row['name']}, {_kind(row)}{remark}  ({row['origin']})")
    return 2 if problems else 0


def _kind(row: dict[str, Any]) -> str:
    """Say what a device gives: its rate, or what it is beside the feet."""
    if row["auxiliary"]:
        return f"{row['auxiliary'].replace('_', ' ')}, as a cross-check"
    return f"{row['default_rate_hz']:g} Hz"


@profiles.command(short_help="Show one profile.")
@click.argument("profile")
@profile_dirs_option
@json_option
@common_options
def show(profile: str, folders: tuple[Path, ...], as_json: bool) -> None:
    """Show one profile: settings, packet, and where each fact comes from."""
    from gaitpipe import profile_store

    about = _about(profile_store.load(profile, folders))
    if as_json:
        print_json(about)
        return
    for key, value in about.items():
        if value in ("", []):
            continue
        if isinstance(value, list):
            click.echo(f"{key}:")
            for item in value:
                click.echo(
                    f"  {item if isinstance(item, str) else '; '.join(f'{k}: {v}' for k, v in item.items() if v)}"
                )
        else:
            click.echo(f"{key}: {value}")


def _about(profile: Profile) -> dict[str, Any]:
    return {
        "id": profile.id,
        "name": profile.name,
        "maker": profile.maker,
        "model": profile.model,
        "sha256": profile.sha256,
        "placements": ", ".join(profile.placements),
        "mount_hint": profile.mount_hint,
        "settings": [
            f"{key} = {item.default:g} (allowed: {item.allowed_text})" for key, item in profile.settings.items()
        ],
        **(_about_readings(profile) if profile.auxiliary else _about_samples(profile)),
        "facts": [
            {"key": fact.key, "source": fact.source, "confidence": fact.confidence, "text": fact.text}
            for fact in profile.facts
        ],
    }


def _about_samples(profile: Profile) -> dict[str, Any]:
    from gaitpipe.cli.profile_words import packet_lines, unfit_lines

    settings = {key: item.default for key, item in profile.settings.items()}
    return {
        "data_characteristic": profile.packet.characteristic,
        "samples_per_packet": profile.samples_per_packet(settings),
        "gyroscope": "yes" if profile.has_gyro else "no",
        "required_mtu": profile.required_mtu(settings),
        "mode_of": profile.variant_of or "",
        "packets": packet_lines(profile),
        "unfit_for_gait": unfit_lines(profile),
    }


def _about_readings(profile: Profile) -> dict[str, Any]:
    return {
        "auxiliary": profile.auxiliary,
        "readings": [f"{rule.codec} ({rule.characteristic})" for rule in profile.readings],
        "commands": "none: nothing is ever written to it",
    }


@profiles.command(short_help="Check profiles.")
@click.argument("names", nargs=-1, required=True, metavar="PROFILE_OR_FILE...")
@profile_dirs_option
@common_options
def check(names: tuple[str, ...], folders: tuple[Path, ...]) -> int:
    """Check profiles, by id or by file; all faults are named at once, each with its line."""
    from gaitpipe import profile_store
    from gaitpipe.app.new_profile import FILL_IN, unfilled

    bad = 0
    for file in names:
        try:
            is_file = _is_file(file)
            profile = profile_store.load_file(Path(file)) if is_file else profile_store.load(file, folders)
        except ProfileError as error:
            console().failure(error.message, error.advice)
            bad += 1
        else:
            click.echo(f"{file}: ok ({profile.id}, {profile.name})")
            if is_file and (hidden := profile_store.shipped_file(profile.id, Path(file))):
                text = f"'{profile.id}' is also the id of a profile that comes with gaitpipe ({hidden})"
                advice = (
                    "In a folder of profiles it would hide that one, and neither could be used: give it another id."
                )
                console().note("warning", text, advice)
            if count := unfilled(profile):
                console().note("info", f"{counted(count, 'fact')} of {profile.id} still without a source: '{FILL_IN}'")
    return 2 if bad else 0


profiles.add_command(new)
profiles.add_command(try_profile)


def _is_file(name: str) -> bool:
    """Tell the path of a file, there or not, from the id of a profile."""
    return name.endswith(".toml") or Path(name).name != name or Path(name).is_file()


@profiles.command(short_help="Decode notifications given as HEX.")
@click.argument("profile")
@click.argument("payloads", nargs=-1, required=True, metavar="HEX...")
@click.option("--characteristic", required=True, metavar="UUID", help="Where the notifications came from.")
@settings_option
@profile_dirs_option
@common_options
def decode(
    profile: str,
    payloads: tuple[str, ...],
    characteristic: str,
    settings: tuple[tuple[str, float], ...],
    folders: tuple[Path, ...],
) -> int:
    """Decode notifications given as HEX, in order; prints one JSON object a sample, or a reading.

    device_time_s is null when the sensor sends no time. Standard characteristics (2a19 battery, 2a37 heart rate, 2a53
    foot pod, 2acd treadmill, 2a29 maker and others) are read with any profile: one object a reading, with named fields
    in SI units, null where the device does not tell them. What cannot be decoded is said on stderr, with exit code 1.
    """
    from gaitpipe import profile_store
    from gaitpipe.model import PacketFault

    loaded = profile_store.load(profile, folders)
    resolved = loaded.resolve_settings(dict(settings))
    uuid, data = _uuid(characteristic), [_payload(text) for text in payloads]
    rows = _decoded(loaded, resolved, uuid, data)
    bad = 0
    for row in rows:
        if isinstance(row, PacketFault):
            bad += 1
            console().failure(f"{row.kind.value}: {row.detail}")
        else:
            click.echo(json.dumps(row))
    return 1 if bad else 0


def _decoded(
    profile: Profile, settings: dict[str, float], uuid: str, data: list[bytes]
) -> Sequence[Mapping[str, Any] | PacketFault]:
    from gaitpipe.model import FaultKind, PacketFault
    from gaitpipe.protocol.auxiliary import decode_readings, reading_at
    from gaitpipe.protocol.sample_rows import decode_samples

    reading = reading_at(profile, uuid)
    if reading is not None:
        return decode_readings(reading, data)
    if profile.auxiliary:
        return [PacketFault(FaultKind.CHARACTERISTIC, f"{profile.name} sends nothing that is known on {uuid}", 0.0)]
    return decode_samples(profile, settings, uuid, data)


def _payload(text: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("0x").replace(":", " "))
    except ValueError:
        raise UsageError(f"'{text[:40]}' is not hexadecimal", "Write two digits a byte, such as 0a1b2c.") from None


def _uuid(text: str) -> str:
    """Return a UUID in the spelling of the profiles; 4 or 8 digits are Bluetooth's short forms."""
    from gaitpipe.protocol.uuids import full_uuid, is_uuid

    if not is_uuid(text):
        raise UsageError(f"'{text}' is not a UUID", "Write 4 digits (2a37) or all 32 with dashes.")
    return full_uuid(text)
