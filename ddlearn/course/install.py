"""Set the course up on a machine that has only Python and make: `python ddlearn/course/install.py`.

Stands on the standard library alone and is written so that an old Python can still read it, to be told so in words.
It makes a virtual environment, installs the tested versions into it and leaves a stamp: a second call is over at once.
An environment made here carries a mark of its own, and only a folder with that mark is ever emptied or removed.
"""

import argparse
import ast
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parents[2]
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PATIENCE = 5.0  # seconds for the index of CPU builds to answer
MARK = "ddlearn-made-this.txt"
STAMP = "ddlearn-stamp.txt"
# Of pip's settings, those that say how packages are reached. Others (user, target, prefix, no-deps ...) would send the
# course somewhere else than into its environment, or leave half of it out.
REACHING = (
    *("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "proxy", "cert", "client-cert"),
    *("timeout", "default-timeout", "retries", "cache-dir", "no-cache-dir", "keyring-provider", "use-feature"),
)
SECTIONS = ("global", "install", ":env:")  # where pip finds them; the later ones win
PROBE = (
    "import importlib.util as u, pip, sys; s = u.find_spec('ddlearn'); "
    "print(sys.version_info[:2], ascii(s and s.origin))"
)


class Refusal(Exception):
    """Set-up cannot go on; the sentence says why, and what mends it."""


def require_python(version):
    """Refuse a Python older than the course needs."""
    if tuple(version[:2]) < OLDEST:
        raise Refusal(
            f"The course needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is Python {version[0]}.{version[1]}. "
            "Install a newer one (python.org has it) and say which with: make lab PYTHON=python3.12"
        )


def require_venv(version):
    """Refuse a Python that cannot make a virtual environment (Debian and Ubuntu ship that part on its own)."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Refusal(
            "This Python cannot make a virtual environment: its module venv or ensurepip is missing. On Debian and "
            f"Ubuntu, `sudo apt-get install python{version[0]}.{version[1]}-venv` brings it; then run make again."
        ) from None


def python_of(venv, windows=os.name == "nt"):
    """The interpreter inside a virtual environment."""
    return venv / "Scripts" / "python.exe" if windows else venv / "bin" / "python"


def fingerprint(root, extra):
    """What the stamp of a finished set-up holds: the hash of everything that decides what is installed."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((root / name).read_bytes())
    return f"{digest.hexdigest()} {extra}".strip()


def probe(venv):
    """What the environment's interpreter says of itself: its version and where ddlearn is; "" if it does not run.

    In ASCII, for a folder's name may hold letters that the interpreter's code page lacks.
    """
    try:
        answer = subprocess.run([str(python_of(venv)), "-I", "-c", PROBE], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def installed(venv, root, extra, found):
    """Is everything there, from this very checkout? An environment with test extras serves `make lab` as well."""
    stamp = venv / STAMP
    if not found.endswith(ascii(str(root / "ddlearn" / "__init__.py"))) or not stamp.is_file():
        return False
    return stamp.read_text("utf-8").strip() in {fingerprint(root, one) for one in ((extra,) if extra else ("", "test"))}


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
    if devices.is_dir() and any(devices.iterdir()):
        return True
    smi = shutil.which("nvidia-smi")
    if smi is None:
        return False
    try:
        listed = subprocess.run([smi, "-L"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return listed.returncode == 0 and "GPU" in listed.stdout


def pinned(root, name):
    """The version that constraints.txt pins."""
    for line in (root / "constraints.txt").read_text("utf-8").splitlines():
        if line.startswith(name + "=="):
            return line.split("==")[1].strip()
    raise Refusal(f"constraints.txt does not pin {name}.")


def offers(url, version, patience=PATIENCE):
    """Does the index at `url` answer within `patience` seconds, and has it this version of torch for the CPU?"""
    page = []

    def ask():
        try:
            with urllib.request.urlopen(url + "/torch/", timeout=patience) as answer:
                page.append(answer.read().decode("utf-8", "replace"))
        except (OSError, ValueError):
            pass

    # A thread, because looking a name up can take longer than any timeout that urlopen knows.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(patience)
    return any(f"torch-{version}{plus}cpu" in text for text in page for plus in ("%2B", "+"))


def wants_cpu_build(system, gpu):
    """On Linux alone a plain `pip install torch` brings CUDA: gigabytes of no use to a machine without a GPU."""
    return system == "Linux" and not gpu


def settings(venv):
    """Return the environment in which pip runs: of the user's settings, from files and variables, those in REACHING."""
    python = str(python_of(venv))
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    # A setting `user` meant for installing would make `pip config` list the user's file alone.
    asking = {**os.environ, "PIP_USER": "0", "PIP_GLOBAL": "0", "PIP_SITE": "0"}
    told = subprocess.run([python, "-I", "-m", "pip", "config", "list"], stdout=subprocess.PIPE, env=asking)
    if told.returncode:
        raise Refusal("pip cannot read its own settings; its words above say which file or variable is wrong. Mend it.")
    found = []
    for line in told.stdout.decode("utf-8", "replace").splitlines():  # global.index-url='https://...'
        name, _, value = line.partition("=")
        section, _, key = name.rpartition(".")
        if key in REACHING and section in SECTIONS:
            found.append((SECTIONS.index(section), "PIP_" + key.upper().replace("-", "_"), ast.literal_eval(value)))
    clean.update({name: value for _, name, value in sorted(found)})
    return {**clean, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def pip(venv, *arguments):
    """Run the environment's pip; True if it succeeded."""
    command = [str(python_of(venv)), "-I", "-m", "pip", "install", *arguments]
    return subprocess.run(command, cwd=str(ROOT), env=settings(venv)).returncode == 0


def install(venv, root, extra):
    """Everything, in order. Refusal with a sentence where a step cannot be done."""
    found = probe(venv)
    if installed(venv, root, extra, found):
        return
    make_venv(venv, found)
    torch = pinned(root, "torch")
    if wants_cpu_build(platform.system(), has_gpu()) and offers(CPU_INDEX, torch):
        say(f"No NVIDIA GPU here: installing torch {torch} for the CPU.")
        # Without its dependencies: they come below, at the tested versions. A failure here costs size, not function.
        pip(venv, "--no-deps", "--index-url", CPU_INDEX, f"torch=={torch}")
    say("Installing the course and what it needs. The first time takes some minutes.")
    if not pip(venv, "-c", "constraints.txt", "-e", f".[{extra}]" if extra else "."):
        free = shutil.disk_usage(str(venv)).free / 1e9
        raise Refusal(
            "pip could not install the course; its own words above say why. If they speak of a connection, run the "
            f"same line again: it goes on where it stopped. ({free:.1f} GB are free on this disk; 3 are enough.)"
        )
    part = venv / f"{STAMP}.part"
    part.write_text(fingerprint(root, extra) + "\n", "utf-8")
    os.replace(str(part), str(venv / STAMP))
    say("Set-up is done.")


def say(sentence):
    """One line, at once, also when make collects the output."""
    print(sentence, flush=True)


def main(arguments=None):
    """The script: 0 when the course is ready, 1 with a sentence when it is not, 130 when it was stopped."""
    parser = argparse.ArgumentParser(description="Set the course up in a virtual environment.")
    parser.add_argument("--venv", default=os.environ.get("VENV") or ".venv", help="where (default: .venv)")
    parser.add_argument(
        "--extra",
        default="",
        choices=["", "test", "bench", "hub"],
        help="with what the tests, the bench or the hub need too",
    )
    parser.add_argument("--remove", action="store_true", help="remove the environment that an earlier call made")
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a folder's name may hold signs that the terminal's code page lacks
            stream.reconfigure(errors="replace")
    try:
        if options.remove:
            remove(Path(options.venv).absolute())
            return 0
        require_python(sys.version_info)
        require_venv(sys.version_info)
        install(Path(options.venv).absolute(), ROOT, options.extra)
    except Refusal as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"\nSet-up stopped: {error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same line goes on where this stopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
