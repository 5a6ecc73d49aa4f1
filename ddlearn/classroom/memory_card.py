"""What a lesson says of memory as it starts: that another one made room for it, or that little is left."""

from ddlearn import compute
from ddlearn.classroom import open_lessons, page
from ddlearn.classroom.prose import to_html
from ddlearn.classroom.wording import listed


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
