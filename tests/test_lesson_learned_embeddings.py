"""The lesson's own computations against independent ones."""

from itertools import combinations

import pytest
import torch
from drawn import normal
from pages import words_of

from ddlearn import kernels, parities, tangent
from ddlearn.lessons.learned_embeddings import bound, decisions, digits, exercises, film, lesson, parity
from ddlearn.lessons.learned_embeddings.claims import random_units
from ddlearn.lessons.learned_embeddings.shared import BATCH, DECAY, RATE, Sample, learn, limit_kernel, readout

# -- what the learner writes


def test_the_exercises_references_are_the_librarys_functions():
    x, W = normal(30, 5), normal(9, 5, seed=1)
    units = kernels.ReluFeatures(W.T.contiguous())(x)
    torch.testing.assert_close(exercises.features(x, W, torch.zeros(9).double()), units / 2**0.5)
    phi, y = normal(20, 4, seed=2), normal(20, seed=3)
    assert exercises.alignment(phi @ phi.T, y) == pytest.approx(tangent.alignment(phi @ phi.T, y), rel=1e-12)
    signs = normal(12, 7).sign()
    for k in (1, 2, 3):
        torch.testing.assert_close(exercises.oracle_kernel(signs, signs, k), parities.oracle_kernel(signs, k=k))


# -- the recipe


@pytest.mark.parametrize("decay", [DECAY, 0.0])
def test_a_training_is_gradient_descent_with_momentum_by_autograd(decay):
    """Full batches (the sample is repeated: a batch of BATCH rows drawn with replacement from one point)."""
    x, y = normal(1, 3), torch.tensor([0.7], dtype=torch.float64)
    net = learn([Sample(x, y, x, y)], 4, range(5), [0], units=6, decay=decay)[0]
    W, b, a = (part[0].clone().requires_grad_() for part in (net.W, net.b, net.a))
    velocity = [torch.zeros_like(p) for p in (W, b, a)]
    for step in range(1, 5):
        output = torch.relu(x @ W.T + b) @ a / 6
        gradients = torch.autograd.grad((output - y).square().mean() / 2, (W, b, a))
        with torch.no_grad():
            for p, v, g in zip((W, b, a), velocity, gradients, strict=True):
                v.mul_(0.9).add_(6 * g + decay * p)
                p -= RATE * v
        torch.testing.assert_close(net.W[step], W.detach())
        torch.testing.assert_close(net.a[step], a.detach())
        torch.testing.assert_close(net.outputs(step, x), (torch.relu(x @ W.T + b) @ a / 6).detach())
    assert BATCH > 1


def test_a_smaller_sample_trains_beside_a_larger_one_as_if_it_were_alone():
    """Repeating a sample changes neither its loss nor, with its own points in every batch, what is learned from it."""
    x, y = normal(1, 3), torch.ones(1, dtype=torch.float64)
    longer, many = normal(8, 3, seed=1), torch.ones(8, dtype=torch.float64)
    alone = learn([Sample(x, y, x, y)], 5, (), [0], units=4)[0]
    beside = learn([Sample(x, y, x, y), Sample(longer, many, x, y)], 5, (), [0, 1], units=4)[0]
    torch.testing.assert_close(alone.W[-1], beside.W[-1])


def test_the_readout_is_ridge_regression_with_a_constant():
    phi, new, y = normal(12, 5), normal(7, 5, seed=1), normal(12, seed=2)
    one, other = (torch.cat([part, torch.ones(len(part), 1).double()], 1) for part in (phi, new))
    w = torch.linalg.solve(one.T @ one + 12 * 0.1 * torch.eye(6).double(), one.T @ y)
    torch.testing.assert_close(readout(phi, y, new, 0.1), other @ w)


# -- the film


def test_the_film_looks_along_the_plane():
    """The spread is the first principal coordinate of what is uncorrelated with the score: numpy's eigenvectors say."""
    seen = film.film("rings", "20", film.STEPS)
    phi = exercises.features(seen.sample.new_x, seen.net.W[-1], seen.net.b[-1])
    spread, along = seen.spread[-1], seen.score[-1] - seen.score[-1].mean()
    centered = phi - phi.mean(0)
    rest = centered - torch.outer(along, centered.T @ along) / along.square().sum()
    _, vectors = torch.linalg.eigh(rest @ rest.T)
    assert abs(float(spread @ vectors[:, -1] / spread.norm())) == pytest.approx(1, abs=1e-8)
    assert abs(float(spread @ along)) < 1e-8
    assert float(spread.abs().max()) == pytest.approx(1)


def test_the_picture_never_flips_from_one_frame_to_the_next():
    spread = film.film("xor", "20", 0).spread
    assert ((spread[1:] * spread[:-1]).sum(1) >= 0).all()


