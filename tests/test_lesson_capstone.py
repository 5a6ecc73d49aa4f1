"""The capstone: its rule against SciPy, its questions against independent computations, its page against all comers."""

import itertools
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf

import numpy
import pytest
import torch
from matplotlib.colors import to_hex
from pages import Page, words_of
from scipy import stats
from sklearn.gaussian_process.kernels import RBF
from sklearn.kernel_ridge import KernelRidge

from ddlearn import compute, papers
from ddlearn import linear_networks as linear
from ddlearn.classroom import PALETTE, LiveFigure
from ddlearn.lessons import load
from ddlearn.lessons.capstone import (
    asking,
    by_features,
    by_rows,
    by_size,
    decisions,
    exercises,
    menu,
    page,
    rule,
    shelf,
    write_page,
)
from ddlearn.lessons.capstone import bring as bring_one
from ddlearn.lessons.capstone.experiment import explorer
from ddlearn.lessons.capstone.judging import WORDS, experiment
from ddlearn.tables import Table, TableRefused

LESSON = load("capstone")
QUESTIONS = tuple(menu.QUESTIONS.values())
SIDES = ("greater", "less")  # of the lower edge, of the upper


def tiny(rows=20, columns=2, classes=2, seed=0):
    """As small a table as may be brought, with something to learn in it."""
    draw = compute.generator(seed)
    x = torch.randn(rows, columns, generator=draw, dtype=torch.float64)
    names, first = tuple(f"c{i}" for i in range(columns)), x[:, 0].contiguous()
    if not classes:
        return Table("tiny", x, first + 0.3 * torch.randn(rows, generator=draw, dtype=x.dtype), names, "t")
    edges = first.quantile(torch.linspace(0, 1, classes + 1, dtype=x.dtype)[1:-1])
    return Table("tiny", x, torch.bucketize(first, edges), names, "t", tuple(map(str, range(classes))))


