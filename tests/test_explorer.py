"""Explorers: one computation at a time, the newest wish wins, nothing stale is painted, nothing fails in silence."""

import asyncio
import threading
import time

import pytest

from ddlearn.classroom import explorer as explorer_module
from ddlearn.classroom import page
from ddlearn.classroom.controls import Choice, Slider, Switch
from ddlearn.classroom.explorer import Explorer
from ddlearn.classroom.figure import LiveFigure
from ddlearn.classroom.latest import Cancelled, Latest

CONTROLS = (
    Slider("size", "Size", 0, 10, 1),
    Slider("speed", "Speed", 0.1, 10, 1, log=True),
    Choice("shape", "Shape", ("plain", "folded"), "plain"),
    Switch("flip", "Flip", False),
)


class Recorder(LiveFigure):
    """Keeps what it is asked to paint, and draws nothing: pictures are tested beside the figure and the pen."""

    def __init__(self):
        super().__init__(draw, sentence, (3.0, 2.0))
        self.painted = []

    def bundle(self, result):
        self.painted.append(result)
        return super().bundle(result)

    def png(self, result):
        return b""


def draw(fig, result):
    panel = fig.panel()
    panel.frame()
    panel.line([0, 1], [0, result])


def sentence(result):
    return f"The result is {result:.2f}."


def swing(x):
    return x


def product(size, speed, shape, flip, *, swing=swing):
    value = swing(size * speed)
    return -value if flip else value


def make(compute=product, controls=CONTROLS, uses=(), shown=False, **options):
    explorer = Explorer("wave", "A wave", controls, compute, draw, sentence, uses, **options)
    explorer.figure = Recorder()
    if shown:
        explorer.show()
    return explorer


class Counted:
    """A function that counts its calls, and can be told to take its time."""

    def __init__(self, seconds=0.0):
        self.calls, self.seconds, self.overlapped, self._lock = [], seconds, False, threading.Lock()

    def __call__(self, size, speed, shape, flip):
        self.calls.append(size)
        self.overlapped |= not self._lock.acquire(blocking=False)
        time.sleep(self.seconds)
        self._lock.release()
        return size


# -- declaring


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"controls": (CONTROLS[0], CONTROLS[0])}, "two controls of one name among size, size"),
        ({"compute": lambda size: size}, "compute has no argument 'speed'; it has size"),
        ({"uses": ("gram",)}, "compute has no argument 'gram'"),
        ({"more": ("none",)}, "more must be one of .*; got 'none'"),
    ],
)
def test_a_declaration_that_cannot_work_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        make(**arguments)


def test_a_compute_that_takes_anything_is_trusted():
    assert make(lambda **values: values["size"]).sweep(0, pairs=True)


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"sise": 1}, ValueError, "explorer 'wave' has no control 'sise'; it has size, speed, shape, flip"),
        ({"size": 11}, ValueError, "size must lie between 0 and 10; got 11"),
        ({"size": "1"}, TypeError, "size must be a number; got str"),
        ({"shape": "round"}, ValueError, "shape must be one of plain, folded; got 'round'"),
        ({"flip": 1}, TypeError, "flip must be True or False; got 1"),
    ],
)
def test_a_bad_setting_is_refused_and_changes_nothing(values, error, words):
    explorer = make()
    with pytest.raises(error, match=words):
        explorer.set(speed=5.0, **values)
    explorer.state["flip"] = None  # a copy
    assert explorer.state == {"size": 1.0, "speed": 1.0, "shape": "plain", "flip": False}


# -- without an event loop: on the spot


def test_showing_costs_one_computation_and_says_all_in_words(capsys):
    compute = Counted()
    explorer = make(compute, shown=True)
    assert len(compute.calls) == 1
    said = capsys.readouterr().out
    assert "A wave. Live while the notebook runs: Size 1 (slider from 0 to 10), Speed 1" in said
    assert "Shape plain (menu of plain, folded) and Flip off (box to tick)." in said
    assert said.endswith("The result is 1.00.\n")
    explorer.show()
    assert len(compute.calls) == 1  # remembered


def test_further_controls_are_hidden_until_they_are_asked_for():
    explorer = make(more=("shape", "flip"), shown=True)
    _head, first, toggle, rest, *_ = explorer.board.box.children[1].children
    shown = [[view.description for view in grid.children if hasattr(view, "description")] for grid in (first, rest)]
    assert (len(first.children), shown[1]) == (2, ["Shape", "Flip"])
    assert rest.layout.display == "none"
    for pressed, words_now, display in ((True, "Fewer controls", None), (False, "More controls", "none")):
        toggle.value = pressed
        assert (toggle.description, rest.layout.display) == (words_now, display)


