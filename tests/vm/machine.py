"""Runs the Bluetooth tests in a virtual machine: a real kernel with a virtual controller, the real bluetoothd.

    tests/vm/run [--keep] [--results] [arguments of pytest]

Debian packages are unpacked into a cache folder (`GAITPIPE_VM_CACHE`, otherwise a temporary one). The machine is QEMU
without hardware support, so it runs anywhere. It boots into the file system of this computer, read-only, and uses the
Python environment that this script runs in. The exit code is pytest's; 5 means that the machine cannot be built here.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import initramfs
import packages
import results

REPOSITORY = Path(__file__).resolve().parents[2]
CANNOT_RUN = 5
TIMED_OUT = 124
CHECKOUT = ("gaitpipe", "firmware_profiles", "tests", "pyproject.toml")
DEFAULT_TESTS = ("tests/ble",)
NEEDED_IN_PYTHON = ("pytest", "pytest_asyncio", "bumble", "bleak")
PYTEST_OPTIONS = (
    *("-p", "pytest_asyncio.plugin", "-p", "no:cacheprovider", "-m", "vm", "-v", "--color=no"),
    *("--basetemp=/run/tmp/pytest", "--junitxml=/run/out/tests.xml"),
)

MEMORY_MB = 1536
KERNEL_OPTIONS = "console=ttyS0 quiet loglevel=3 panic=-1 oops=panic sysrq_always_enabled=1 mitigations=off nokaslr"
CLOCK = ("-accel", "tcg,thread=single,tb-size=256", "-icount", "shift=0,sleep=on", "-smp", "1")
"""The machine's clock counts instructions, one a nanosecond, and runs on while it waits: to the programs inside, it is
an old computer that keeps its speed however busy this one is. So no timeout has to be stretched."""


def say(text: str) -> None:
    sys.stdout.write(f"vm: {text}\n")
    sys.stdout.flush()


def parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="tests/vm/run", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--keep", action="store_true", help="keep the folder with logs and the boot files")
    parser.add_argument("--results", action="store_true", help="write benchmarks/results/bluetooth_vm.md")
    parser.add_argument("--acquire", action="store_true", help="notifications through AcquireNotify")
    parser.add_argument("--timeout", type=float, default=900.0, metavar="SECONDS", help="for the machine (900)")
    parser.add_argument("--kernel", default=packages.KERNEL, metavar="PACKAGE", help="Debian's kernel package to boot")
    parser.add_argument("--shell", metavar="COMMAND", help="run this in the machine instead of the tests")
    return parser.parse_known_args(arguments)


def copy_checkout(folder: Path) -> None:
    """Copy what the tests need, so that a file that is edited meanwhile does not change under the machine."""
    for name in CHECKOUT:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            shutil.copy2(source, folder / name)


def guest_script(checkout: Path, pytest_arguments: list[str], command: str | None, acquire: bool) -> str:
    """What the machine runs, in the file system of this computer."""
    tests = [] if any(not item.startswith("-") for item in pytest_arguments) else [*DEFAULT_TESTS]
    pytest = [sys.executable, "-B", "-m", "pytest", *PYTEST_OPTIONS, *pytest_arguments, *tests]
    search = (
        f"/run/out/bin:{shlex.quote(str(Path(sys.executable).parent))}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
    )
    return f"""#!/bin/sh