def test_the_units_turn_to_the_two_coordinates_that_matter():
    net = film.film("rings", "20", 0).net
    assert float(net.attention(0)[:2].sum()) < 0.2
    assert float(net.attention(-1)[:2].sum()) > 0.4
    assert float(net.attention(-1).sum()) == pytest.approx(1)


# -- the race


def test_many_random_units_come_to_the_closed_form():
    x = normal(6, 4)
    W, b = random_units(200_000, 4, 0)
    phi = exercises.features(x, W, b)
    # An entry's standard error is at most sqrt(E[relu^4] / m): a fifth of a percent of the largest entry, about.
    torch.testing.assert_close(phi @ phi.T, limit_kernel(x, x), atol=0.02, rtol=0)


def test_larger_samples_hold_the_smaller_ones():
    samples = digits.two_classes(1, (50, 100))
    torch.testing.assert_close(samples[0].x, samples[1].x[:50])
    assert set(samples[1].y.tolist()) == {-1.0, 1.0}


def test_infinitely_many_fixed_units_stay_short_of_the_learned_ones_among_noise():
    """What the prediction asks: without noise the same kernel separates XOR, and among noise it does not."""
    (asked,) = (one for one in lesson.parts.predictions if one.name == "noise")
    assert "The first two of 22 coordinates" in asked.question
    alone, hidden = (film.film("xor", others, film.STEPS) for others in ("none", "20"))
    assert alone.limit > 0.99
    assert hidden.right[0] < hidden.limit - 0.1 < hidden.limit < hidden.right[hidden.frame] - 0.1
    assert hidden.net.W.shape[2] == 22


def test_the_limit_is_the_prediction_of_a_plane_in_very_many_units():
    shown = film.film("xor", "20", 0)
    sample, (W, b) = shown.sample, random_units(5_000, 22, 0)
    phi, phi_new = (exercises.features(x, W, b) for x in (sample.x, sample.new_x))
    K, K_new = phi @ phi.T + 1, phi_new @ phi.T + 1
    score = K_new @ torch.linalg.solve(K + 300 * film.PENALTY * torch.eye(300).double(), sample.y)
    assert float((score.sign() == sample.new_y).double().mean()) == pytest.approx(float(shown.limit), abs=0.04)


@pytest.mark.slow
def test_on_digits_the_gaussian_errs_least_and_the_table_says_so():
    errors = digits.errors()
    random, _, learned, gaussian = (values.tolist() for values in errors.values())
    assert all(best < mine < other for best, mine, other in zip(gaussian, learned, random, strict=True))
    assert f"{100 * gaussian[-1]:.1f} %" in digits.table().splitlines()[-1]


def test_hidden_shapes_have_their_class_in_the_first_two_coordinates():
    sample = film.film("xor", "20", 0).sample
    assert sample.x.shape == (300, 22)
    torch.testing.assert_close(sample.x[:, :2].prod(1).sign(), sample.y)


# -- the line


@pytest.mark.parametrize("k", [2, 3])
def test_errors_over_the_cube_are_those_of_a_projection(k):
    """With the oracle kernel, interpolation is the projection on the span of its functions: by QR, target by target."""
    cube, rows = bound.CUBE, bound.examples(4)[:25]
    K = exercises.oracle_kernel(cube, cube[rows], k)
    ours = bound.errors_of(K, rows, k)
    span = torch.linalg.qr(K).Q
    for column, S in enumerate(combinations(range(bound.D), k)):
        chi = cube[:, S].prod(1)
        assert float(ours[column]) == pytest.approx(1 - float((span.T @ chi).square().sum()) / 1024, abs=1e-6)


def test_the_examples_are_points_of_the_cube_no_two_the_same_up_to_sign():
    x = bound.CUBE[bound.examples(3)]
    assert x.shape == (bound.MOST, 10)
    assert (x.abs() == 1).all()
    assert 0.4 < float((x[:, 0] == 1).double().mean()) < 0.6  # both halves of the cube
    inner = (x @ x.T).fill_diagonal_(0)
    assert float(inner.abs().max()) < 10


def test_a_kernel_that_knows_the_subset_learns_that_one_only():
    result = bound.bound("one that knows the subset", "3", 60)
    assert float(result.errors[0]) < 1e-12
    assert int((result.errors < result.line[60] - 1e-9).sum()) == 1
    assert float(result.errors[1]) > 0.9
    lines = torch.tensor([parities.any_kernel_bound(10, 3, n) for n in bound.COUNTS], dtype=torch.float64)
    torch.testing.assert_close(result.oracle[:4], lines[:4], rtol=0, atol=1e-6)  # its matrix has full rank there


