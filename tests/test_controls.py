"""Controls: what they accept, where they snap, what a sweep tries; and their views, moved as a learner would."""

import itertools
import math
import random

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddlearn.classroom import control_views
from ddlearn.classroom.control_views import read_number, view
from ddlearn.classroom.controls import Choice, Slider, Switch
from ddlearn.classroom.sweep import check_sentence, settings
from ddlearn.classroom.wording import brief, listed, say

WIDTH = Slider("width", "Width", 0.01, 100, 1, log=True)
SIZE = Slider("size", "Size", -1, 1, 0.5)
COUNT = Slider("count", "Count", 1, 1000, 10, log=True, whole=True)
SHAPE = Choice("shape", "Shape", ("round", "square"), "round")
FLIP = Switch("flip", "Flip", False)
EVERY = (WIDTH, SIZE, COUNT, SHAPE, FLIP)
few = hypothesis.settings(deadline=None, max_examples=40)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Slider("a b", "A", 0, 1, 0), ValueError, "must be an identifier; got 'a b'"),
        (lambda: Slider("a", " ", 0, 1, 0), ValueError, "needs a label"),
        (lambda: Slider("a", "A", 1, 1, 1), ValueError, "needs finite low < high; got low=1, high=1"),
        (lambda: Slider("a", "A", 0, math.inf, 1), ValueError, "needs finite low < high"),
        (lambda: Slider("a", "A", 0, 1, 0.5, log=True), ValueError, "needs low > 0, for it is logarithmic; got low=0"),
        (
            lambda: Slider("a", "A", 0.5, 2, 1, whole=True),
            ValueError,
            "needs whole bounds, for it is whole; got low=0.5",
        ),
        (lambda: Slider("a", "A", 0, 1, 2), ValueError, "a must lie between 0 and 1; got 2"),
        (lambda: Slider("a", "A", 0, 1, 0.5, step=0), ValueError, "needs a positive step; got low=0, high=1, step=0"),
        (lambda: SIZE.accept("0.5"), TypeError, "size must be a number; got str"),
        (lambda: SIZE.accept(True), TypeError, "size must be a number; got bool"),
        (lambda: SIZE.accept(math.nan), ValueError, "size must lie between -1 and 1; got nan"),
        (lambda: Choice("a", "A", ("x", "x"), "x"), ValueError, "at least two different options"),
        (lambda: Choice("a", "A", ("x", "y"), "z"), ValueError, "a must be one of x, y; got 'z'"),
        (lambda: Switch("a", "A", 1), TypeError, "a must be True or False; got 1"),
    ],
)
def test_what_is_refused_and_why(make, error, words):
    with pytest.raises(error, match=words):
        make()


@few
@given(st.sampled_from([WIDTH, SIZE, COUNT]), st.floats(allow_nan=False))
def test_a_slider_keeps_three_digits_inside_its_range_and_keeps_them_still(slider, raw):
    kept = slider.snap(raw)
    assert slider.low <= kept <= slider.high
    assert kept == float(f"{kept:.3g}")
    assert slider.snap(kept) == kept
    assert isinstance(kept, int) == slider.whole
    if slider is WIDTH and slider.low <= raw <= slider.high:
        assert abs(kept / raw - 1) <= 0.005 + 1e-12


def test_steps_across_zero_leave_no_rounding_noise_and_whole_numbers_keep_every_digit():
    assert SIZE.snap(-1 + 0.2 * 5 + 1e-17) == SIZE.snap(1.1e-16) == 0.0
    assert Slider("n", "N", 0, 5000, 1234, whole=True).start == 1234


def test_about_fifty_presses_cross_a_linear_slider():
    for low, high in ((0, 1), (0, 0.4), (-3, 3), (0, 7), (10, 250), (0, 1000)):
        assert 35 <= (high - low) / Slider("a", "A", low, high, low).stride <= 72


def test_a_press_on_a_whole_slider_always_changes_the_number():
    linear, log = {"whole": True}, {"whole": True, "log": True}
    for slider in (COUNT, Slider("n", "N", 1, 20, 5, **linear), Slider("n", "N", 10, 10_000, 10, **log)):
        position, values = 0.0, []
        while position <= 1:
            values.append(slider.at(position))
            across = math.log10(slider.high / slider.low) if slider.log else slider.high - slider.low
            position += slider.stride / across
        assert len(set(values)) == len(values)


