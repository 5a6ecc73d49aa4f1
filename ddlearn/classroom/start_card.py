"""What a lesson says as it starts: its size, the machine, how far the learner has come, and where memory is short."""

from collections.abc import Container, Mapping, Sequence

from ddlearn import compute
from ddlearn.classroom import open_lessons, page
from ddlearn.classroom.prose import to_html
from ddlearn.classroom.wording import counted, listed


def card(number: str, title: str, minutes: int, difficulty: int, done: str) -> dict:
    """Return the card as a mime bundle; `done` says how far the learner has come."""
    cores = counted(compute.threads(), "thread")
    used, limit = compute.memory_used() / 2**30, compute.memory_limit() / 2**30
    machine = f"It runs on `{compute.device()}` with {cores}; {used:.1f} of {limit:.1f} GB of memory are in use."
    size = f"About {minutes} minutes, difficulty {difficulty} of 5."
    return page.card(number, title, to_html(f"{size}\n\n{machine}\n\n{done}"), "note")


def so_far(names: Sequence[str], functions: Container[str], kept: Mapping[str, Mapping], known: Container[str]) -> str:
    """Say how many exercises have passed, and which of them this kernel has not seen: a restart forgets functions.

    `names` are those of all exercises, `functions` those answered by one; `kept` is the learner's record of them.
    """
    if not names:
        return "There is nothing to hand in here."
    passed = [name for name in names if kept.get(name, {}).get("status") == "passed"]
    said = f"{len(passed)} of {counted(len(names), 'exercise')} passed."
    away = [f"`{name}`" for name in passed if name in functions and name not in known]
    if not away:
        return said
    cells = "its cell" if len(away) == 1 else "their cells"
    return (
        f"{said} This kernel does not know your {listed(away)} yet: run {cells} again. Until then the pictures use the "
        "course's own."
    )


def make_room() -> None:
    """Shut down other lessons that rest, where memory is limited and they hold what this one will need; say so."""
    if compute.memory_is_limited():
        closed = open_lessons.close_idle(lambda: compute.memory_left() >= compute.LESSON_MEMORY)
        if closed:
            names = listed([f"`{name}`" for name in closed])
            words = (
                f"Memory was short for one more lesson, so the kernel of {names} was shut down. Your answers are kept. "
                "To go on there, choose “Run All Cells” in its menu “Run”."
            )
            page.show(page.card("!", "A lesson that rested made room", to_html(words), "note"))
    left = compute.memory_left()
    if left < compute.LESSON_MEMORY:
        words = (
            f"{left / 1e6:.0f} MB are left here, and a lesson takes up to {compute.LESSON_MEMORY / 1e6:.0f}. Where "
            "memory runs out, a notebook's kernel is ended by the system. Shut down the kernels of lessons that are "
            "done: “Running Terminals and Kernels” on the left, or “Shut Down Kernel” in the menu “Kernel” of each. "
            "Your answers are kept."
        )
        page.show(page.card("!", "Little memory is left", to_html(words), "bad"))
