"""The command `ddlearn`. Each of its words imports what it needs, so that help comes at once."""

import sys
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated

import typer
from typer import Argument, Option

import ddlearn

app = typer.Typer(
    name="ddlearn",
    epilog="Exit codes: 0 all is well, 1 something did not hold, 2 the command was misspelt, 130 you stopped it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _ready(file: Path | None) -> Path | None:
    """Make the folder of `file` and see that it can be written, before minutes are spent on what goes there."""
    if file is not None:
        file = file.expanduser().resolve()
        if file.exists() and not file.is_file():
            raise ValueError(f"--json must name a file on a disk; {file} is none.")
        file.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=file.parent):
            pass
    return file


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"ddlearn {ddlearn.__version__}")
        raise typer.Exit


Names = Annotated[list[str] | None, Argument(metavar="[LESSON]...", help="Lessons by number, such as 01.")]
Json = Annotated[Path | None, Option("--json", metavar="FILE", callback=_ready, help="Write the same numbers to FILE.")]
Lesson = Annotated[str, Option(metavar="N", help="The lesson to open.")]
# A folder to hand in to need not be one that learners can read.
To = Annotated[Path, Option(metavar="PLACE", envvar="DDLEARN_HAND_IN", readable=False, help="A folder or new .zip.")]


@app.callback()
def course(
    version: Annotated[bool, Option("--version", callback=_version, is_eager=True, help="Say the version.")] = False,
) -> None:
    """Why does deep learning work, and what are its limits? A course of live notebooks."""


@app.command()
def lab(
    folder: Annotated[Path, Argument(help="Your working copy of the lessons.")] = Path("my-ddlearn"),
    lesson: Lesson = "00",
    update: Annotated[list[str] | None, Option(metavar="N", help="Take the newest N with your functions.")] = None,
    port: Annotated[int | None, Option(min=1, max=65535, help="Port of JupyterLab.")] = None,
    ip: Annotated[str | None, Option(help="Address that JupyterLab answers at; 0.0.0.0 in a container.")] = None,
    browser: Annotated[bool, Option("--browser/--no-browser", help="Open a browser.")] = True,
    prepare_only: Annotated[bool, Option("--prepare-only", help="Make the working copy, start nothing.")] = False,
) -> None:
    """Open the lessons in JupyterLab, in a working copy where your work is never overwritten."""
    from ddlearn.course import launch, notebooks, workcopy

    shipped = notebooks.shipped()
    opened = notebooks.choose([lesson], shipped)[0].name
    updated = notebooks.choose(update, shipped) if update else []
    copy = workcopy.prepare(folder)
    typer.echo(copy.text())
    for source in updated:
        from ddlearn.course.update import update as renew

        typer.echo(renew(copy.folder, source))
    if not prepare_only:
        launch.start(copy.folder, opened, port=port, open_browser=browser, ip=ip)


@app.command()
def run(
    lessons: Names = None,
    json: Json = None,
    solved: Annotated[bool, Option("--solved", help="Run the solved notebooks; each exercise must pass.")] = False,
    offline: Annotated[bool, Option("--offline/--online", help="Refuse every connection to the network.")] = True,
) -> None:
    """Run lessons from top to bottom without a browser; a table of time, memory, exercises and claims."""
    from ddlearn.course import run as runner

    raise typer.Exit(runner.main(lessons or [], json=json, solved=solved, offline=offline))


@app.command()
def claims(
    lessons: Names = None,
    json: Json = None,
    seeds: Annotated[int, Option(min=1, help="Measure each claim over this many seeds.")] = 5,
    backend: Annotated[str, Option(metavar="NAME", help="sequential, loky (every core) or dask.")] = "sequential",
    scheduler: Annotated[str | None, Option(metavar="ADDRESS", help="A Dask scheduler that is running.")] = None,
) -> None:
    """Measure every claim of the course, and its negative control, over seeds.

    Each claim at each seed is a task, and what a killed worker had runs again. The numbers agree with those measured in
    turn, but for rounding. Workers take DDLEARN_DEVICE from their own environment.
    """
    from ddlearn.course import claims as table

    raise typer.Exit(table.main(lessons or [], json=json, seeds=seeds, backend=backend, scheduler=scheduler))


@app.command()
def doctor() -> None:
    """Say, in words, what is wrong with this machine and how to mend it."""
    from ddlearn.course import doctor as examination

    findings = examination.examine()
    typer.echo(examination.text(findings))
    raise typer.Exit(int(not examination.well(findings)))


@app.command()
def report(file: Annotated[Path, Argument(help="Where to write the page.")] = Path("ddlearn-report.html")) -> None:
    """Write your progress as one HTML page, which needs no network to be read."""
    from ddlearn.course.report import write_report

    typer.echo(f"Your progress is in {write_report(file)}.")


@app.command("hand-in")
def hand_in(
    to: To = Path(),
    name: Annotated[str | None, Option(help="Your name, as whoever teaches knows you.")] = None,
    notebooks: Annotated[
        Path | None, Option(metavar="FOLDER", help="With the notebooks that you changed there.")
    ] = None,
    yes: Annotated[bool, Option("--yes", help="You have read what is in it; do not ask.")] = False,
) -> None:
    """Put your progress into a folder, or into one file to send. You see first what is in it and where it goes."""
    from ddlearn.course import hand_in as handing
    from ddlearn.course import workcopy

    def agreed(words: str) -> bool:
        typer.echo(words)
        return yes or typer.confirm("Hand this in?")

    own = handing.own_name()
    name = name or (own if yes else typer.prompt("Your name", default=own or None))
    path = handing.hand_in(to, name, workcopy.touched(notebooks) if notebooks else [], agreed)
    packed = f"Handed in: {path}." if to != Path() else f"Packed: {path}. Now send this file to whoever teaches."
    typer.echo(packed if path else "Nothing was handed in.")
    raise typer.Exit(int(path is None))


