"""Convolutional nets over widths: the grouped computation against torch's own layers, one net at a time."""

import pytest
import torch
from torch import nn

from ddlearn.compute import generator
from ddlearn.double_descent import conv_parameters, conv_widths, draw_conv_nets, flip_labels, run_conv_nets


def images(n=24, m=12, seeds=2, side=8):
    draw = generator(0)
    x, x_new = (torch.rand(count, side, side, generator=draw) for count in (n, m))
    y, y_new = ((4 * one[:, 0, 0]).long().clamp(max=2) for one in (x, x_new))
    return x, flip_labels(y, 0.25, 3, draw, seeds), x_new, y_new


def one_by_one(parameters, s, seeds, k, K):
    """Net s alone, of torch's layers."""
    layers, sizes = [], [1, k, 2 * k, 4 * k]
    for l in range(3):
        layer = nn.Conv2d(sizes[l], sizes[l + 1], 3, padding=1)
        W, b = (one.unflatten(0, (seeds, -1))[s] for one in parameters[2 * l : 2 * l + 2])
        layer.weight.data, layer.bias.data = W.clone(), b.clone()
        layers += [layer, nn.ReLU()] + ([nn.MaxPool2d(2)] if l < 2 else [])
    readout = nn.Linear(4 * k, K)
    readout.weight.data, readout.bias.data = parameters[6][s].T.clone(), parameters[7][s].clone()
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), readout)


def test_grouped_nets_are_torchs_nets_one_by_one():
    x, *_ = images(side=9)
    k, K, seeds = 3, 4, 3
    parameters = draw_conv_nets(k, K, seeds, generator(1))
    together = run_conv_nets(parameters, x)
    assert together.shape == (seeds, len(x), K)
    for s in range(seeds):
        alone = one_by_one(parameters, s, seeds, k, K)
        torch.testing.assert_close(together[s], alone(x[:, None]), rtol=1e-4, atol=1e-5)
        assert sum(p.numel() for p in alone.parameters()) == conv_parameters(k, K)


@pytest.mark.parametrize("loss", ["mse", "cross-entropy"])
def test_a_training_is_torchs_adam_on_each_net(loss):
    """With full batches: the same numbers as nn.Module, autograd and torch.optim, a net at a time."""
    x, y, x_new, y_new = images()
    sweep = conv_widths(
        x, y, x_new, y_new, [2], generator(5), classes=3, steps=6, lr=0.01, batch=24, loss=loss, record=[3]
    )
    assert sweep.steps.tolist() == [3, 6]
    assert sweep.error.shape == (1, 2, 2)
    seed = torch.randint(2**62, (1,), generator=generator(5)).item()
    parameters = draw_conv_nets(2, 3, 2, generator(seed))
    a, b = ((one - x.mean()) / x.std() for one in (x, x_new))
    for s in range(2):
        net = one_by_one(parameters, s, 2, 2, 3)
        optimizer, target = torch.optim.Adam(net.parameters(), lr=0.01), torch.eye(3)[y[s]]
        for _ in range(6):
            f = net(a[:, None])
            fit = (f - target).square().sum(1).mean() if loss == "mse" else nn.functional.cross_entropy(f, y[s])
            optimizer.zero_grad()
            fit.backward()
            optimizer.step()
        with torch.no_grad():
            f, g = net(b[:, None]), net(a[:, None])
        mse = (f - torch.eye(3)[y_new]).square().sum(1).mean().item()
        assert sweep.mse[0, s, -1].item() == pytest.approx(mse, rel=1e-3)
        assert sweep.train_mse[0, s, -1].item() == pytest.approx((g - target).square().sum(1).mean().item(), rel=1e-3)
        assert sweep.error[0, s, -1].item() == pytest.approx((f.argmax(1) != y_new).double().mean().item())


def test_a_sweep_says_how_far_it_is_and_how_large_its_nets_are():
    x, y, x_new, y_new = images()
    said, how = [], {"classes": 3, "steps": 4, "batch": 8, "progress": lambda done, words: said.append(done)}
    sweep = conv_widths(x, y, x_new, y_new, [1, 2], generator(2), **how)
    assert said == [0.5, 1.0]
    assert sweep.ratio.tolist() == pytest.approx([conv_parameters(k, 3) / 72 for k in (1, 2)])
