"""Products with the tangent kernel of a net, Theta v = J (J'v), for samples and outputs too many for the matrix."""

import numpy as np
import torch
from scipy.sparse.linalg import LinearOperator
from torch import Tensor, nn

from ddlearn import arguments
from ddlearn.networks import MLP, Parameters
from ddlearn.tangent.nets import check_net, unrolled
from ddlearn.tangent.passes import alone, differentiable_twice, push, run, said, slopes, undisturbed

__all__ = ["operator"]


class _Operator(LinearOperator):
    """Theta as SciPy takes it. One pass back gives J'v, and differentiating twice gives J of the result."""

    def __init__(self, net: nn.Module, x: Tensor, shares: dict[int, float], f: Tensor, at_once: int):
        k = f.shape[1]
        super().__init__(f.detach().cpu().numpy().dtype, (len(x) * k, len(x) * k))
        self.net, self.parts, self.shares, self.k = net, x.split(at_once), shares, k

    @torch.inference_mode(False)
    def _matvec(self, v: np.ndarray) -> np.ndarray:
        theta = [p for p in self.net.parameters() if id(p) in self.shares]
        sizes = [len(part) for part in self.parts]
        pieces = torch.as_tensor(v.reshape(-1, self.k).copy()).to(theta[0]).split(sizes)
        with undisturbed(self.net, self.parts[0]), differentiable_twice():
            back = 0
            for x, piece in zip(self.parts, pieces, strict=True):
                back = back + torch.cat(slopes(run(self.net, x), piece, theta))
            back = back.split([p.numel() for p in theta])
            step = [s.view_as(p) * self.shares[id(p)] for p, s in zip(theta, back, strict=True)]
            return torch.cat([push(run(self.net, x), theta, step).detach() for x in self.parts]).flatten().cpu().numpy()

    _rmatvec = _matvec


@torch.inference_mode(False)
def operator(
    net: nn.Module | MLP, x: Tensor, parameters: Parameters | None = None, *, at_once: int = 100
) -> LinearOperator:
    """Return the full tangent kernel of x (n, ...) as a SciPy `LinearOperator`, (n k, n k), that never forms it.

    Row i k + a is output a of sample i: `operator(net, x) @ v.flatten()` is sum_jb Theta_ab(x_i, x_j) v_jb. A product
    passes all samples, `at_once` of them at a time, four times or so, and needs memory for those only.
    `scipy.sparse.linalg.eigsh(operator(net, x), 5)` finds its five largest eigenvalues. The net must not change
    meanwhile. net, x and parameters are as in `empirical`, which is faster wherever the matrix fits.

    Raises what `empirical` raises, and `ValueError` if net has operations that torch cannot differentiate twice.
    """
    net, shares = unrolled(net, parameters)
    check_net(net, x)
    at_once = arguments.whole("at_once", at_once, 1)
    x = x.detach()
    with undisturbed(net, x), differentiable_twice():
        theta = [p for p in net.parameters() if id(p) in shares]
        few = x[:at_once]
        f, weights = alone(net, few, theta)
        step = slopes(f, weights, theta, more=True)
        try:
            along = (weights * push(f, theta, [s.view_as(p) for s, p in zip(step, theta, strict=True)])).sum()
        except RuntimeError as error:
            raise ValueError(f"net must be one that torch can differentiate twice; it raised {said(error)}") from error
        right = sum(s.square().sum() for s in step)
        if not (along - right).abs() <= torch.finfo(f.dtype).eps ** (2 / 3) * right:
            raise ValueError(
                "net must be one that torch can differentiate twice; its slopes differ from plain autograd's"
            )
    return _Operator(net, x, shares, f, at_once)