export PATH={search} PYTHONPATH={shlex.quote(str(checkout))} PYTHONUNBUFFERED=1 COLUMNS=140
export HOME=/run/tmp TMPDIR=/run/tmp HYPOTHESIS_STORAGE_DIRECTORY=/run/tmp/hypothesis PYTEST_DISABLE_PLUGIN_AUTOLOAD=1
export GAITPIPE_TEST_VM=1 GAITPIPE_TEST_VM_NOTIFY={"acquire" if acquire else "start"} GAITPIPE_TEST_LOGS=/run/out
cd {shlex.quote(str(checkout))} || exit 1
echo "kernel $(uname -rv)" > /run/out/versions
echo "bluez $(bluetoothd --version)" >> /run/out/versions
echo "notifications {"AcquireNotify" if acquire else "StartNotify"}" >> /run/out/versions
{command or shlex.join(pytest)}
echo $? > /run/out/exit_code
sync
"""


def write_programs(folder: Path, unpacked: Path) -> None:
    """Small starters for the programs that were unpacked and not installed: they find their libraries beside them."""
    folder.mkdir()
    places = {"bluetoothd": ["usr/libexec/bluetooth/bluetoothd"], "dbus-daemon": ["usr/bin/dbus-daemon"]}
    libraries = ":".join(str(unpacked / part) for part in ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"))
    for name, candidates in places.items():
        found = next((unpacked / item for item in candidates if (unpacked / item).exists()), None)
        if found is None:
            continue
        starter = folder / name
        starter.write_text(
            f'#!/bin/sh\nexport LD_LIBRARY_PATH={shlex.quote(libraries)}\nexec {shlex.quote(str(found))} "$@"\n'
        )
        starter.chmod(0o755)


def emulator(unpacked: Path) -> tuple[list[str], dict[str, str]]:
    """Return the command of QEMU and its environment: the installed one, otherwise the unpacked one."""
    installed = shutil.which(packages.EMULATOR)
    if installed is not None:
        return [installed], dict(os.environ)
    program = unpacked / "usr/bin" / packages.EMULATOR
    if not program.exists():
        raise packages.CannotFetchError(f"{packages.EMULATOR} is neither installed nor among the packages")
    libraries = [unpacked / "usr/lib/x86_64-linux-gnu", unpacked / "lib/x86_64-linux-gnu"]
    environment = os.environ | {"LD_LIBRARY_PATH": ":".join(map(str, libraries))}
    firmware = [item for part in ("qemu", "seabios") for item in ("-L", str(unpacked / "usr/share" / part))]
    return [str(program), *firmware], environment


def qemu_arguments(kernel: Path, archive: Path, out: Path) -> list[str]:
    return [
        *CLOCK,
        *("-cpu", "max", "-m", str(MEMORY_MB), "-nic", "none", "-display", "none", "-no-reboot"),
        *("-kernel", str(kernel), "-initrd", str(archive), "-append", KERNEL_OPTIONS),
        *("-virtfs", "local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap"),
        *("-virtfs", f"local,path={out},mount_tag=out,security_model=none,multidevs=remap"),
        *("-serial", "stdio", "-monitor", "none"),
    ]


def run_machine(command: list[str], environment: dict[str, str], timeout_s: float) -> bool:
    """Run QEMU and print what it says; return whether it ended by itself in time."""
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(timeout_s, stop)
        timer.start()
        try:
            for line in process.stdout:
                sys.stdout.write(line.decode(errors="replace").replace("\r", ""))
                sys.stdout.flush()
        finally:
            timer.cancel()
            process.kill()
    return not late.is_set()


def check_python() -> None:
    missing = [name for name in NEEDED_IN_PYTHON if importlib.util.find_spec(name) is None]
    if missing:
        raise packages.CannotFetchError(
            f'{sys.executable} lacks {", ".join(missing)}: python -m pip install -e ".[test]" there first'
        )


def run(options: argparse.Namespace, pytest_arguments: list[str], work: Path) -> int:
    check_python()
    cache = Path(os.environ.get("GAITPIPE_VM_CACHE") or work / "cache").resolve()
    unpacked = packages.prepare(cache, options.kernel, say)
    kernel = max((unpacked / "boot").glob("vmlinuz-*"), default=None)
    if kernel is None:
        raise packages.CannotFetchError("the kernel package holds no kernel")
    out = work / "out"
    out.mkdir()
    checkout = work / "checkout"
    checkout.mkdir()
    copy_checkout(checkout)
    archive = work / "initramfs.gz"
    init = (Path(__file__).parent / "init.sh").read_bytes()
    archive.write_bytes(initramfs.build(unpacked, kernel.name.removeprefix("vmlinuz-"), init))
    write_programs(out / "bin", unpacked)
    (out / "guest.sh").write_text(guest_script(checkout, pytest_arguments, options.shell, options.acquire))
    program, environment = emulator(unpacked)
    say(f"booting {kernel.name}")
    started_s = time.monotonic()
    in_time = run_machine([*program, *qemu_arguments(kernel, archive, out)], environment, options.timeout)
    seconds = time.monotonic() - started_s
    say(f"the machine ran for {seconds:.0f} s")
    if not in_time:
        say(f"stopped after {options.timeout:g} s; --timeout gives it longer")
        return TIMED_OUT
    exit_code = out / "exit_code"
    if not exit_code.exists():
        say("the machine ended before its tests did; the lines above say why")
        return 1
    if options.results and (out / "tests.xml").exists():
        path = REPOSITORY / "benchmarks/results/bluetooth_vm.md"
        made_of = (unpacked.parent / "complete").read_text().splitlines()
        path.write_text(results.table(out / "tests.xml", (out / "versions").read_text(), seconds, made_of))
        say(f"written: {path.relative_to(REPOSITORY)}")
    return int(exit_code.read_text())


def main() -> int:
    options, pytest_arguments = parse(sys.argv[1:])
    work = Path(tempfile.mkdtemp(prefix="gaitpipe-vm-"))
    try:
        return run(options, pytest_arguments, work)
    except (packages.CannotFetchError, initramfs.MissingModuleError) as error:
        say(f"cannot run here: {error}")
        return CANNOT_RUN
    finally:
        if options.keep:
            say(f"kept: {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