# -- the net against the line


def test_the_gaussian_and_the_oracle_stay_at_the_line_on_one_parity():
    """Three targets only, so the average has sampling error: 0.05, as for two thousand points of error measured."""
    result = parity.net_against_line("2 of 40", 200, 100)
    lines = torch.tensor([parities.any_kernel_bound(40, 2, n) for n in result.task.sizes])
    assert (result.errors["oracle"].mean(0) - lines).abs().max() < 0.05
    assert (result.errors["gaussian"].mean(0) > lines - 0.05).all()


def test_the_gradient_finds_the_two_coordinates_and_decay_removes_the_others():
    """Both nets grow weights everywhere in a hundred steps; later only weight decay takes those on noise away."""
    size = parity.TASKS["2 of 40"].sizes.index(200)
    with_decay, without = (parity.nets_of("2 of 40", decay)[size] for decay in (True, False))

    def noise(net, frame):
        return float(net.W[frame][:, 2:].square().sum() / net.W[0][:, 2:].square().sum())

    for net in (with_decay, without):
        assert noise(net, 1) > 5
        assert float(net.losses[-1]) < 1e-3
        assert float(net.attention(-1)[:2].sum()) > 5 * float(net.attention(0)[:2].sum())
    assert noise(with_decay, -1) < 1 < 0.9 * noise(without, 1) < noise(without, -1)
    assert float(without.attention(-1)[:2].sum()) < 0.5 < float(with_decay.attention(-1)[:2].sum())


def test_the_switch_takes_the_decay_away_and_says_so():
    on, off = (parity.net_against_line("2 of 40", 200, 100, decay) for decay in (True, False))
    assert off.error("net") > 5 * on.error("net")
    torch.testing.assert_close(on.errors["gaussian"], off.errors["gaussian"])
    assert "trains with weight decay" in parity.sentence(on)
    assert "trains without weight decay" in parity.sentence(off)


def test_the_nearest_sample_is_the_one_that_is_said():
    result = parity.net_against_line("2 of 40", 170, 50)
    assert (result.n, result.step) == (200, 1000)
    assert result.line == pytest.approx(1 - 200 / 780)


def test_the_prediction_is_drawn_on_the_line_where_it_was_asked():
    told = bound.explorer.fresh()
    told.said = {"bound": 0.3}.get
    for k, count in (("3", 1), ("2", 0)):
        assert told.still(k=k)["text/plain"].count("You said 0.30 at 60; it is 0.50.") == count
        crosses = [line for line in told.figure.figure.axes[0].lines if line.get_marker() == "X" and line.get_visible()]
        assert [(*line.get_xdata(), *line.get_ydata()) for line in crosses] == [(60, 0.3)] * count


def test_the_prediction_about_every_kernel_states_what_is_computed():
    (asked,) = (one for one in lesson.parts.predictions if one.name == "bound")
    k, n = bound.ASKED
    assert asked.truth == pytest.approx(parities.any_kernel_bound(bound.D, *bound.ASKED))
    assert f"120 parities of size {k} of {bound.D} coordinates" in asked.question
    assert f"get {n} examples" in asked.question


# -- what the page says


def test_the_worked_example_of_xor():
    x = torch.tensor([[1, 1], [1, -1], [-1, 1], [-1, -1]]).double()
    y = x.prod(1)
    units = torch.relu(x @ torch.tensor([[1, -1], [1, -1]]).double())
    torch.testing.assert_close(units.sum(1) - 1, y)
    found = [exercises.alignment(phi @ phi.T, y) for phi in (x, units, y[:, None])]
    assert found == pytest.approx([0, 5**-0.5, 1])


def test_the_worked_example_of_three_parities_meets_the_bound_with_two_kernels():
    cube = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0], dtype=torch.float64)] * 3)
    chi = exercises.products(cube, [(0, 1), (0, 2), (1, 2)])
    torch.testing.assert_close(chi.T @ chi / 8, torch.eye(3).double())
    for g, wanted in ((chi[:, 0], [0, 1, 1]), (chi.mean(1), [2 / 3] * 3)):
        best = (chi.T @ g) / (g @ g)
        assert (chi - g[:, None] * best).square().mean(0).tolist() == pytest.approx(wanted)
    one, other = torch.ones(1, 3).double(), torch.tensor([[1, 1, -1]]).double()
    (given,) = (one for one in exercises.ORACLE_KERNEL.mistakes if one.name == exercises.ORACLE_KERNEL.given)
    assert float(exercises.oracle_kernel(one, other, 2)) == pytest.approx(-1 / 3)
    assert float(given.wrong(one, other, 2)) == pytest.approx(1 / 9)