@pytest.fixture(autouse=True)
def clean(tmp_path, monkeypatch):
    """A record of its own, no table brought, and explorers as they were."""
    monkeypatch.setenv("DDLEARN_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(LESSON, "_progress", None)
    for prediction in LESSON.parts.predictions:
        prediction.answer = None
    yield
    shelf.forget_own()
    for one in LESSON.parts.explorers:
        one.board = None  # what is not shown is not painted
        one.reset()
        one.forget()


@pytest.fixture
def unpainted(monkeypatch):
    """Pages whose picture is empty, where their words are looked at."""
    monkeypatch.setattr(LiveFigure, "png", lambda figure, result: b"")


# The rule


def test_the_interval_is_that_of_scipy():
    for (measured,) in exercises.interval_cases(compute.generator(3)):
        n = len(measured)
        wanted = stats.t.interval(0.95, n - 1, measured.mean(), stats.sem(measured.numpy()))
        assert exercises.interval(measured) == pytest.approx(wanted, rel=1e-9)


def test_the_verdict_is_that_of_every_point_between():
    """Brute force: a claim holds if no point that is open lies outside, and is refuted if none lies inside."""
    ends = [0.2, 0.6, 0.8, 1.0, 1.3, 1.6]
    pairs = list(itertools.combinations(ends, 2))

    def points(pair):
        return numpy.linspace(*pair, 201)

    for measured, control, band in itertools.product(pairs, pairs, [(0.7, 1.1), (0.7, numpy.inf)]):
        inside = (band[0] <= points(measured)) & (points(measured) <= band[1])
        control_inside = (band[0] <= points(control)) & (points(control) <= band[1])
        wanted = -1 if not inside.any() else int(inside.all() and not control_inside.any())
        assert exercises.verdict(measured, control, band) == wanted


def test_the_rule_is_two_one_sided_tests_at_two_and_a_half_percent():
    """Schuirmann's procedure at 5 % asks for less: some experiments pass it, and not the rule."""
    noise, band, apart = torch.randn(300, 4, generator=compute.generator(0), dtype=torch.float64), (-1.5, 1.5), 0
    for some in noise:
        tests = (stats.ttest_1samp(some, edge, alternative=side).pvalue for edge, side in zip(band, SIDES, strict=True))
        worst = max(tests)
        assert (exercises.verdict(exercises.interval(some), (9.0, 9.1), band) == exercises.HOLDS) == (worst < 0.025)
        apart += 0.025 <= worst < 0.05
    assert apart > 10


def test_coverage_is_that_of_scipy_and_of_many_more_experiments():
    for name, reach in ((rule.T, None), ("1.96 standard errors", 1.96), ("1.96 spreads", 1.96)):
        for n in rule.SIZES:
            c = stats.t.ppf(0.975, n - 1) if reach is None else reach * (n**0.5 if "spreads" in name else 1)
            assert rule.theory(name, n) == pytest.approx(2 * stats.t.cdf(c, n - 1) - 1, abs=1e-4)
    z = torch.randn(40_000, 5, generator=compute.generator(8), dtype=torch.float64)
    held = ((z.amin(1) <= 0) & (z.amax(1) >= 0)).double().mean()
    assert rule.theory("smallest to largest seed", 5) == pytest.approx(float(held), abs=0.005)


def test_the_claims_of_the_tables_say_what_the_menu_says():
    """Their words stand in `claims.md` and in `menu.py`; a change of one must reach the other."""
    of_tables = [one for one in load("capstone").parts.claims if "question" in one.measure.keywords]
    assert len(of_tables) == 5
    for one in of_tables:
        question = one.measure.keywords["question"]
        assert (one.band.unit, one.control_note) == (question.short, question.control)
        assert (one.basis.kind, one.basis.papers) == (question.basis.kind, question.basis.papers)
        assert one.basis.source == f"{question.basis.source.partition(';')[0]}; the tolerance is ours"


def test_laws_have_the_mean_that_is_called_the_truth():
    z = torch.randn(200_000, generator=compute.generator(1), dtype=torch.float64)
    for law in rule.LAWS.values():
        x = law(z)
        assert abs(float(x.mean())) < 5 * float(x.std()) / len(z) ** 0.5


# Worlds


@pytest.mark.parametrize("name", shelf.TABLES)
def test_a_world_is_what_the_theory_wants(name):
    world = shelf.world(shelf.table(name))
    assert len(world) <= shelf.POOL
    assert world.Y.mean(0).abs().max() < 1e-12
    assert float(world.Y.square().sum(1).mean()) == pytest.approx(1)
    assert float(world.modes.V2.sum()) == pytest.approx(1)
    assert float(world.modes.lam.sum()) == pytest.approx(1)
    wanted = RBF(world.x.shape[1] ** 0.5)(world.x.numpy())
    torch.testing.assert_close(world.K, torch.from_numpy(wanted))


def test_a_table_of_numbers_has_two_halves_for_classes():
    y = torch.tensor([1.0] * 3 + [5.0] * 17, dtype=torch.float64)
    x = torch.randn(20, 2, generator=compute.generator(0), dtype=torch.float64)
    world = shelf.world(Table("t", x, y, ("a", "b"), "t"))  # its median is its largest number
    assert world.classes.tolist() == [0] * 3 + [1] * 17
    assert shelf.world(tiny(classes=0)).classes.sum() == 10


# Questions


def test_errors_are_those_of_scikit_learn_and_of_refits():
    world = shelf.world(shelf.table("wines"))
    n, seed = 22, 5
    left, new, own = by_rows.errors(world, world.K, n, seed)
    draw, at = compute.generator(seed), 4
    penalty, found = float(by_rows.PENALTIES[at]), []

    def fit(rows):
        model = KernelRidge(alpha=n * penalty, kernel="precomputed")
        return model.fit(world.K[rows][:, rows].numpy(), world.Y[rows].numpy())

    def error(model, rows, new):
        return float(((model.predict(world.K[new][:, rows].numpy()) - world.Y[new].numpy()) ** 2).sum(1).mean())

    for _ in range(by_rows.SPLITS):
        seen, unseen = by_rows.split(world, n, draw)
        model = fit(seen)
        others = [torch.cat([seen[:i], seen[i + 1 :]]) for i in range(n)]
        out = numpy.mean([error(fit(rest), rest, seen[i : i + 1]) for i, rest in enumerate(others)])
        found.append((out, error(model, seen, unseen), error(model, seen, seen)))
    assert (float(left[at]), float(new[at]), float(own[at])) == pytest.approx(tuple(numpy.mean(found, 0)), rel=1e-6)


def test_the_distance_at_the_start_is_that_of_many_nets():
    x, _ = by_size.some_rows(shelf.world(shelf.table("diabetes")), 16, 1)
    widths = torch.tensor([40.0], dtype=torch.float64)
    theory = float(by_size.at_start(x, widths)[0])
    generator, d, m = compute.generator(2), x.shape[1], 40

    def kernel(W, a):
        h = x @ W.T / d**0.5 * 2**0.5
        on = (h > 0).double()
        return 2 / m * (h.relu() @ h.relu().T) + 2 / m * 2 / d * (x @ x.T) * ((on * a**2) @ on.T)

    drawn = [
        kernel(*(torch.randn(*shape, generator=generator, dtype=x.dtype) for shape in ((m, d), (m,))))
        for _ in range(1000)
    ]
    mean = torch.stack(drawn).mean(0)
    measured = float(torch.stack([((K - mean).norm() / mean.norm()) ** 2 for K in drawn]).mean().sqrt())
    assert theory == pytest.approx(measured, rel=0.03)


def test_the_drift_of_one_step_is_the_identity_of_lesson_05():
    world = shelf.world(shelf.table("wines"))
    problem = linear.reduce_data(world.x / torch.linalg.matrix_norm(world.x, ord=2), world.Y / world.Y.norm()).problem
    W1, W2 = (W[0] for W in linear.gaussian_layers(1, *problem.W_star.shape, 12, (0.3, 0.3), compute.generator(1)))
    found, steps = by_size._imbalance_drift(problem, W1, W2, 0.5, 0.0), torch.zeros(12, 12, dtype=torch.float64)
    for _ in range(round(by_size.TIME / 0.5)):
        gradients = linear.gradients(problem, W1, W2)
        steps += linear.imbalance_drift(gradients, 0.5)
        W1, W2 = W1 - 0.5 * gradients.A, W2 - 0.5 * gradients.B
    assert found == pytest.approx(float(steps.norm()), rel=1e-8)


def test_bags_of_one_row_are_labels(monkeypatch):
    monkeypatch.setattr(by_features, "BAG_SIZES", (1, 5))
    monkeypatch.setattr(by_features, "BAGS", 40_000)
    found = by_features.bags(shelf.world(shelf.table("wines")), 40, range(1, 4))
    torch.testing.assert_close(found.curve.measured[:, 0], found.control_curve[:, 0])
    assert (found.curve.measured - 1).abs().max() < 0.1
    assert (found.control_curve[:, 1] > 1.3).all()


def test_the_shortest_fit_is_that_of_numpy():
    world, n, widths = shelf.world(shelf.table("wines")), 30, [12, 45]
    errors = by_features.feature_errors(world, n, widths, seed=4)
    draw = compute.generator(4)
    seen, unseen = by_rows.split(world, n, draw)
    d = world.x.shape[1]
    features = by_features.dd.CosineFeatures.draw(d, widths[-1], d**0.5, draw)
    for i, N in enumerate(widths):
        phi, phi_new = (features(world.x[rows], 0, N).numpy() / N**0.5 for rows in (seen, unseen))
        short = numpy.linalg.lstsq(phi, world.Y[seen].numpy(), rcond=None)[0]
        ridged = phi.T @ numpy.linalg.solve(phi @ phi.T + numpy.eye(n), world.Y[seen].numpy())
        for k, weights in enumerate((short, ridged)):
            wanted = ((phi_new @ weights - world.Y[unseen].numpy()) ** 2).sum(1).mean()
            assert float(errors[k, i]) == pytest.approx(wanted, rel=1e-6)


def test_a_net_as_good_as_the_kernel_is_compared_to_it_on_the_same_rows():
    world = shelf.world(shelf.table("wines"))
    found = by_rows.fixed_or_learned(world, 22, range(1, 4))
    assert found.curve.measured[:, 0].tolist() == pytest.approx([1.0] * 3, abs=0.1)  # it starts as the zero function
    low, high = found.band
    assert 0.5 < low <= 1
    assert high == float("inf")
    assert (found.controls < found.values).all()


SMALL = {"classes": tiny(), "one column": tiny(classes=3, columns=1), "five columns": tiny(60, 5, 4)}


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(tiny(classes=0), id="numbers"),
        *(pytest.param(one, id=name, marks=pytest.mark.slow) for name, one in SMALL.items()),
    ],
)
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.name)
def test_every_question_can_be_put_to_the_smallest_table(question, table):
    world = shelf.world(table)
    n = shelf.rows_to_learn_from(world, "an eighth of the rows")
    found = question.measure(world, n, range(1, 3), lambda share, words: None)
    for part in (found.values, found.controls, found.curve.measured, found.control_curve):
        assert part.isfinite().all()
    assert found.values.shape == found.controls.shape == (2,)
    assert found.curve.measured.shape == found.control_curve.shape
    assert (question.band or found.band)[0] < (question.band or found.band)[1]
    again = question.measure(world, n, range(1, 3), None)
    torch.testing.assert_close(found.values, again.values, rtol=0, atol=0)