def test_a_control_that_changes_nothing_is_disabled_and_says_why():
    def idle(values):
        return {"speed": "a folded wave stands still."} if values["shape"] == "folded" else {}

    explorer = make(idle=idle)
    explorer.set(shape="folded")
    explorer.show()
    said = explorer.board._idle
    assert said.value == "<div>Speed changes nothing here: a folded wave stands still.</div>"
    assert [part.disabled for part in explorer.board.views["speed"].parts] == [True, True]
    assert not any(part.disabled for part in explorer.board.views["size"].parts)
    explorer.set(shape="plain")
    assert (said.value, said.layout.display) == ("", "none")
    assert not any(part.disabled for part in explorer.board.views["speed"].parts)


def test_an_explorer_that_is_not_shown_computes_nothing():
    compute = Counted()
    explorer = make(compute)
    explorer.set(size=3)
    explorer.surprise()
    explorer.reset()
    explorer.refresh()
    explorer.forget()
    assert compute.calls == []
    assert explorer.board is None


def test_moves_from_python_move_the_widgets_and_repaint():
    explorer = make(shown=True)
    explorer.set(size=3, flip=True)
    slider, number = explorer.board.views["size"].parts
    assert (slider.value, number.value, explorer.board.views["flip"].parts[0].value) == (3.0, "3", True)
    before = explorer.board.status
    explorer.set(shape="folded")  # `product` does not care: the picture is the same, and the move is seen to be heard
    assert explorer.figure.painted == [1.0, -3.0, -3.0]
    assert explorer.board.status != before


def test_every_widget_moves_the_picture_once():
    explorer = make(shown=True)
    for name, value in (("size", 2.0), ("speed", 4.0)):
        for part, widget in enumerate(explorer.board.views[name].parts):
            before = len(explorer.figure.painted)
            widget.value = f"{value + part:g}" if part else value
            assert len(explorer.figure.painted) == before + 1
            assert explorer.state[name] == value + part
    explorer.board.views["flip"].parts[0].value = True
    assert explorer.figure.painted[-1] == -15.0


def test_reset_and_surprise_always_say_what_they_did():
    explorer = make(shown=True)
    explorer.reset()
    assert explorer.board.status == "Everything stands at its start."
    for _ in range(5):
        before = explorer.state
        explorer.board.buttons["Surprise me"].click()
        assert explorer.state != before
        assert explorer.board.status.startswith("A surprise: Size ")
    explorer.board.buttons["Reset"].click()
    assert explorer.board.status == "Back at the start: Size 1, Speed 1, Shape plain and Flip off."


def test_a_braced_option_is_no_format_string():
    controls = (Choice("size", "Set", ("{a}", "{b}"), "{a}"),)
    explorer = make(lambda size: len(size), controls, shown=True)
    explorer.surprise()
    assert explorer.board.status == "A surprise: Set {b}."


def test_an_error_is_said_kept_and_leaves_the_picture_alone():
    def fragile(size, speed, shape, flip):
        if size > 5:
            raise ValueError("size must be at most 5; got more")
        return size

    explorer = make(fragile, shown=True)
    explorer.set(size=6)
    assert explorer.board.status == "ValueError: size must be at most 5; got more. The picture keeps its last state."
    assert isinstance(explorer.error, ValueError)
    assert explorer.figure.painted == [1.0]
    explorer.set(size=2)
    assert explorer.board.status == "Shows Size 2, Speed 1, Shape plain and Flip off."
    assert explorer.figure.painted == [1.0, 2.0]


@pytest.mark.parametrize(
    ("compute", "words"),
    [
        (lambda size, speed, shape, flip: 1 / (1 - flip), "ZeroDivisionError: division by zero."),
        (lambda size, speed, shape, flip: "words" if flip else 1.0, "Unknown format code 'f'"),
    ],
    ids=["of the computation", "of the figure"],
)
def test_an_error_in_the_thread_reaches_the_card(compute, words):
    async def run():
        explorer = make(compute, shown=True)
        explorer.set(flip=True)
        await explorer.settled()
        return explorer.board.status

    assert words in asyncio.run(run())


def test_an_error_in_the_very_first_picture_leaves_words_in_its_place_and_the_card_cuts_long_ones(capsys):
    def fragile(size, speed, shape, flip):
        if size == 1:
            raise RuntimeError("x" * 5000)
        return size

    explorer = make(fragile, shown=True)
    assert capsys.readouterr().out.endswith(f"No picture yet. RuntimeError: {'x' * 5000}.\n")
    assert len(explorer.board._status.value) < 600
    explorer.set(size=2)
    assert explorer.figure.painted == [2.0]


# -- engine


