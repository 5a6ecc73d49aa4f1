"""Set the course up on a machine that has only Python and make: `python ddlearn/course/install.py`.

Stands on the standard library alone and is written so that an old Python can still read it, to be told so in words.
It makes a virtual environment, installs the tested versions into it and leaves a stamp: a second call is over at once.
An environment made here carries a mark of its own, and only a folder with that mark is ever emptied or removed.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parents[2]
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
MARK = "ddlearn-made-this.txt"
STAMP = "ddlearn-stamp.txt"
# Settings of the user's own that would leave half of the course out, or send it elsewhere than into its environment.
NOT_HERE = {"PIP_USER": "0", "PIP_NO_DEPS": "0", "PIP_DRY_RUN": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
PROBE = (
    "import importlib.util as u, pip, sys; s = u.find_spec('ddlearn'); "
    "print(sys.version_info[:2], ascii(s and s.origin))"
)


class Refusal(Exception):
    """Set-up cannot go on; the sentence says why, and what mends it."""


def require(version):
    """Refuse a Python that is too old, or that cannot make an environment (Debian ships that part on its own)."""
    if tuple(version[:2]) < OLDEST:
        raise Refusal(
            f"The course needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is Python {version[0]}.{version[1]}. "
            "Install a newer one (python.org has it) and say which with: make lab PYTHON=python3.12"
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Refusal(
            "This Python cannot make a virtual environment: its module venv or ensurepip is missing. On Debian and "
            f"Ubuntu, `sudo apt-get install python{version[0]}.{version[1]}-venv` brings it; then run make again."
        ) from None


def python_of(venv, windows=os.name == "nt"):
    """Return the interpreter inside a virtual environment."""
    return venv / "Scripts" / "python.exe" if windows else venv / "bin" / "python"


def answer_of(command):
    """Return what a command says, "" if it cannot be run, fails or takes a minute."""
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def probe(venv):
    """Ask the environment's interpreter for its version and where ddlearn is; "" if it does not run.

    In ASCII, for a folder's name may hold letters that the interpreter's code page lacks.
    """
    return answer_of([str(python_of(venv)), "-I", "-c", PROBE])


def fingerprint(root, extra):
    """Return what the stamp of a finished set-up holds: the hash of everything that decides what is installed."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((root / name).read_bytes())
    return f"{digest.hexdigest()} {extra}".strip()


def at_home(found, root):
    """Does the interpreter that was probed find the course of this very checkout?"""
    return found.endswith(ascii(str(root / "ddlearn" / "__init__.py")))


def installed(venv, root, extra, found):
    """Is everything there, from this very checkout? An environment with test extras serves `make lab` as well."""
    stamp = venv / STAMP
    if not at_home(found, root) or not stamp.is_file():
        return False
    return stamp.read_text("utf-8").strip() in [fingerprint(root, one) for one in ((extra,) if extra else ("", "test"))]


def ours(venv):
    """Did this script make the environment? Then it may be made anew or removed; anything else is somebody's own.

    The stamp says nothing of that: it also lies in an environment that somebody made and had the course put into.
    """
    return (venv / MARK).is_file()


def make_venv(venv, found):
    """Make the environment, or make it anew where its interpreter does not run or is too old."""
    if found.startswith("(3, ") and int(found[4:].split(")")[0]) >= OLDEST[1]:
        return
    if not venv.exists():
        say(f"Making a virtual environment in {venv}.")
    elif not venv.is_dir() or (any(venv.iterdir()) and not ours(venv)):
        raise Refusal(
            f"{venv} is there, no Python for the course runs in it, and this set-up did not make it; nothing in it was "
            "touched. Give another place: make lab VENV=folder"
        )
    else:
        say(f"The environment in {venv} does not work; making it anew.")
        empty(venv)
    venv.mkdir(parents=True, exist_ok=True)
    (venv / MARK).write_text("Made by the set-up of ddlearn, which may empty this folder.\n", "utf-8")
    if subprocess.run([sys.executable, "-m", "venv", str(venv)]).returncode:
        raise Refusal(
            f"Python could not make a virtual environment in {venv}. Its own words are above; is the folder writable "
            "and the disk not full?"
        )


