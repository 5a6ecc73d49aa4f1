"""The lesson's own computations against independent ones."""

import math

import numpy
import pytest
import torch
from drawn import needs_cuda, normal
from pages import words_of
from torch.func import jvp

from ddlearn import compute, tangent
from ddlearn.lessons.neural_tangent_kernel import (
    architectures,
    decisions,
    digits,
    exercises,
    film,
    finite_width,
    shared,
    walk,
    widths,
)
from ddlearn.tangent import infinite, linearize


@pytest.fixture
def circle_net():
    net = shared.net(3, 50)
    return net, net.init(compute.generator(3))


def test_the_nets_outputs_are_the_librarys(circle_net):
    net, parameters = circle_net
    ours = shared.outputs(shared.X_GRID, *shared.weights(parameters))
    torch.testing.assert_close(ours, net.apply(parameters, shared.scaled(shared.X_GRID))[:, 0])


def test_the_exercises_references_are_the_librarys_functions(circle_net):
    net, parameters = circle_net
    ours = exercises.empirical_ntk(shared.X_GRID, shared.X, *shared.weights(parameters))
    theirs = tangent.empirical(net, shared.scaled(shared.X_GRID), shared.scaled(shared.X), parameters=parameters)
    torch.testing.assert_close(ours, theirs)
    x = widths.X
    for depth in (1, 2, 5):
        ours = shared.infinite_ntk(x, exercises.next_layer, depth)
        torch.testing.assert_close(ours, infinite(shared.scaled(x), depth=depth).ntk, atol=1e-6, rtol=0)
    K, f0 = shared.infinite_ntk(shared.X, exercises.next_layer), torch.sin(shared.ANGLES)
    dynamics = tangent.dynamics(K, shared.Y, f0)
    lr = 0.8 * dynamics.max_lr
    torch.testing.assert_close(exercises.descent(K, shared.Y, f0, lr, 7), dynamics.descent(7, lr))


def test_the_waves_are_the_infinite_kernels_eigenmodes():
    K = shared.infinite_ntk(shared.X, exercises.next_layer, depth=2)
    for k in shared.WAVES:
        for wave in ((k * shared.ANGLES).cos(), (k * shared.ANGLES).sin()):
            if wave.norm() > 1e-6:
                rate = (wave @ K @ wave) / (wave @ wave)
                torch.testing.assert_close(K @ wave, rate * wave, atol=1e-10, rtol=0)


def test_the_kernel_by_hand_has_the_pages_modes_steps_and_best_step():
    K = torch.stack([torch.tensor([8.0, 4, 2, 4], dtype=torch.float64).roll(i) for i in range(4)])
    slow, fast = torch.tensor([[1.0, 0, -1, 0], [1, -1, 1, -1]], dtype=torch.float64)
    for wave, eigenvalue in ((torch.ones_like(slow), 18), (slow, 6), (fast, 2)):
        torch.testing.assert_close(K @ wave, eigenvalue * wave)
    once, ten = (exercises.descent(K, torch.zeros_like(slow), slow + fast, 0.2, steps) for steps in (1, 10))
    torch.testing.assert_close(once, torch.tensor([1.6, -0.9, 0.2, -0.9], dtype=torch.float64))
    torch.testing.assert_close(ten, 0.7**10 * slow + 0.9**10 * fast)
    step, factor = decisions.best_step()
    assert (step, factor) == pytest.approx((0.4, 0.8))
    assert all(decisions.slowest(other) > factor for other in (0.39, 0.41, decisions.LIMIT))


def pair(degrees, layers, layer=exercises.next_layer):
    """Both kernels of two points of length 1, of the first with itself and with the second, after so many layers."""
    angle = math.radians(degrees)
    x = torch.tensor([[1, 0], [math.cos(angle), math.sin(angle)]], dtype=torch.float64)
    kernels = x @ x.T, x @ x.T
    for _ in range(layers):
        kernels = layer(*kernels)
    return [float(value) for kernel in kernels for value in kernel[0]]