def test_the_picture_runs_on_the_learners_function_once_it_is_there():
    explorer = make(uses=("swing",), shown=True)
    assert "Runs on the course’s <code>swing</code>." in explorer.board._engine.value
    explorer.functions["swing"] = lambda x: 10 * x
    explorer.refresh()
    assert explorer.figure.painted == [1.0, 10.0]
    assert "Runs on your <code>swing</code>." in explorer.board._engine.value
    assert explorer.board.status == "Now runs on your swing."


def test_functions_that_the_explorer_does_not_use_are_not_handed_in():
    explorer = make(uses=("swing",))
    explorer.functions["gram"] = None
    explorer.show()
    assert explorer.error is None


def test_results_are_remembered_by_values_and_by_the_function_itself():
    calls = []

    def times(factor):
        return lambda x: calls.append(factor) or factor * x

    explorer = make(uses=("swing",), shown=True)
    for factor in (2, 3):
        explorer.functions["swing"] = times(factor)
        explorer.refresh()
        explorer.refresh()
    assert calls == [2, 3]
    assert explorer.figure.painted == [1.0, 2.0, 2.0, 3.0, 3.0]


# -- with an event loop: in a thread, the newest wins


def test_a_drag_never_queues_and_never_paints_what_is_stale():
    compute = Counted(seconds=0.02)

    async def drag():
        explorer = make(compute, shown=True)
        compute.calls.clear()
        for move in range(300):
            explorer.set(size=0.01 * (move + 1))
            await asyncio.sleep(0.001)
        waiting, started = len(asyncio.all_tasks()), len(compute.calls)
        await explorer.settled()
        return explorer, waiting, len(compute.calls) - started

    explorer, waiting, late = asyncio.run(drag())
    assert waiting <= 4  # this test, the worker, and the thread it waits for
    assert late <= 2  # the wish on its way to its thread as the drag ended, and the last
    assert not compute.overlapped
    assert len(compute.calls) < 300
    assert explorer.figure.painted == sorted(explorer.figure.painted)
    assert explorer.figure.painted[-1] == explorer.state["size"] == 3.0


def overtaken(work, seconds):
    """What is painted when two newer wishes come `seconds` after the first."""
    painted = []

    async def overtake():
        latest = Latest(work, lambda job, result: painted.append(result), lambda job, error: painted.append(error))
        latest.submit("old")
        await asyncio.sleep(seconds)
        latest.submit("middle")
        latest.submit("new")
        await latest.idle()

    asyncio.run(overtake())
    return painted


def test_a_result_overtaken_by_a_newer_wish_is_dropped():
    assert overtaken(lambda job: time.sleep(0.2) or job.wish, 0.05) == ["new"]


def test_a_cooperative_computation_stops_when_overtaken():
    steps = []

    def work(job):
        for step in range(200 if job.wish == "old" else 1):
            job.progress(step / 200)
            steps.append(job.wish)
            time.sleep(0.01)
        return job.wish

    assert overtaken(work, 0.1) == ["new"]
    assert steps.count("old") < 100


def slow(size, speed, shape, flip, progress):
    for step in range(100 if size > 1 else 1):
        progress(step / 100, f"step {step}")
        time.sleep(0.02)
    return size


def test_long_work_says_how_far_it_is_and_cancel_stops_it_inside():
    ended = []

    def watched(size, speed, shape, flip, progress):
        try:
            return slow(size, speed, shape, flip, progress)
        except Cancelled:
            ended.append("cancelled")
            raise

    async def run():
        explorer = make(watched, shown=True)
        cancel = explorer.board.buttons["Cancel"]
        assert cancel.disabled
        explorer.cancel()
        assert explorer.board.status == "Nothing is being computed."
        explorer.set(size=2)
        await asyncio.sleep(0.05)
        assert cancel.disabled  # nobody is bothered for a moment
        await asyncio.sleep(0.4)
        assert not cancel.disabled  # but a learner does not press twice because nothing seems to happen
        assert explorer.board.status.startswith("step ")
        assert '<progress max="1" value="0.' in explorer.board._status.value
        cancel.click()
        assert cancel.disabled
        assert explorer.board.status == "Cancelled. The picture still shows Size 1, Speed 1, Shape plain and Flip off."
        await explorer.settled()
        await asyncio.sleep(0.1)
        assert ended == ["cancelled"]
        assert explorer.figure.painted == [1.0]
        explorer.set(size=0.5)
        await explorer.settled()
        return explorer

    explorer = asyncio.run(run())
    assert explorer.figure.painted == [1.0, 0.5]
    assert explorer.board.status == "Shows Size 0.5, Speed 1, Shape plain and Flip off."