def test_a_target_that_has_nothing_to_do_with_the_rows_cannot_prove_the_learning_curve():
    noise = torch.randn(200, 4, generator=compute.generator(9), dtype=torch.float64)
    shelf.bring_own(Table("n", noise, torch.arange(200) % 2, tuple("abcd"), "t", ("0", "1")))
    result = experiment("learning curve", shelf.YOURS, "a quarter of the rows", 8, True)
    assert not result.control_outside
    assert WORDS[result.verdict] == "cannot tell"


def test_descent_that_diverges_is_run_again_with_half_the_rate(monkeypatch):
    """Patches of two photographs: hundreds of columns that say almost the same, and a few rows that are far away."""
    from sklearn.datasets import load_sample_images

    trained, train = [], by_size.train
    draw, rows, photos = numpy.random.default_rng(0), [], load_sample_images().images
    for photo in photos:
        for _ in range(350):
            top, left = draw.integers(0, 400, 2)
            rows.append(photo[top : top + 8, left : left + 8].ravel() / 255)
    x = torch.tensor(numpy.array(rows), dtype=torch.float64)
    table = Table("patches", x, torch.arange(700) // 350, tuple(map(str, range(192))), "photo", ("temple", "flower"))
    monkeypatch.setattr(by_size, "train", lambda *given, **how: trained.append(train(*given, **how)) or trained[-1])
    found = by_size.laziness(shelf.world(table), 50, range(1, 3))
    assert [bool(one.diverged.any()) for one in trained] == [True, False, False]  # the control does not
    for part in (found.values, found.controls):
        assert part.isfinite().all()


# The explorers


def drawn(explorer, result):
    """The palette's names of the colors that a picture shows."""
    explorer.figure.png(result)
    marks = [mark for axes in explorer.figure.figure.axes for mark in (*axes.lines, *axes.collections)]
    colors = [mark.get_facecolor() if hasattr(mark, "get_facecolor") else mark.get_color() for mark in marks]
    shown = {to_hex(color) for mark, color in zip(marks, colors, strict=True) if mark.get_visible() and len(color)}
    return {name for name, color in PALETTE.items() if color.lower() in shown}


def test_what_was_measured_is_hidden_until_it_is_run():
    fresh = explorer.fresh()
    hidden = fresh.compute(**fresh.state)
    shown = fresh.compute(**{**fresh.state, "run": True})
    assert hidden.shown_at is None
    assert "hidden" in fresh.figure.describe(hidden)
    assert "Verdict" not in fresh.figure.describe(hidden)
    assert "Verdict: holds." in fresh.figure.describe(shown)
    assert "blue" not in drawn(fresh, hidden)
    assert {"blue", "sky"} <= drawn(fresh, shown)


def test_two_seeds_cannot_tell_what_eight_can():
    few, many = (experiment("leave-one-out", "wines", "a quarter of the rows", seeds, True) for seeds in (3, 8))
    assert (WORDS[few.verdict], WORDS[many.verdict]) == ("cannot tell", "holds")
    assert WORDS[experiment("the widest wins", "diabetes", "a quarter of the rows", 8, True).verdict] == "does not hold"


def test_the_wines_take_the_seven_seeds_that_the_page_names():
    said = [WORDS[experiment("leave-one-out", "wines", "an eighth of the rows", n, True).verdict] for n in range(2, 9)]
    assert said == ["cannot tell"] * 5 + ["holds"] * 2


def test_the_example_at_the_top_of_the_page_is_measured():
    result = experiment("the widest wins", "diabetes", "an eighth of the rows", 8, True)
    assert WORDS[result.verdict] == "does not hold"
    sizes = result.found.curve.x
    assert float(sizes[-1] / sizes[0]) == pytest.approx(64, rel=0.1)
    worse = f"With 64 times as many, the error is {float(result.found.values.mean()):.1f} times as large."
    assert worse in words_of("capstone")


def test_a_prediction_is_drawn_on_the_answer():
    fresh = explorer.fresh()
    fresh.said = {"the peak": 0.4}.get
    result = fresh.compute(**{**fresh.state, "question": "the peak", "run": True})
    assert "You said 0.4." in fresh.figure.describe(result)
    drawn(fresh, result)
    (said,) = [line for line in fresh.figure.figure.axes[1].lines if line.get_label() == "you said"]
    assert said.get_ydata()[0] == 0.4


def test_the_page_lists_the_questions_of_the_menu_with_their_bands():
    page = words_of("capstone")
    for asked in QUESTIONS:
        low, high = asked.band or (None, None)
        band = "at least a baseline" if low is None else f"at least {low}" if high == inf else f"{low:g} to {high:g}"
        assert re.search(rf"\| {asked.name} \| [^|]+\(\[\[{asked.lesson}\]\]\) \| {band} \|", page), asked.name


def test_each_question_has_a_prediction_of_its_own():
    names = {prediction.name for prediction in LESSON.parts.predictions}
    assert names == {"three seeds", *menu.QUESTIONS}
    options = next(control for control in LESSON.experiment.controls if control.name == "question").options
    assert options == tuple(menu.QUESTIONS)


# Bringing a table


def csv_of(folder, name="mine.csv"):
    lines = [f"{i},{(i * i) % 13},{'ab'[i * 7 % 5 > 2]}" for i in range(40)]
    path = folder / name
    path.write_text("\n".join(["one,<two>,$class$", *lines]), "utf-8")
    return path


def test_a_table_is_brought_and_taken_away_again(tmp_path, capsys):
    LESSON.look.show()
    LESSON.look.set(table=shelf.YOURS)
    assert "you have brought no table" in LESSON.look.figure.sentence
    bring_one(str(csv_of(tmp_path)), leave_out=("one",))
    assert "Your table mine" in capsys.readouterr().out
    assert "Your table: 40 rows, 1 column, and 2 classes" in LESSON.look.figure.sentence
    bring_one(str(tmp_path / "nowhere.csv"))
    said = capsys.readouterr().out
    assert "cannot be used yet" in said
    assert "There is no file nowhere.csv" in said
    assert shelf.called(shelf.YOURS) == "Your table"  # the earlier one stays
    bring_one()
    assert "No table of your own" in capsys.readouterr().out
    assert "you have brought no table" in LESSON.look.figure.sentence


def test_a_table_of_which_no_sample_varies_is_refused():
    x = torch.zeros(5000, 1, dtype=torch.float64)
    x[4999] = 1.0
    with pytest.raises(TableRefused, match="nothing varies"):
        shelf.bring_own(Table("t", x, torch.arange(5000) % 2, ("a",), "t", ("0", "1")))
    assert shelf.table(shelf.YOURS) is shelf.table(shelf.INSTEAD)


def rents(path):
    """As a German spreadsheet exports: Windows letters, a title, semicolons, decimal commas, dates, % and gaps."""
    draw = numpy.random.default_rng(1)
    lines = [["Mieten, Stand 31.12.2023", *[""] * 6], [""] * 7]
    lines.append(["Objekt-Nr.", "Anzeige vom", "Bezirk", "Wohnfläche (m²)", "Balkon", "Leerstand", "Miete (€)"])
    for i in range(90):
        size = draw.normal(85, 20)
        rent = 300 + 10 * size + draw.normal(0, 50)
        place = [f"W-{i}", f"{1 + i % 28:02}.03.2023", ("Mitte", "Süd", "Nord")[i % 3]]
        lines.append([*place, german(size), ("ja", "nein")[i % 2], "3,5 %", german(rent)])
    lines[7][3], lines[20][3] = "", "k.A."
    path.write_bytes("\r\n".join(map(";".join, lines)).encode("cp1252"))
    return path


def german(value):
    return f"{value:,.2f}".replace(",", "·").replace(".", ",").replace("·", ".")


@pytest.mark.usefixtures("unpainted")
def test_a_table_from_a_spreadsheet_goes_to_a_page_by_the_lines_that_the_cards_give(tmp_path, capsys):
    """Only what the cards say is typed, and no line of it is Python that fails."""
    line = f"bring({str(rents(tmp_path / 'Mieten 2023.csv'))!r})"
    for _ in range(4):
        exec(line, {"bring": bring_one})
        said = capsys.readouterr().out
        assert "Traceback" not in said
        if "Your table" in said:
            break
        assert "This line goes on:" in said
        line = next(one for one in said.splitlines() if one.startswith("bring("))
    assert "Your table" in said
    predict("leave-one-out")
    LESSON.experiment.set(table=shelf.YOURS)
    path, _ = page.write_page(LESSON, folder=tmp_path)
    text = path.read_text("utf-8")
    table, words = shelf.table(shelf.YOURS), " ".join(Page(text).words.split())
    assert f"To predict: {table.target}." in words
    assert f"(the file {table.source.removeprefix('the file ')}); {table.said}" in words
    assert table.notes[-1] in words


# How many seeds, and what is next


def test_the_number_of_seeds_is_the_first_that_scipy_finds():
    pilot = numpy.array(decisions.PILOT)
    ends = {n: stats.t.interval(0.95, n - 1, pilot.mean(), pilot.std(ddof=1) / n**0.5) for n in range(2, 30)}
    wanted = next(n for n, (low, high) in ends.items() if low >= 0.85 and high <= 1.15)
    found, reach = decisions.pilot()
    assert found == wanted
    assert reach == pytest.approx(ends[wanted][1] - pilot.mean())


def test_what_is_next_depends_on_what_is_missing():
    judged = experiment("leave-one-out", "wines", "an eighth of the rows", 3, True)

    def next_of(measured, controls, verdict, control_outside):
        values, controls = (torch.tensor(part, dtype=torch.float64) for part in (measured, controls))
        found = replace(judged.found, values=values, controls=controls)
        return page.what_next(replace(judged, found=found, verdict=verdict, control_outside=control_outside))

    across, on_the_edge = [0.9, 1.0, 1.1], [1.05, 1.15, 1.25]
    assert next_of(across, [0.3, 0.4, 0.5], 0, True).startswith("Take more seeds. If means")
    assert "5 seeds will just decide. New seeds have another mean, so take 10." in next_of(
        across, [0.3, 0.4, 0.5], 0, True
    )
    assert "The control does not leave" in next_of(across, [0.7, 0.8, 0.9], 0, False)
    assert "18 seeds will just decide" in next_of(across, [0.7, 0.8, 0.9], 0, False)
    assert "Look at the control first" in next_of(across, across, 0, False)
    assert "1,000 seeds would not decide" in next_of(on_the_edge, [0.3, 0.4, 0.5], 0, True)
    assert "another table" in next_of(across, [0.3, 0.4, 0.5], 1, True)
    assert "clean refutation" in next_of(across, across, -1, False)


@pytest.mark.usefixtures("unpainted")
def test_where_the_seeds_cannot_tell_the_card_gives_a_line_that_asks_new_ones(tmp_path, capsys):
    predict("leave-one-out")
    LESSON.experiment.set(question="leave-one-out", table="wines", seeds=3, share="a quarter of the rows")
    write_page("Wines & more.", str(tmp_path), "Ada")
    said = capsys.readouterr().out
    (line,) = [one for one in said.splitlines() if one.startswith("write_page(")]
    assert "in_my_words='Wines & more.', author='Ada'" in line
    asked = int(re.search(r"new_seeds=(\d+)", line)[1])
    assert f"so take {asked}." in (tmp_path / "claim-1.html").read_text("utf-8")
    exec(line.replace(")", f", folder={str(tmp_path)!r})"), {"write_page": write_page})
    found = Page((tmp_path / "claim-2.html").read_text("utf-8"))
    assert f"Verdict on {asked} new seeds: " in " ".join(found.words.split())
    first, last = 1000 * asked + 1, 1000 * asked + asked
    (seeds,) = [one for one in found.all("table") if str(first) in one.text]
    assert str(last) in seeds.text
    shown = asking.measured(menu.LEFT_OUT, shelf.world(shelf.table("wines")), 44).values
    assert not {f"{value:.4g}" for value in shown.tolist()} & {*seeds.text.split()}
    with pytest.raises(ValueError, match="new_seeds must be"):
        page.write_page(LESSON, folder=tmp_path, new_seeds=1)


def test_numbers_of_the_page_are_measured():
    """Coverage for skewed seeds, and how often somebody who looks after each seed sees a false “holds”."""
    shares = [rule.held(rule.intervals("skewed", n, exercises.interval)).double().mean() for n in (3, 20)]
    held, of_20 = (round(100 * float(share)) for share in shares)
    page = words_of("capstone")
    assert f"hold the truth in {held} % of the experiments, and from 20 seeds in {of_20} %." in page
    noise = torch.randn(4000, 20, generator=compute.generator(1), dtype=torch.float64)
    sizes = torch.arange(3, 21)
    highs = torch.stack([some_high(noise[:, :n]) for n in sizes.tolist()], 1)
    often, once = ((highs <= 0).any(1).double().mean(), (highs[:, -1] <= 0).double().mean())
    assert f"makes it in {100 * float(once):.1f} % of 4,000 experiments." in page
    assert f"makes it in {100 * float(often):.0f} %." in page
    assert round(float(often / once)) == 4
    assert "can be wrong four times as often" in page


def test_the_intervals_of_the_page_are_those_of_the_exercise():
    """The three seeds, their control, five with the same mean and deviation, and the first run."""
    page = words_of("capstone")
    seeds, control, pilot = ([0.9, 1.0, 1.1], [0.3, 0.4, 0.5], decisions.PILOT)
    for some, words in (
        (seeds, "| {:.3f} to {:.3f} | no |"),
        (control, "with the interval {:.3f} to {:.3f}."),
        (pilot, "and the interval, {:.3f} to {:.3f}, crosses"),
    ):
        found = exercises.interval(torch.tensor(some, dtype=torch.float64))
        assert words.format(*found) in page
    five = decisions.left_open(torch.tensor(seeds, dtype=torch.float64), 5)
    assert "the interval {:.3f} to {:.3f}.".format(*five) in page
    known = decisions.left_open(torch.tensor(seeds, dtype=torch.float64), 3, lambda degrees: exercises.NORMAL)
    assert "| {:.3f} | {:.3f} to {:.3f} | yes |".format(known[1] - 1, *known) in page
    values = [exercises.t_value(n - 1) for n in (2, 3, 5)]
    assert "the t value is {:.1f}, {:.2f} and {:.2f}".format(*values) in page


def test_how_often_the_number_of_seeds_of_the_page_decides():
    """In new runs whose truth and spread are those of the pilot, the interval lies inside 0.85 to 1.15."""
    pilot = torch.tensor(decisions.PILOT, dtype=torch.float64)
    asked, generator = decisions.SEEDS.reference()[0], compute.generator(0)
    for seeds, words in ((asked, "decides in {} % of all runs"), (2 * asked, "and twice as many in {} %")):
        noise = torch.randn(40_000, seeds, generator=generator, dtype=torch.float64)
        runs = pilot.mean() + pilot.std() * noise
        reach = exercises.t_value(seeds - 1) * runs.std(1) / seeds**0.5
        share = ((runs.mean(1) - reach >= 0.85) & (runs.mean(1) + reach <= 1.15)).double().mean()
        assert words.format(round(100 * float(share))) in words_of("capstone")


def some_high(seeds):
    """The upper ends of the intervals of many experiments.  (experiments, n) -> (experiments,)"""
    n = seeds.shape[1]
    return seeds.mean(1) + exercises.t_value(n - 1) * seeds.std(1) / n**0.5


# The page


def predict(question, value=1.0):
    LESSON.prediction(question)
    next(one for one in LESSON.parts.predictions if one.name == question).record(value)


def test_there_is_no_page_without_a_prediction(tmp_path):
    with pytest.raises(page.NoPrediction, match="no prediction for “leave-one-out”"):
        page.write_page(LESSON, folder=tmp_path / "home")
    assert not LESSON.experiment.state["run"]
    write_page(folder=str(tmp_path))
    assert list(tmp_path.glob("*.html")) == []


def test_a_page_says_everything_and_asks_nothing(tmp_path):
    predict("the peak", 0.4)
    LESSON.experiment.set(question="the peak", table="wines", seeds=5)
    path, _ = page.write_page(LESSON, "It is <b>sharp</b> & high.", tmp_path, "Ada Lovelace")
    text = path.read_text("utf-8")
    found = Page(text)
    words = " ".join(found.words.split())
    asked = menu.PEAK
    for part in (asked.hypothesis, asked.method, str(asked.basis), asked.control, asked.limits, "I said 0.4"):
        assert part in words
    assert "It is <b>sharp</b> & high." in words
    assert "before the numbers were first shown" in words
    table = shelf.table("wines")
    assert f"To predict: {table.target} ({', '.join(table.classes)}). From: {table.columns[0]}, " in words
    assert "and 1 more." in words
    assert "Verdict on 5 seeds: holds" in words
    assert f"Python {os.sys.version.split()[0]}" in words
    assert LESSON.experiment.state["run"]
    (image,) = (element.attributes for element in found.all("img"))
    (tall,) = (element.attributes for element in found.all("source"))
    assert tall["srcset"].startswith("data:image/png;base64,")
    assert tall["srcset"] != image["src"]
    assert image["src"].startswith("data:image/png;base64,")
    assert "You said 0.4." in image["alt"]
    assert len(found.all("table")) == 3
    assert all("details" in [one.tag for one in table.parents] for table in found.all("table"))
    order = ["Verdict on 5 seeds", "What to do next", "I said 0.4", "All numbers"]
    assert [words.index(part) for part in order] == sorted(words.index(part) for part in order)
    assert "Ada Lovelace ·" in words
    assert "the lesson “Double descent, solved”" in words
    assert found.all("script") == []
    addresses = [one.attributes.get("src") or one.attributes.get("href") for one in found.elements]
    outside = [one for one in addresses if one and not one.startswith("data:")]
    assert set(outside) == {papers.paper(key).url for key in asked.basis.papers}  # links to read, nothing to load
    assert re.search(r"default-src 'none'", text)
    seeds = re.findall(r"<tr><th scope=\"row\">(\d)</th><td>([\d.]+)</td>", text)
    measured = asking.measured(asked, shelf.world(shelf.table("wines")), 22).values[:5]
    assert [float(value) for _, value in seeds[:5]] == pytest.approx(measured.tolist(), rel=1e-3)


@pytest.mark.usefixtures("unpainted")
def test_a_second_page_takes_the_next_number_and_the_first_stays(tmp_path):
    predict("leave-one-out")
    (tmp_path / "claim-1.html").write_text("my own work")
    paths = [page.write_page(LESSON, folder=tmp_path)[0] for _ in range(2)]
    assert [path.name for path in paths] == ["claim-2.html", "claim-3.html"]
    assert (tmp_path / "claim-1.html").read_text() == "my own work"
    assert not list(tmp_path.glob("*.draft"))


@pytest.mark.usefixtures("unpainted")
def test_a_full_disk_leaves_nothing_and_is_said(tmp_path, monkeypatch, capsys):
    predict("leave-one-out")

    def full(path, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(page, "write_whole", full)
    write_page(folder=str(tmp_path))
    assert "could not be written" in capsys.readouterr().out
    assert list(tmp_path.glob("*.html")) == []
    write_page(folder=str(tmp_path / "no such folder"))
    assert "could not be written" in capsys.readouterr().out


@pytest.mark.usefixtures("unpainted")
def test_a_prediction_after_the_fact_is_called_one():
    result = experiment("leave-one-out", "wines", "an eighth of the rows", 8, True)
    for shift, words in ((-60, "before the numbers were first shown"), (60, "By then the numbers had been shown")):
        said_at = (result.shown_at + timedelta(seconds=shift)).isoformat(timespec="seconds")
        text = page.page_html(result, shelf.table("wines"), 1.0, said_at)
        assert words in text


@pytest.mark.usefixtures("unpainted")
def test_the_learners_rule_and_names_are_shown_as_text(tmp_path):
    bring_one(str(csv_of(tmp_path)))
    result = experiment("leave-one-out", shelf.YOURS, "an eighth of the rows", 4, True)
    said_at = datetime.now(UTC).isoformat()
    code = {"interval": "def interval(x):\n    return '</code><script>'"}
    text = page.page_html(result, shelf.table(shelf.YOURS), 1.0, said_at, code=code)
    words = Page(text).words
    assert "one, <two>" in words
    assert "$class$" in words
    assert "return '</code><script>'" in words
    assert "My own function, and the course’s for the rest" in words


# In a real browser


@pytest.mark.browser
@pytest.mark.slow
def test_axe_finds_nothing_on_the_page_and_it_asks_for_nothing(sound, tmp_path):
    predict("leave-one-out")
    opened = sound(page.write_page(LESSON, "As expected.", tmp_path)[0])
    assert opened.evaluate("[...document.images].every(i => i.naturalWidth > 900)")