def test_the_recursion_has_the_pages_numbers():
    assert pair(60, 1) == pytest.approx([1, 0.609, 2, 0.942], abs=5e-4)
    assert pair(90, 1) == pytest.approx([1, 0.318, 2, 0.318], abs=5e-4)
    assert pair(90, 2) == pytest.approx([1, 0.494, 3, 0.686], abs=5e-4)
    assert pair(90, 100)[2:] == pytest.approx([101, 27.5], abs=0.05)
    assert pair(90, 1000)[2:] == pytest.approx([1001, 253.5], abs=0.05)


def test_the_waves_have_the_pages_eigenvalues():
    waves = torch.stack([(k * shared.ANGLES).cos() for k in shared.WAVES])
    found = shared.infinite_ntk(shared.X, exercises.next_layer)[0] @ waves.T
    assert found.tolist() == pytest.approx([16.6, 6.4, 0.81, 0.10], rel=0.03)


def test_the_version_to_repair_is_right_for_one_layer_and_loses_deep_ones():
    (given,) = (one.wrong for one in exercises.NEXT_LAYER.mistakes if one.name == exercises.NEXT_LAYER.given)
    assert pair(60, 1, given) == pytest.approx(pair(60, 1))
    for layers, right, wrong in ((2, 1.351, 1.302), (100, 28.0, 2.0)):
        assert pair(60, layers)[2:] == pytest.approx([layers + 1, right], rel=2e-3)
        assert pair(60, layers, given)[2:] == pytest.approx([layers + 1, wrong], rel=0.01)


def test_the_steps_of_the_two_waves_are_those_of_the_descent():
    Theta = shared.infinite_ntk(shared.X, exercises.next_layer)
    step = shared.step(Theta)
    for k, steps in zip((1, 4), decisions.steps_needed(), strict=True):
        wave = (k * shared.ANGLES).cos()
        before, after = (exercises.descent(Theta, 0 * wave, wave, step, t).norm() for t in (steps - 1, steps))
        assert after <= decisions.LEFT * wave.norm() < before


def test_amplitudes_are_root_mean_squares():
    residual = 3 + 2 * (2 * shared.ANGLES + 0.3).cos() + 5 * (4 * shared.ANGLES).sin() + 7 * (3 * shared.ANGLES).cos()
    root = 2**0.5
    expected = torch.tensor([3, 0, 2 / root, 5 / root], dtype=torch.float64)
    torch.testing.assert_close(shared.amplitudes(residual), expected, atol=1e-12, rtol=0)


def test_the_walk_leads_to_the_nearest_weights_that_fit_the_tangent():
    """Against least squares on gradients taken by autograd: its solution of smallest norm."""
    ray = walk.ray(128, walk.DIRECTIONS[0], 0, exercises.empirical_ntk)
    J = shared.gradients(shared.X, ray.W, ray.a)
    residual = (shared.Y - shared.outputs(shared.X, ray.W, ray.a)).numpy()
    nearest = numpy.linalg.lstsq(J.numpy(), residual, rcond=None)[0]
    torch.testing.assert_close(torch.cat([ray.dW.flatten(), ray.da]), torch.as_tensor(nearest), atol=1e-8, rtol=0)


@pytest.mark.parametrize("direction", walk.DIRECTIONS)
def test_the_tangent_on_the_way_is_the_librarys_linearization(direction):
    ray = walk.ray(128, direction, 0, exercises.empirical_ntk)
    assert ray.moved == pytest.approx(walk.ray(128, walk.DIRECTIONS[0], 0, exercises.empirical_ntk).moved)
    move, start = (torch.cat([W.flatten(), a]).norm() for W, a in ((ray.dW, ray.da), (ray.W, ray.a)))
    assert ray.moved == pytest.approx(float(move / start))
    way = 0.7
    straight = linearize(shared.net(3, 128), ((ray.W, None), (ray.a[None], None)))
    there = ((ray.W + way * ray.dW, None), ((ray.a + way * ray.da)[None], None))
    wanted = straight(shared.scaled(shared.X_GRID), there)[:, 0]
    torch.testing.assert_close(ray.f0 + way * ray.slope, wanted, atol=1e-8, rtol=0)
    torch.testing.assert_close(
        ray.net(way), shared.net(3, 128).apply(there, shared.scaled(shared.X_GRID))[:, 0], atol=1e-12, rtol=0
    )