@app.command("class")
def class_(
    folder: Annotated[Path, Argument(help="The folder that learners hand in to.")],
    out: Annotated[Path, Option(metavar="FILE", help="Where to write the page.")] = Path("ddlearn-class.html"),
    watch: Annotated[bool, Option("--watch", help="Write the page anew whenever somebody hands in.")] = False,
    names: Annotated[bool, Option("--names", help="Show names; by default learners are numbered.")] = False,
) -> None:
    """Show a class on one page: who is how far, and which mistake is commonest now in each exercise."""
    from ddlearn.course import class_page

    class_page.main(folder, out.expanduser().resolve(), names, watch, typer.echo)


@app.command()
def grade(
    folder: Annotated[Path, Argument(help="The notebooks: handed in, or in one folder for each learner.")],
    csv: Annotated[Path, Option("--csv", metavar="FILE", help="Where the table goes, and a gradebook beside it.")],
    seed: Annotated[int, Option(min=0, help="The cases to ask; 0 are those that learners see.")] = 1,
) -> None:
    """Check the exercises of every notebook in a folder on fresh cases, each in a process with limits."""
    from ddlearn.course import grade as grading

    raise typer.Exit(grading.main(folder, csv.expanduser().resolve(), seed))


@app.command()
def book(
    lessons: Names = None,
    out: Annotated[Path, Option(metavar="FOLDER", help="Where the book goes.")] = Path("ddlearn-book"),
    claims: Annotated[Path | None, Option(metavar="FILE", help="Show claims of `ddlearn claims --json FILE`.")] = None,
    instructor: Annotated[bool, Option("--instructor", help="With the notes for instructors.")] = False,
    handout: Annotated[bool, Option("--handout", help="With sheets of the exercises, and of their solutions.")] = False,
    slides: Annotated[bool, Option("--slides", help="With slides of each lesson, and notes for the speaker.")] = False,
) -> None:
    """Run the solved course and write it as a folder of pages whose pictures move, to read without a network.

    It needs Sphinx, which the extra “book” installs. Runs and recordings are kept: a second book of the same lessons
    takes seconds.
    """
    from ddlearn.course.book import command

    options = {"instructor": instructor, "claims": claims, "handout": handout, "slides": slides}
    raise typer.Exit(command.main(lessons or [], out, **options))


@app.command()
def links(
    repository: Annotated[str | None, Argument(metavar="[OWNER/NAME]", help="On GitHub; by default, origin.")] = None,
    ref: Annotated[str, Option(metavar="TAG", help="Best a tag; or a branch, a commit.")] = f"v{ddlearn.__version__}",
    branch: Annotated[str, Option(metavar="NAME", help="The branch that a hub pulls, again at each click.")] = "main",
    hub: Annotated[str | None, Option(metavar="ADDRESS", help="The JupyterHub of a class.")] = None,
    lesson: Lesson = "00",
) -> None:
    """Print addresses that open a lesson on Binder, on a JupyterHub and in Colab, and badges for a page."""
    from ddlearn.course import links as addresses
    from ddlearn.course import notebooks

    repository = repository or addresses.origin(notebooks.checkout() or Path.cwd())
    notebook = f"lessons/{notebooks.choose([lesson], notebooks.shipped())[0].name}"
    typer.echo(addresses.text(addresses.Source(repository, ref), branch, hub, notebook))


@app.command()
def build(
    check: Annotated[bool, Option("--check", help="Write nothing; say what is wrong, if anything is.")] = False,
    root: Annotated[Path | None, Option(help="The repository; by default, the one ddlearn runs from.")] = None,
) -> None:
    """Write the notebooks and the instructor's guide from their sources (for those who write lessons)."""
    from ddlearn import lessons
    from ddlearn.course import build as builder
    from ddlearn.course import minutes
    from ddlearn.course.notebooks import checkout

    repository = root or checkout()
    if repository is None:
        raise ValueError("ddlearn build works in a checkout of the course; this is an installed copy. Give --root.")
    if not check:
        for path in builder.build(repository):
            typer.echo(f"wrote {path}")
        return
    faults = builder.check(repository, lessons.exercises) + minutes.faults(repository)
    for fault in faults:
        typer.echo(fault, err=True)
    typer.echo(f"{len(faults)} faults in the notebooks." if faults else "Notebooks: as their sources say.")
    raise typer.Exit(int(bool(faults)))


def main() -> None:
    """Run the command: a refusal is one sentence on stderr and exit code 1, never a traceback.

    What the code page of a terminal or of a redirected file lacks becomes "?", so that no sentence is lost for a sign.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a program without a console has None there
            stream.reconfigure(errors="replace")
    try:
        app()
    except (ValueError, OSError) as error:
        sys.exit(f"ddlearn: {error}")
    except RuntimeError as error:
        if "home directory" not in str(error):  # pathlib's words for a ~ that stands for nobody
            raise
        sys.exit("ddlearn: a path begins with ~, and this machine knows no home folder for it; write the path in full.")
