"""What a lesson says as it starts: its size, the machine, how far the learner has come, and where memory is short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddlearn import compute
from ddlearn.classroom import open_lessons, page
from ddlearn.classroom.prose import to_html
from ddlearn.classroom.wording import listed

if TYPE_CHECKING:
    from ddlearn.classroom.lesson import Lesson


def card(lesson: Lesson) -> dict:
    threads = compute.threads()
    cores = "1 thread" if threads == 1 else f"{threads} threads"
    used, limit = compute.memory_used() / 2**30, compute.memory_limit() / 2**30
    machine = f"It runs on `{compute.device()}` with {cores}; {used:.1f} of {limit:.1f} GB of memory are in use."
    size = f"About {lesson.minutes} minutes, difficulty {lesson.difficulty} of 5."
    return page.card(lesson.number, lesson.title, to_html(f"{size}\n\n{machine}\n\n{so_far(lesson)}"), "note")


def so_far(lesson: Lesson) -> str:
    """Say how many exercises have passed, and which of them this kernel has not seen: a restart forgets functions."""
    functions = [exercise.name for exercise in lesson.parts.exercises]
    names = [*functions, *(decision.name for decision in lesson.parts.decisions)]
    if not names:
        return "There is nothing to hand in here."
    kept = lesson.progress.lesson(lesson.room)["exercises"]
    passed = [name for name in names if kept.get(name, {}).get("status") == "passed"]
    said = f"{len(passed)} of {len(names)} {'exercises' if len(names) > 1 else 'exercise'} passed."
    away = [f"`{name}`" for name in passed if name in functions and name not in lesson.engine]
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