def test_a_wider_net_moves_its_weights_less_as_the_prediction_says():
    """Sixteen times as wide: a quarter of 14 % is 3.5 %, and measured are 3.2 %."""
    moved = [walk.ray(width, walk.DIRECTIONS[0], 0, exercises.empirical_ntk).moved for width in (512, 8192)]
    assert moved == pytest.approx([0.14, 0.032], abs=5e-4)


def test_the_gap_to_the_tangent_grows_faster_than_the_way():
    """Quadratically where nothing kinks; a wrong derivative would leave a gap that is proportional to the way."""
    gaps = walk.walk("2048", 1.0, walk.DIRECTIONS[0]).gaps
    slopes = ((gaps[:, -1] / gaps[:, 0]).log() / (walk.WAYS[-1] / walk.WAYS[0]).log()).tolist()
    assert all(1.4 < slope < 2.2 for slope in slopes)


def test_the_film_shows_real_gradient_descent():
    """Width 32, step size 1.8, twenty steps by autograd."""
    run = film.trainings(0)[32, 1.8]
    W, a = (part.clone().requires_grad_() for part in (run.W, run.a))
    for t in range(21):
        f = shared.outputs(shared.X, W, a)
        torch.testing.assert_close(f.detach(), run.at_points[t], atol=1e-10, rtol=0)
        slopes = torch.autograd.grad(((f - shared.Y) ** 2).mean() / 2, (W, a))
        with torch.no_grad():
            W -= run.lr * slopes[0]
            a -= run.lr * slopes[1]


def test_the_formula_on_the_grid_is_that_of_the_tangent():
    """Carried from the points to the circle, it is what `dynamics` says of the shared."""
    for kernel, formula in ((film.KERNELS[0], film.FORMULAS[0]), (film.KERNELS[1], film.FORMULAS[1])):
        seen = film.film("512", "1.0", 40, formula, kernel)
        run = film.trainings(0)[512, 1.0]
        K = film.infinite(exercises.next_layer)
        if kernel == film.KERNELS[1]:
            K = exercises.empirical_ntk(film.EVERYWHERE, shared.X, run.W, run.a)
        dynamics = tangent.dynamics(K[:16], shared.Y, run.at_points[0])
        wanted = (
            dynamics.descent(40, run.lr, K[16:], run.on_grid[0])
            if formula == film.FORMULAS[0]
            else dynamics.flow(40 * run.lr, K[16:], run.on_grid[0])
        )
        torch.testing.assert_close(seen.predicted, wanted, atol=1e-7, rtol=0)


def test_beyond_the_edge_the_formula_diverges_and_the_net_moves_its_kernel():
    seen = film.film("2048", "2.5", film.LAST, *(options[0] for options in (film.FORMULAS, film.KERNELS)))
    assert seen.gap > 1e6
    assert seen.run.on_grid[film.LAST].abs().max() < 3
    assert float(seen.run.drift[film.LAST]) == pytest.approx(0.36, abs=0.01)  # the page's number
    calm = film.film("2048", "1.0", film.LAST, *(options[0] for options in (film.FORMULAS, film.KERNELS)))
    assert calm.run.drift[film.LAST] < 0.05
    assert 6.5 < seen.run.at_points[11].abs().max() < 7.5  # the page: it grows to about 7 after eleven steps
    assert seen.run.at_points.abs().max() == seen.run.at_points[11].abs().max()


@pytest.mark.slow
def test_the_formula_predicts_a_wide_net_at_every_step_as_the_page_says():
    at_each = (film.film("2048", "1.0", step, film.FORMULAS[0], film.KERNELS[0]) for step in range(1, film.LAST + 1))
    assert 0.06 < max(seen.gap for seen in at_each) < 0.07


