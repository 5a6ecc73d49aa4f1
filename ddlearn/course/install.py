"""Set the course up on a machine that has only Python and make: `python ddlearn/course/install.py`.

Stands on the standard library alone and is written so that an old Python can still read it, to be told so in words.
It makes a virtual environment, installs the tested versions into it and leaves a stamp: a second call is over at once.
An environment made here carries a mark of its own, and only a folder with that mark is ever removed.
"""

import argparse
import functools
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
MARK = "ddlearn-made-this.txt"
STAMP = "ddlearn-stamp.txt"
FOUND = "import importlib.util as u; print(u.find_spec('ddlearn') is not None)"
PROBE = "import pip, sys; print(sys.version_info >= (3, 11))"
# Settings that would send the course elsewhere than into its environment, or leave half of it out.
NOT_OURS = ("PYTHON", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_NO_DEPS", "PIP_DRY_RUN")
say = functools.partial(print, flush=True)  # at once, also when make collects the output


class Refusal(SystemExit):
    """Set-up cannot go on; the sentence says why, and what mends it. Python itself prints it and ends with code 1."""


def require(version):
    """Refuse a Python that is too old."""
    if tuple(version[:2]) < (3, 11):
        raise Refusal(
            f"The course needs Python 3.11 or newer; this is Python {version[0]}.{version[1]}. "
            "Install a newer one (python.org has it) and say which with: make lab PYTHON=python3.12"
        )


def python_of(venv):
    """Return the interpreter inside a virtual environment."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def answer_of(*command):
    """Return what a command says, "" if it cannot be run, fails or takes a minute."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def works(venv):
    """Does an environment have an interpreter that runs, with pip, and that is new enough?"""
    return answer_of(str(python_of(venv)), "-I", "-c", PROBE) == "True"


def holds_course(venv):
    """Does an environment's interpreter find the course? A user's settings of pip may have sent it elsewhere."""
    return answer_of(str(python_of(venv)), "-I", "-c", FOUND) == "True"


def fingerprint(root, extra):
    """Return what the stamp of a finished set-up holds: the hash of all that decides what is installed from where."""
    decides = [os.fsencode(root), *((root / name).read_bytes() for name in ("pyproject.toml", "constraints.txt"))]
    return f"{hashlib.sha256(b''.join(decides)).hexdigest()} {extra}".strip()


def make_venv(venv):
    """Make the environment, anew where one is that does not work."""
    if works(venv):
        return
    if any(venv.glob("*")):
        say(f"No Python for the course runs in {venv}.")
        remove(venv)
    say(f"Making a virtual environment in {venv}.")
    venv.mkdir(parents=True, exist_ok=True)
    (venv / MARK).write_text("Made by the set-up of ddlearn, which may remove this folder.\n", "utf-8")
    if subprocess.run([sys.executable, "-m", "venv", str(venv)]).returncode:
        raise Refusal(
            f"Python could not make a virtual environment in {venv}. Its own words are above (Debian and Ubuntu ship "
            "that part on its own, and name the package); is the folder writable and the disk not full?"
        )


def remove(venv):
    """Remove an environment that this script made, if there is one; Refusal for anything else, which is somebody's own.

    The stamp says nothing of that: it also lies in an environment that somebody made and had the course put into.
    """
    if venv.exists() and not (venv / MARK).is_file():
        raise Refusal(
            f"This set-up did not make {venv}; nothing in it was touched. Remove it yourself if you mean to, or give "
            "another place: make lab VENV=folder"
        )
    if venv.exists():
        shutil.rmtree(str(venv))


def has_gpu():
    """Does this machine have an NVIDIA GPU with a driver?"""
    return "GPU" in answer_of("nvidia-smi", "-L")


def pip(venv, *arguments):
    """Run the environment's pip; True if it succeeded. It keeps the user's own index, proxy and certificates."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)}
    command = [str(python_of(venv)), "-I", "-m", "pip", "install", "-c", "constraints.txt", *arguments]
    return subprocess.run(command, cwd=str(ROOT), env={**kept, "PIP_USER": "0"}).returncode == 0


def install(venv, root, extra):
    """Do everything, in order. Refusal with a sentence where a step cannot be done."""
    stamp = venv / STAMP
    # An environment with test extras serves `make lab` as well.
    enough = [fingerprint(root, one) for one in ((extra,) if extra else ("", "test"))]
    if stamp.is_file() and stamp.read_text("utf-8").strip() in enough and works(venv):
        return
    make_venv(venv)
    # On Linux alone a plain `pip install torch` brings CUDA: gigabytes of no use to a machine without a GPU.
    if platform.system() == "Linux" and not has_gpu():
        say("No NVIDIA GPU here: installing torch for the CPU.")
        # Without its dependencies: they come below, at the tested versions. A failure here costs size, not function.
        if not pip(venv, "--no-deps", "--index-url", CPU_INDEX, "--timeout", "10", "--retries", "1", "torch"):
            say("The index of CPU builds does not have it, or does not answer: torch comes from where the rest does.")
    say("Installing the course and what it needs. The first time takes some minutes.")
    if not pip(venv, "-e", f".[{extra}]" if extra else "."):
        free = shutil.disk_usage(str(venv)).free / 1e9
        raise Refusal(
            "pip could not install the course; its own words above say why. If they speak of a connection, run the "
            f"same line again: it goes on where it stopped. ({free:.1f} GB are free on this disk; 3 are enough.)"
        )
    if not holds_course(venv):
        raise Refusal(
            f"pip did not put the course into {venv}. A setting of yours sends packages elsewhere: `pip config list` "
            "shows target, prefix or root. Take it out, and run the same line again."
        )
    stamp.write_text(fingerprint(root, extra) + "\n", "utf-8")
    say("Set-up is done.")


def main(arguments=None):
    """Run the script. It ends with 1 and a sentence where the course is not ready, with 130 when it was stopped."""
    parser = argparse.ArgumentParser(description="Set the course up in a virtual environment.")
    parser.add_argument("--venv", default=os.environ.get("VENV") or ".venv", help="where (default: .venv)")
    extras = ["", "test", "bench", "book", "hub"]
    parser.add_argument("--extra", default="", choices=extras, help="for whom else than learners")
    parser.add_argument("--remove", action="store_true", help="remove the environment that an earlier call made")
    options = parser.parse_args(arguments)
    venv = Path(options.venv).absolute()
    for stream in (sys.stdout, sys.stderr):  # a folder's name may hold signs that the terminal's code page lacks
        stream.reconfigure(errors="replace")
    try:
        if options.remove:
            remove(venv)
        else:
            require(sys.version_info)
            install(venv, ROOT, options.extra)
    except OSError as error:
        sys.exit(f"\nSet-up stopped: {error}.")
    except KeyboardInterrupt:
        print("\nStopped. The same line goes on where this stopped.", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