@pytest.mark.parametrize(("value", "step"), [(0.37, 0.1), (1.0, 0.1), (0.1, 0.01), (25.0, 10.0), (99.0, 10.0)])
def test_the_number_box_of_a_log_slider_steps_by_the_first_digit(value, step):
    assert WIDTH.number_step(value) == pytest.approx(step)
    assert COUNT.number_step(3) == 1


def test_values_spread_along_the_sliders_own_scale():
    assert WIDTH.values(5) == [0.01, 0.1, 1.0, 10.0, 100.0]
    assert SIZE.values(3) == [-1.0, 0.0, 1.0]
    assert Slider("n", "N", 1, 3, 1, whole=True).values(9) == [1, 2, 3]
    assert SHAPE.values(1) == ["round", "square"]
    assert FLIP.values(5) == [False, True]


@few
@given(st.sampled_from(EVERY), st.integers(0, 2**32))
def test_a_random_value_is_one_that_is_accepted(control, seed):
    value = control.random(random.Random(seed))
    assert control.accept(value) == value


def test_a_sweep_starts_at_the_start_visits_ends_options_and_corners_once():
    swept = list(settings(EVERY, 3))
    assert swept[0] == {control.name: control.start for control in EVERY}
    assert len({tuple(values.values()) for values in swept}) == len(swept)
    for control in EVERY:
        assert set(control.values(2)) <= {values[control.name] for values in swept}
    assert len(swept) >= 2**5 + 3
    assert swept == list(settings(EVERY, 3))  # the same places on every run
    many = [Slider(f"a{i}", "A", 0, 1, 0.5) for i in range(12)]
    assert len(list(settings(many, 0))) <= 1 + 2 * 12 + 64


def test_in_a_sweep_of_pairs_any_two_controls_meet_at_all_their_ends_in_few_corners():
    """All corners of these are 2**13; a covering array of 13 controls with two ends each has at least six rows."""
    many = [SHAPE, *(Slider(f"a{i}", "A", 0, 1, 0.5) for i in range(12))]
    swept = list(settings(many, 1, pairs=True))
    assert swept[0] == {control.name: control.start for control in many}
    for one, other in itertools.combinations(many, 2):
        met = {(values[one.name], values[other.name]) for values in swept}
        assert set(itertools.product(one.values(2), other.values(2))) <= met
    assert len(swept) <= 2 + 14
    (alone,) = many[:1]
    assert [values[alone.name] for values in settings([alone], 0, pairs=True)] == alone.values(2)
    assert swept == list(settings(many, 1, pairs=True))


def test_a_bad_sentence_is_refused_and_a_good_one_may_speak_of_finance():
    for sentence in ("", "  ", "x" * 361, "The error is nan.", "It takes Inf steps."):
        with pytest.raises(ValueError, match="the description"):
            check_sentence(sentence)
    check_sentence("Error falls from 0.31 to 0.010: good for finance, and for nano-particles.")


class Told(list):
    """The moves, as (name, value), and the remarks on them."""

    def __init__(self):
        super().__init__()
        self.remarks = []

    def __call__(self, name, value, remark):
        self.append((name, value))
        self.remarks.append(remark)


def test_a_slider_tells_of_each_move_once_and_its_box_follows():
    told = Told()
    width = view(WIDTH, 1.0, told)
    slider, number = width.parts
    slider.value = 2.34567
    assert (told, number.value) == ([("width", 2.35)], "2.35")
    assert slider.value == 2.34567  # never written to under the hand that drags it
    number.value = "31.4159"
    assert told[1:] == [("width", 31.4)]
    assert (slider.value, number.value, number.placeholder) == (31.4, "31.4", "0.01 to 100 by 10")
    width.write(0.5)
    assert (slider.value, number.value, len(told)) == (0.5, "0.5", 2)
    assert told.remarks == ["", ""]


@pytest.mark.parametrize(
    ("slider", "typed", "taken", "remark"),
    [
        (WIDTH, "5000", 100.0, "Width takes numbers from 0.01 to 100: 100 is taken for 5000."),
        (WIDTH, "0,001", 0.01, "Width takes numbers from 0.01 to 100: 0.01 is taken for 0,001."),
        (COUNT, "2,5", 2, "Count takes whole numbers from 1 to 1,000: 2 is taken for 2,5."),
        (SIZE, "a half", 0.5, "“a half” is no number: Size stays at 0.5."),
        (SIZE, "x" * 99, 0.5, f"“{'x' * 20}” is no number: Size stays at 0.5."),
    ],
)
def test_a_box_says_what_became_of_a_number_that_it_cannot_take(slider, typed, taken, remark):
    told = Told()
    number = view(slider, slider.start, told).number
    for time in (1, 2):  # the second time nothing moves, and it is said again
        number.value = typed
        assert told == [(slider.name, taken)] * time
        assert told.remarks == [remark] * time
        assert number.value == f"{taken:g}"