def test_the_page_states_what_network_and_formula_leave_of_two_waves():
    page = words_of("neural_tangent_kernel")
    asked = (10, film.KERNELS[0]), (film.LAST, film.KERNELS[0]), (film.LAST, film.KERNELS[1])
    ten, late, own = (film.film("2048", "1.0", after, film.FORMULAS[0], kernel) for after, kernel in asked)
    second, fourth, too = (100 * r.left(r.expected[-1]) for r in (ten, late, own))
    network, last = (100 * r.left(r.run.at_points[r.after]) for r in (ten, late))
    assert f"leaves {second[2]:.0f} % of the wave $k = 2$" in page
    assert f"The network of 2,048 units has {network[2]:.0f} %." in page
    assert f"leaves {fourth[3]:.0f} % of the wave $k = 4$, and the network {last[3]:.0f} %." in page
    assert f"kernel at the start, the formula leaves {too[3]:.0f} % too" in page
    length = float(exercises.empirical_ntk(shared.X, shared.X, late.run.W, late.run.a).norm())
    moved = float(late.run.drift[film.LAST])
    assert f"this kernel moves by {100 * moved:.1f} %." in page
    assert f"is about {length:.1f}, so it moves by about {length * moved:.1f}." in page


def test_a_too_large_step_shrinks_the_kernel_of_two_weights_as_on_the_page():
    start = torch.tensor([1.0, 2.0], requires_grad=True)
    (start.prod() ** 2 / 2).backward()
    moved = start.detach() - 0.5 * start.grad
    assert moved.tolist() == [-1, 1]
    before, f = float(start.detach().square().sum()), float(start.detach().prod())
    assert float(moved.square().sum()) == 2 == before + 0.5 * f**2 * (0.5 * before - 4)


def test_the_variance_of_the_kernel_at_the_start_is_that_of_its_units():
    """One unit at a time: fifty thousand of them, against the closed form."""
    x = widths.X[: widths.POINTS]
    total = 0.0
    Theta = shared.infinite_ntk(x, exercises.next_layer)
    W, a = normal(50_000, widths.COORDINATES), normal(50_000, seed=1)
    for w, b in zip(W.split(1000), a.split(1000), strict=True):
        z = x @ w.T
        gates = (z > 0) * b
        units = 2 * (torch.relu(z)[:, None] * torch.relu(z)[None] + gates[:, None] * gates[None] * (x @ x.T)[..., None])
        total += float(((units - Theta[..., None]) ** 2).sum())
    wanted = math.sqrt(total / len(a)) / float(Theta.norm())
    assert float(shared.theory_at_start(x, torch.tensor(1.0))) == pytest.approx(wanted, rel=0.03)


def test_the_distance_to_the_tangent_is_that_of_a_linearized_training(monkeypatch):
    """Step by step, in the weights, with derivatives by forward mode."""
    monkeypatch.setattr(widths, "SEEDS", widths.SEEDS[:1])
    monkeypatch.setattr(widths, "WIDTHS", widths.WIDTHS[:1])
    ((net, start, end),) = (trained,) = widths.trained_nets.__wrapped__("erf")
    x, y = widths.X, widths.Y
    n, lr = widths.POINTS, widths.learning_rate("erf")
    (W, _), (a, _) = start

    def f(W, a):
        return net.apply(((W, None), (a, None)), shared.scaled(x))[:, 0]

    f0, moved = f(W, a), [torch.zeros_like(W), torch.zeros_like(a)]
    for _ in range(widths.STEPS):
        now = f0 + jvp(f, (W, a), tuple(moved))[1]
        pull = torch.zeros_like(now)
        pull[:n] = (now[:n] - y[:n]) / n
        gradient = torch.func.vjp(f, W, a)[1](pull)
        moved = [part - lr * slope for part, slope in zip(moved, gradient, strict=True)]
    linear = (f0 + jvp(f, (W, a), tuple(moved))[1])[n:]
    end = net.apply(end, shared.scaled(x))[n:, 0]
    wanted = float((end - linear).square().mean().sqrt() / y[n:].square().mean().sqrt())
    Theta = widths.infinite("erf")
    assert widths.distance(trained, "tangent", Theta, exercises.empirical_ntk) == pytest.approx(wanted, rel=1e-6)


