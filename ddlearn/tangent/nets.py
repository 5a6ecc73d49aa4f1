"""The nets that have a tangent: any `torch.nn.Module`, or an `MLP` with its parameters, seen as one."""

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.dropout import _DropoutNd
from torch.nn.parameter import is_lazy
from torch.nn.utils.parametrizations import _SpectralNorm
from torch.nn.utils.spectral_norm import SpectralNorm
from torch.overrides import TorchFunctionMode

from ddlearn import arguments
from ddlearn.networks import ACTIVATIONS, MLP, Parameters


class _Unrolled(nn.Module):
    """An MLP as plain linear layers: of each its weight, and its bias if it has one."""

    def __init__(self, activation: str):
        super().__init__()
        self.pairs, self.phi = nn.ModuleList(), ACTIVATIONS[activation]

    def forward(self, h: Tensor) -> Tensor:
        for pair in self.pairs[:-1]:
            h = self.phi(F.linear(h, *pair))
        return F.linear(h, *self.pairs[-1])


def unrolled(
    net: nn.Module | MLP, parameters: Parameters | None, rates: bool = False
) -> tuple[nn.Module, dict[int, float]]:
    """Return the net as a module, and the factor of each parameter's share of the kernel, by id; frozen ones have none.

    For z = s W h + t b a linear layer has the weight s W and the bias t b. The share of s W is then multiplied by s^2,
    that of t b by t^2; and with `rates` by the parameter's learning-rate factor.
    """
    if isinstance(net, nn.Module):
        if parameters is not None or rates:
            raise TypeError("parameters and rates belong to an MLP; a torch.nn.Module brings its own")
        return net, {id(p): 1.0 for p in net.parameters() if p.requires_grad}
    if not isinstance(net, MLP):
        raise TypeError(f"net must be a torch.nn.Module or an MLP; got {type(net).__name__}")
    if parameters is None:
        raise TypeError("parameters must be given with an MLP, as its init draws them; got None")
    net.check(parameters)
    if parameters[0][0].ndim != 2:
        raise ValueError("parameters must be those of one net; got a stack of them")
    module, shares = _Unrolled(net.activation), {}
    for layer, (W, b) in zip(net.layers, parameters, strict=True):
        pair = nn.ParameterList()
        for t, scale, rate in ((W, layer.weight_scale, layer.weight_rate), (b, layer.bias_scale, layer.bias_rate)):
            if t is not None:
                pair.append(nn.Parameter(scale * t.detach()))
                shares[id(pair[-1])] = scale**2 * (rate if rates else 1)
        module.pairs.append(pair)
    return module, shares


class _Detached(TorchFunctionMode):
    """Lets a deep copy copy a tensor that a net kept from a pass, which torch refuses; detached from that pass."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function is Tensor.__deepcopy__ and not args[0].is_leaf:
            return args[0].detach().clone()
        return function(*args, **(kwargs or {}))


def copy_of(net: nn.Module) -> nn.Module:
    """Return a deep copy, of a net that keeps activations too."""
    try:
        with _Detached():
            return copy.deepcopy(net)
    except (TypeError, RuntimeError, NotImplementedError, ValueError, AttributeError) as error:
        raise TypeError(
            f"net must be one that copy.deepcopy copies; it raised {type(error).__name__}: {error}"
        ) from error


def check_net(net: nn.Module, x: Tensor | None = None) -> None:
    """Refuse a net that couples samples, draws at random or holds no numbers, and an x not of its parameters' kind."""
    for name, tensor in (*net.named_parameters(), *net.named_buffers()):
        if is_lazy(tensor):
            raise ValueError(f"net must have been run once; {name} has no shape before")
        if tensor.device.type == "meta":
            raise ValueError(f"net must hold numbers; {name} is on the meta device, which holds none")
        if tensor.is_inference():
            raise ValueError(f"net must be made outside torch.inference_mode(), or autograd cannot use its {name}")
    for name, module in net.named_modules():
        couples = isinstance(module, _BatchNorm) and (module.training or module.running_mean is None)
        draws = isinstance(module, _DropoutNd) and module.training and module.p > 0
        spectral = (module, *module._forward_pre_hooks.values())
        moves = module.training and any(isinstance(part, (_SpectralNorm, SpectralNorm)) for part in spectral)
        if couples or draws or moves:
            what = "sees a batch as a whole" if couples else "draws at random" if draws else "changes with each pass"
            where = type(module).__name__ + (f" {name!r}" if name else "")
            raise ValueError(f"net must treat every sample alone; {where} {what} in training mode. Call net.eval().")
    trained = next((p for p in net.parameters() if p.requires_grad), None)
    if trained is None:
        raise ValueError("net must have parameters that require gradients; without them it has no tangent")
    if x is not None:
        check_samples("x", x, net)
        if x.ndim < 2:
            raise ValueError(f"x must be of shape (n, ...), one sample a row; got shape {tuple(x.shape)}")
        if x.is_floating_point():
            arguments.same_kind("x", x, "the parameters", trained.detach().real)


def check_samples(name: str, x: Tensor, net: nn.Module) -> None:
    """Refuse what is no dense tensor of finite numbers, or, for a net with an embedding layer, of whole ones."""
    embeds = any(isinstance(module, (nn.Embedding, nn.EmbeddingBag)) for module in net.modules())
    if embeds and isinstance(x, Tensor) and x.dtype in (torch.int32, torch.int64) and x.numel() > 0:
        arguments.readable(name, x)
    else:
        arguments.tensor(name, x, gradient=True)
