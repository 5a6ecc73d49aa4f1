"""Purified tubes: every cell carries the name of its tube, and the tube is not quite pure.

purity[s, c] is the share of class c in tube s, which is what a centrifuge's manual states. A classifier needs the other
direction, T[c, s] = P(tube s | a cell of class c). The forward correction (Patrini et al., arXiv 1609.03683) is the
cross-entropy of T' softmax f, the probabilities of the tubes, against the tube's name. It has its minimum where
softmax f is the true posterior, for T' P(class | x) = P(tube | x). It learns the classes in the tubes' mix q:
`prior_shift` takes the answers to another mix.
"""

from collections.abc import Sequence

from torch import Tensor

from ddlearn import arguments
from ddlearn.weak_labels import checks

__all__ = ["forward_loss", "purity_to_transition"]


def purity_to_transition(purity: Tensor, shares: Tensor | Sequence[float] | None = None) -> tuple[Tensor, Tensor]:
    """T (C, S) and the mix q (C,) of all tubes together, from purity (S, C) and the tubes' shares (S,) of all cells.

    q_c = sum over s of shares_s purity[s, c], and T[c, s] = shares_s purity[s, c] / q_c: rows of T add up to 1, as rows
    of purity do. Equal shares if None. `ValueError` if a class is in no tube, or a tube has no share.
    """
    checks.distributions("purity", purity)
    if shares is None:
        shares = purity.new_full((len(purity),), 1 / len(purity))
    shares = checks.mixture("shares", shares, classes=len(purity), positive=True).to(purity)
    joint = shares[:, None] * purity
    q = joint.sum(0)
    if q.min() == 0:
        raise ValueError(f"purity must have every class in some tube; got none of class {q.argmin().item()}")
    return (joint / q).T.contiguous(), q


def forward_loss(logits: Tensor, tubes: Tensor, transition: Tensor) -> Tensor:
    """Return mean of -log (T' softmax f)_tube.  logits (..., n, C), tubes (n,) int64, transition T (C, S) -> (...)

    The dots are a stack of nets, or nothing; tubes (..., n) and T (..., C, S) give each net of it its own. Taken in
    logarithms; can be differentiated.
    """
    _check(logits, tubes, transition)
    if transition.amax(-2).min() == 0:
        empty = transition.amax(-2).reshape(-1, transition.shape[-1]).amin(0).argmin().item()
        raise ValueError(f"transition must have some class in every tube; got none in tube {empty}")
    log_tube = transition.log().mT.expand(*logits.shape[:-2], -1, -1)  # (..., S, C): log P(tube | each class)
    of_cells = log_tube.gather(-2, tubes.expand(logits.shape[:-1])[..., None].expand(logits.shape))
    return -(logits.log_softmax(-1) + of_cells).logsumexp(-1).mean(-1)


def _check(logits: Tensor, tubes: Tensor, transition: Tensor) -> None:
    """Refuse what does not fit; each net of a stack may have tubes and a transition of its own."""
    checks.scores("logits", logits, 2)
    nets, (n, C) = logits.shape[:-2], logits.shape[-2:]
    if getattr(transition, "shape", ())[:-2] == nets != ():
        arguments.matrix("transition of a net", transition.flatten(0, -3)[0], rows=C, gradient=True)
        checks.distributions("transition", transition.flatten(0, -2))
    else:
        checks.distributions("transition", arguments.matrix("transition", transition, rows=C, gradient=True))
    arguments.same_kind("transition", transition, "logits", logits)
    if getattr(tubes, "shape", ()) == (*nets, n) != (n,):
        arguments.class_labels("tubes", tubes.flatten(), transition.shape[-1])
    else:
        arguments.class_labels("tubes", tubes, transition.shape[-1], rows=n)