def empty(venv):
    """Remove what is in a folder that is ours. The mark goes last: a second call goes on where one was stopped."""
    for path in sorted(venv.iterdir(), key=lambda path: path.name == MARK):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(str(path))
        else:
            path.unlink()


def remove(venv):
    """Remove the environment if it is ours; Refusal if it is anything else."""
    if not venv.exists():
        return
    if not venv.is_dir() or not ours(venv):
        raise Refusal(f"This set-up did not make {venv}; nothing in it was touched. Remove it yourself if you mean to.")
    empty(venv)
    if not venv.is_symlink():
        venv.rmdir()


def has_gpu():
    """Does this machine have an NVIDIA GPU with a driver?"""
    devices = Path("/proc/driver/nvidia/gpus")
    return (devices.is_dir() and any(devices.iterdir())) or "GPU" in answer_of(["nvidia-smi", "-L"])


def pinned(root, name):
    """Return the version that constraints.txt pins."""
    for line in (root / "constraints.txt").read_text("utf-8").splitlines():
        if line.startswith(name + "=="):
            return line.split("==")[1].strip()
    raise Refusal(f"constraints.txt does not pin {name}.")


def pip(venv, *arguments):
    """Run the environment's pip; True if it succeeded. It keeps the user's own index, proxy and certificates."""
    ignored = ("PYTHON", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ignored)}
    command = [str(python_of(venv)), "-I", "-m", "pip", "install", *arguments]
    return subprocess.run(command, cwd=str(ROOT), env={**kept, **NOT_HERE}).returncode == 0


def install(venv, root, extra):
    """Do everything, in order. Refusal with a sentence where a step cannot be done."""
    found = probe(venv)
    if installed(venv, root, extra, found):
        return
    make_venv(venv, found)
    # On Linux alone a plain `pip install torch` brings CUDA: gigabytes of no use to a machine without a GPU.
    if platform.system() == "Linux" and not has_gpu():
        torch = pinned(root, "torch")
        say(f"No NVIDIA GPU here: installing torch {torch} for the CPU.")
        # Without its dependencies: they come below, at the tested versions. A failure here costs size, not function.
        soon = ("--timeout", "10", "--retries", "1")
        if not pip(venv, "--no-deps", "--index-url", CPU_INDEX, *soon, f"torch=={torch}"):
            say("The index of CPU builds does not have it, or does not answer: torch comes from where the rest does.")
    say("Installing the course and what it needs. The first time takes some minutes.")
    if not pip(venv, "-c", "constraints.txt", "-e", f".[{extra}]" if extra else "."):
        free = shutil.disk_usage(str(venv)).free / 1e9
        raise Refusal(
            "pip could not install the course; its own words above say why. If they speak of a connection, run the "
            f"same line again: it goes on where it stopped. ({free:.1f} GB are free on this disk; 3 are enough.)"
        )
    if not at_home(probe(venv), root):
        raise Refusal(
            f"pip did not put the course into {venv}. A setting of yours sends packages elsewhere: `pip config list` "
            "shows target, prefix or root. Take it out, and run the same line again."
        )
    (venv / STAMP).write_text(fingerprint(root, extra) + "\n", "utf-8")
    say("Set-up is done.")


def say(sentence):
    """One line, at once, also when make collects the output."""
    print(sentence, flush=True)


def main(arguments=None):
    """Run the script: 0 when the course is ready, 1 with a sentence when it is not, 130 when it was stopped."""
    parser = argparse.ArgumentParser(description="Set the course up in a virtual environment.")
    parser.add_argument("--venv", default=os.environ.get("VENV") or ".venv", help="where (default: .venv)")
    parser.add_argument("--extra", default="", choices=["", "test", "bench", "hub"], help="for whom else than learners")
    parser.add_argument("--remove", action="store_true", help="remove the environment that an earlier call made")
    options = parser.parse_args(arguments)
    venv = Path(options.venv).absolute()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a folder's name may hold signs that the terminal's code page lacks
            stream.reconfigure(errors="replace")
    try:
        if options.remove:
            remove(venv)
        else:
            require(sys.version_info)
            install(venv, ROOT, options.extra)
    except (Refusal, OSError) as error:
        print(f"\n{error}" if isinstance(error, Refusal) else f"\nSet-up stopped: {error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same line goes on where this stopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