def test_an_emptied_box_fills_again_without_a_word():
    told = Told()
    number = view(WIDTH, 1.0, told).number
    number.value = " "
    assert (number.value, told) == ("1", [])


TYPED = {
    0.5: ("0.5", "0,5"),
    -2.5: ("−2,5",),
    5: ("5.", "+5"),
    0.05: (",05", "5e-2"),
    0.001: ("1e-3", "10^-3"),
    0.0025: ("2,5 · 10^-3",),
    0.125: ("0,125",),
    150: ("1,5E2",),
    1000: ("1000", "1 000", "1\u202f000", "1'000", "1,000"),
    1_000_000: ("1,000,000", "1.000.000"),
    1234.5: ("1,234.5", "1.234,5"),
    1.234: ("1.234",),
    None: ("", "abc", "nan", "inf", "1e999", "0x10", "1,5,2", "1-2"),
}


@pytest.mark.parametrize(("value", "text"), [(value, text) for value, texts in TYPED.items() for text in texts])
def test_numbers_are_read_as_people_type_them(value, text):
    assert read_number(text, -1e7, 1e7) == value


def test_a_comma_before_three_digits_is_read_by_the_range():
    assert read_number("1,500", 0, 4000) == 1500
    assert read_number("1,500", 0, 3) == 1.5
    assert read_number("1,500", 5000, 6000) == 1500


@few
@given(st.floats(-1e7, 1e7))
def test_what_the_box_shows_is_read_back(value):
    shown = view(Slider("a", "A", -1e7, 1e7, 0), value, Told()).number.value
    assert read_number(shown, -1e7, 1e7) == pytest.approx(value, rel=1e-11)


@pytest.mark.parametrize(("control", "value"), [(SHAPE, "square"), (FLIP, True)])
def test_menu_and_box_tell_of_a_move_but_not_of_a_write(control, value):
    told = Told()
    shown = view(control, control.start, told)
    shown.write(value)
    assert (shown.widget.value, told) == (value, [])
    shown.widget.value = control.start
    assert told == [(control.name, control.start)]


def test_every_view_has_a_label_for_those_who_cannot_see_where_it_stands():
    for control in EVERY:
        descriptions = [part.description for part in view(control, control.start, Told()).parts]
        assert all(words.startswith(control.label) for words in descriptions)
        assert len(set(descriptions)) == len(descriptions)


@pytest.mark.parametrize(
    ("value", "digits", "words"),
    [
        (0.3149, 2, "0.31"),
        (0.01, 2, "0.010"),
        (10_000, 2, "10,000"),
        (-2.5, 2, "−2.5"),
        (1234.5, 3, "1,230"),
        (0.9999, 3, "1.00"),
        (1.234e-7, 2, "1.2e-07"),
        (0, 3, "0"),
        (math.inf, 3, "inf"),
    ],
)
def test_numbers_as_a_sentence_says_them(value, digits, words):
    assert say(value, digits) == words


def test_settings_are_said_without_trailing_zeros():
    assert [brief(value) for value in (0.1, 2.50, 100.0, 1e-7, 20)] == ["0.1", "2.5", "100", "1e-07", "20"]
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    ("slider", "echo"),
    [
        (Slider("n", "Points", 5, 150, 40, whole=True), 41),  # strides of three from five: 38, 41
        (Slider("penalty", "Penalty", 1e-8, 10.0, 1e-4, log=True), 10 ** (-8 + 22 * 0.18)),
        (Slider("width", "Width", 0.02, 2.0, 0.2), 0.22),
        (Slider("size", "Size", 0, 10, 9.95, step=0.2), 10.0),
    ],
    ids=lambda case: getattr(case, "name", ""),
)
def test_a_slider_that_stands_between_two_strides_does_not_move_the_value(slider, echo):
    told = Told()
    shown = view(slider, slider.start, told)
    shown.slider.value = echo  # what the page reports when the slider first appears
    assert told == []
    assert shown.number.value == control_views.written(slider.start)
    shown.slider.value = slider.at(0.4)
    shown.slider.value = echo  # moved there
    assert [value for _, value in told] == [slider.at(0.4), slider.snap(echo)]