def test_work_that_cannot_be_stopped_is_abandoned_and_its_result_thrown_away():
    release = threading.Event()

    def stubborn(size, speed, shape, flip):
        if size > 1:
            release.wait(10)
        return size

    async def run():
        explorer = make(stubborn, shown=True)
        explorer.set(size=2)
        await asyncio.sleep(0.4)
        assert explorer.board.status == "Computing …"
        assert "value=" not in explorer.board._status.value  # a bar that does not pretend to know
        explorer.cancel()
        assert explorer.board.status.startswith("Cancelled.")
        explorer.set(size=0.5)  # the explorer works on, although the thread has not ended
        await explorer.settled()
        release.set()
        await asyncio.sleep(0.1)
        return explorer

    explorer = asyncio.run(run())
    assert explorer.figure.painted == [1.0, 0.5]


def test_shown_twice_it_is_one_board_and_one_set_of_observers():
    explorer = make(shown=True)
    widgets = explorer.board.views
    explorer.show()
    assert explorer.board.views == widgets
    explorer.board.views["size"].parts[0].value = 7.0
    assert explorer.figure.painted == [1.0, 1.0, 7.0]


def test_it_survives_the_end_of_one_event_loop_and_the_start_of_another():
    explorer = make(Counted(seconds=0.05))

    async def move(size, wait):
        explorer.set(size=size)
        await wait()

    explorer.show()
    asyncio.run(move(2, lambda: asyncio.sleep(0.01)))
    asyncio.run(move(3, explorer.settled))
    explorer.set(size=4)
    assert explorer.figure.painted[-2:] == [3.0, 4.0]


# -- the board in a saved notebook


def test_a_saved_notebook_keeps_a_sentence_where_the_controls_were(displayed, monkeypatch):
    monkeypatch.setattr(page, "in_notebook", lambda: True)
    make().show()
    _, board, figure = displayed  # before them, the keyboard shim
    assert "application/vnd.jupyter.widget-view+json" in board
    assert board["text/plain"].startswith("A wave. Live while the notebook runs: Size 1")
    assert "Box(" not in board["text/plain"]
    assert figure["text/plain"] == "The result is 1.00."


# -- stills


def test_a_still_moves_some_controls_and_leaves_the_explorer_where_it_stands():
    explorer = make(uses=("swing",))
    explorer.functions["swing"] = lambda x: 2 * x
    bundle = explorer.still(size=3, flip=True)
    assert bundle["text/plain"] == "The result is -6.00."
    assert bundle["text/html"].count("<img ") == 1
    assert explorer.state["size"] == 1
    with pytest.raises(ValueError, match="has no control 'width'"):
        explorer.still(width=1)


# -- sweeping


def test_a_sweep_visits_the_whole_range_and_returns_sentences():
    swept = make().sweep()
    assert swept[0] == ({"size": 1.0, "speed": 1.0, "shape": "plain", "flip": False}, "The result is 1.00.")
    assert {values["size"] for values, _ in swept} >= {0.0, 5.0, 10.0}
    assert len(swept) == len({tuple(values.values()) for values, _ in swept})


def undrawable(fig, result):
    raise IndexError("no such bar")


@pytest.mark.parametrize(
    ("compute", "picture", "words"),
    [
        (lambda flip: 1 / (1 - flip), draw, "explorer 'wave' fails at flip=True: ZeroDivisionError: division by zero"),
        (lambda flip: float("nan") if flip else 1.0, draw, "fails at flip=True: .*a number that is none"),
        (lambda flip: "words" if flip else 1.0, draw, "fails at flip=True: .*format code"),
        (lambda flip: 1.0, undrawable, "fails at flip=False: IndexError: no such bar"),
    ],
    ids=["computed", "no number", "described", "drawn"],
)
def test_a_sweep_names_the_setting_at_which_something_fails(compute, picture, words):
    with pytest.raises(RuntimeError, match=words):
        Explorer("wave", "A wave", CONTROLS[3:], compute, picture, sentence, size=(2.0, 1.0)).sweep()


def test_a_sweep_shows_nothing_and_needs_no_board(capsys, monkeypatch):
    monkeypatch.setattr(explorer_module, "Board", None)
    monkeypatch.setattr(page, "show", None)
    make().sweep(0, pairs=True)
    assert capsys.readouterr().out == ""


def test_an_explorer_forgets_what_it_was_told_to():
    shelf = {"offset": 0.0}
    explorer = make(compute=lambda size, speed, shape, flip: size + shelf["offset"], shown=True)
    first = explorer.figure.painted[-1]
    shelf["offset"] = 5.0
    explorer.refresh()
    assert explorer.figure.painted[-1] == first
    explorer.forget()
    assert explorer.figure.painted[-1] == first + 5.0


def test_what_was_under_way_when_an_explorer_forgot_is_not_remembered():
    asked = []

    def forgetful(size, speed, shape, flip):
        asked.append(size)
        explorer.forget()
        return size

    explorer = make(compute=forgetful)
    once = len(explorer.sweep(0, pairs=True))
    explorer.sweep(0, pairs=True)
    assert len(asked) == 2 * once