def test_the_digits_kernel_is_regression_without_a_net():
    """At the smallest penalty, against one linear system; and left out by hand."""
    path, test = digits.kernel_fit(50, 1, False, 0, exercises.next_layer)
    x, y, test_x, test_y = (part.cpu() for part in digits.data(False, 0))
    K = infinite(shared.scaled(torch.cat([x[:50], test_x]))).ntk
    targets = digits.targets(y[:50], K)
    penalty = float(digits.PENALTIES[12])
    system = K[:50, :50] + 50 * penalty * torch.eye(50, dtype=K.dtype)
    scores = K[50:, :50] @ torch.linalg.solve(system, targets)
    assert float(test[12]) == pytest.approx(float((scores.argmax(1) != test_y).double().mean()), abs=2 / digits.TEST)
    rest = torch.arange(1, 50)
    alone = K[0, rest] @ torch.linalg.solve(system[rest][:, rest], targets[rest])
    torch.testing.assert_close(path.leave_one_out[12, 0].cpu(), alone, atol=1e-6, rtol=0)


def test_wrong_labels_are_wrong_and_only_for_training():
    x, right, test_x, test_y = digits.data(False, 0)
    spoiled_x, spoiled, other_x, other_y = digits.data(True, 0)
    assert torch.equal(x, spoiled_x)
    assert torch.equal(test_x, other_x)
    assert torch.equal(test_y, other_y)
    assert float((right != spoiled).double().mean()) == pytest.approx(digits.WRONG, abs=0.06)


@pytest.mark.slow
def test_a_penalty_protects_from_wrong_labels():
    told = digits.digits(200, 1, "512", True)
    assert told.error < float(told.path["new digits"][0])
    assert float(told.kernel[-1]) < float(told.nets[:, -1].min())


@pytest.mark.slow  # three networks of 512 units, at five sizes
def test_the_kernel_is_as_good_as_trained_networks_as_the_page_says():
    told = digits.digits(400, 1, "512", False)
    low, high = 100 * told.nets[:, -1].min(), 100 * told.nets[:, -1].max()
    said = f"one layer has the error rate {100 * told.error:.1f} %, and trained networks of 512 units"
    assert f"with 400 digits, {said} have {low:.1f} to {high:.1f} %" in words_of("neural_tangent_kernel")


@needs_cuda
def test_the_gpu_sees_the_same_digits(monkeypatch):
    def errors(device):
        monkeypatch.setenv("DDLEARN_DEVICE", device)
        for cached in (digits.data, digits.kernel_of_all, digits.kernel_errors):
            cached.cache_clear()
        return digits.kernel_errors(2, False, 0, exercises.next_layer)

    torch.testing.assert_close(errors("cuda"), errors("cpu"), atol=0.01, rtol=0)


def test_the_mean_of_nets_is_taken_over_disjoint_groups():
    functions, infinite = normal(2, 7, 3), normal(3, seed=1)
    fits = finite_width.Fits(functions, infinite)
    by_hand = [sum(float((one[i : i + 3].mean(0) - infinite).square().mean()) for i in (0, 3)) / 2 for one in functions]
    torch.testing.assert_close(finite_width.distance(fits, 3), torch.tensor(by_hand, dtype=torch.float64).sqrt())


def test_one_wide_network_is_nearer_than_several_narrow_ones_as_the_page_says():
    page = words_of("neural_tangent_kernel")
    far = [finite_width.finite_width(*one, True) for one in ((1024, 1), (256, 4), (64, 16))]
    one, four, sixteen = (f"{float(r.distances[1][r.here]):.3f}" for r in far)
    assert f"the distance {one} for one network of 1,024 units" in page
    assert f"it has {four}, and for the mean of 16 of 64 units {sixteen}" in page


@pytest.mark.slow
def test_training_moves_the_kernels_of_three_networks_as_problem_5_says():
    images, labels = architectures.digits(seed=1)
    modes, sums = {}, {}
    for name, net in architectures.architectures(seed=1).items():
        kernels = [tangent.empirical(one, images) for one in (net, architectures.trained(net, images, labels))]
        shares = [torch.linalg.eigvalsh(K).flip(0).cumsum(0) / K.trace() for K in kernels]
        modes[name] = [int((share < 0.9).sum()) + 1 for share in shares]
        sums[name] = kernels[1].trace() / kernels[0].trace()
    assert modes["transformer"][0] < 10 < 25 < min(modes["MLP"][0], modes["convolutional"][0])
    assert modes["MLP"][1] < modes["MLP"][0]
    assert modes["convolutional"][1] < modes["convolutional"][0] / 2
    assert modes["transformer"][1] > 2 * modes["transformer"][0]
    assert min(sums.values()) > 10