def test_the_given_kernel_would_lift_the_rings_off_the_bound():
    (given,) = (one for one in exercises.ORACLE_KERNEL.mistakes if one.name == exercises.ORACLE_KERNEL.given)
    at = bound.COUNTS.index(60)
    assert bound.curve(exercises.oracle_kernel, 3, 0)[0][at] == pytest.approx(0.5, abs=1e-6)
    assert bound.curve(given.wrong, 3, 0)[0][at] == pytest.approx(0.62, abs=0.005)


@pytest.mark.slow
def test_the_decay_on_paper_is_that_of_held_out_examples_and_the_fitted_ones_hardly_tell():
    """The third exercise, with the numbers that the page and the card say."""

    def error(decay, rows):
        (f, _), (x, y) = decisions.trained(decay), decisions.examples()
        return float((f(x[rows]) - y[rows]).square().mean())

    decay, best, without = decisions.answer()
    held_out, fitted = slice(decisions.FITTED, None), slice(0, decisions.FITTED)
    errors = {one: error(one, held_out) for one in decisions.DECAYS}
    assert decay == min(errors, key=errors.get) == max(decisions.DECAYS, key=decisions.aligned)
    assert best > 2 * without
    assert [errors[decay], errors[0.0]] == pytest.approx([0.003, 0.54], rel=0.05)
    assert error(max(decisions.DECAYS), fitted) == pytest.approx(0.18, abs=0.005)
    assert decisions.answer(rows=fitted)[1:] == pytest.approx((0.57, 0.50), abs=0.005)


@pytest.fixture(scope="module")
def of_200():
    """The sample of 200 examples and the net that learned it, of each seed."""
    pairs = list(zip(parity.kernels_of("2 of 40")[0], parity.nets_of("2 of 40", True), strict=True))
    sizes = parity.TASKS["2 of 40"].sizes
    return pairs[sizes.index(200) :: len(sizes)]


def test_the_alignments_and_sums_of_the_page_are_those_of_the_trained_networks(of_200):
    page, found = words_of("learned_embeddings"), []
    for sample, net in of_200:
        x, y = sample.new_x[:500], sample.new_y[:500]
        layers = [exercises.features(x, net.W[at], net.b[at]) for at in (0, -1)]
        gaussians = [kernels.rbf(x, x, width=width * 40**0.5) for width in (2.0, 1.0, 0.5)]
        fixed = [
            max(exercises.alignment(K, y) for K in gaussians),
            exercises.alignment(exercises.oracle_kernel(x, x, 2), y),
        ]
        active = (sample.x @ net.W[-1].T + net.b[-1] > 0).double()
        sums = (active * sample.y[:, None]).T @ sample.x / 200
        sizes_of_sums = [part.square().mean().sqrt() for part in (sums[:, :2], sums[:, 2:])]
        found.append([*(exercises.alignment(phi @ phi.T, y) for phi in layers), *fixed, *sizes_of_sums])
    before, after, gaussian, oracle, signal, noise = torch.tensor(found).mean(0).tolist()
    assert f"rises from {before:.2f} to {after:.2f}" in page
    assert f"at most {gaussian:.2f} for a Gaussian kernel, and {oracle:.2f} for the oracle kernel" in page
    said = f"over the units is {signal:.2f} in the two coordinates, and {noise:.2f} in the others"
    assert f"{said}: before rounding, {signal / noise:.1f} times as large" in page


def test_the_heaviest_units_lie_on_the_diagonals_with_a_quarter_in_each_coordinate_as_the_page_says(of_200):
    found = []
    for sample, net in of_200:
        W = net.W[-1]
        heaviest = W.square().sum(1).topk(4).indices
        first, second = W[heaviest, :2].abs().T
        torch.testing.assert_close(first, second, rtol=0.02, atol=0)
        active = (sample.x @ W[heaviest].T + net.b[-1][heaviest] > 0).double()
        found.append(((active * sample.y[:, None]).T @ sample.x[:, :2] / 200).abs().mean())
    assert float(torch.stack(found).mean()) == pytest.approx(1 / 4, abs=5e-3)


def test_the_gain_and_the_cost_are_those_of_the_page():
    page = words_of("learned_embeddings")
    many, few = (parity.net_against_line("2 of 40", n, 100) for n in (200, 50))
    enough = next(n for n in range(780) if parities.any_kernel_bound(40, 2, n) <= 0.01)
    assert f"the network's error was {many.error('net'):.2f}. A fixed" in page
    assert f"predicts as well as the network ({many.error('learned'):.2f})" in page
    assert f"at least {many.line:.2f} over all 780 such parities" in page
    assert f"at least {enough} examples for a mean of 0.01" in page
    assert f"From only 50, the network's error was {few.error('net'):.2f}, worse" in page
