"""Who is right, if nobody knows the truth? Rules that agree with the others where it matters.

The label model of Dawid and Skene (Applied Statistics 1979): a cell has a class c with probability pi_c, and then rule
j says l with probability theta_jcl, whatever the other rules say. Silence is a saying like the others. The EM algorithm
goes back and forth:

    E    q_ic     proportional to  pi_c product over j of theta_jc,vote(i, j)
    M    theta_jcl  proportional to  s + sum of q_ic over the cells on which j says l;    pi = mean of q

No step lowers log P(votes) + s sum log theta. With s = 0 this is the likelihood; s > 0 is a Dirichlet prior that keeps
a saying possible that was never heard. Where the model is wrong, with rules that err together or one that is broad and
mostly wrong, the most likely classes need not be the true ones: a class balance that is known keeps them in place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddlearn import arguments
from ddlearn.weak_labels import checks
from ddlearn.weak_labels.votes import ABSTAIN, check_votes, majority_vote

__all__ = ["LabelModel", "dawid_skene"]


@dataclass(frozen=True, eq=False)
class LabelModel:
    """What the votes say of cells and rules. posterior (n, C); balance (C,), the classes' shares.

    confusion (m, C, C + 1) is the probability that rule j says l of a cell of class c, silence last. log_likelihood and
    objective (T,), before each M step and after the last; objective adds the log prior s sum log theta and never falls.
    """

    posterior: Tensor
    balance: Tensor
    confusion: Tensor
    log_likelihood: Tensor
    objective: Tensor

    @property
    def accuracy(self) -> Tensor:
        """The probability that each rule is right, given that it speaks, (m,)."""
        said = torch.einsum("c,jcl->jcl", self.balance, self.confusion[..., :-1])
        return said.diagonal(dim1=1, dim2=2).sum(1) / said.sum((1, 2))

    def predict(self, votes: Tensor) -> Tensor:
        """Return posteriors of other cells from the votes of the same rules.  votes (n, m) -> (n, C)

        Without smoothing a saying that was never heard has probability 0, and a cell on which it is heard has nan.
        """
        check_votes(votes, len(self.balance))
        if votes.shape[1] != len(self.confusion):
            raise ValueError(f"votes must be of {len(self.confusion)} rules; got {votes.shape[1]}")
        return _joint(votes, self.balance, self.confusion).softmax(1)


def dawid_skene(
    votes: Tensor,
    classes: int,
    balance: Tensor | Sequence[float] | None = None,
    *,
    smoothing: float | None = None,
    iterations: int = 100,
    tolerance: float = 1e-6,
) -> LabelModel:
    """Fit the label model by EM, from the majority vote.  votes (n, m) int64 -> `LabelModel`

    balance (C,), positive, fixes the classes' shares; they are estimated if None. smoothing s is 1 / (C + 1) if None.
    Stops after so many iterations, or when the objective gains less than `tolerance` a cell.
    """
    classes = arguments.whole("classes", classes, 2)
    check_votes(votes, classes)
    fixed = None if balance is None else checks.mixture("balance", balance, classes=classes, positive=True).double()
    s = 1 / (classes + 1) if smoothing is None else arguments.at_least("smoothing", smoothing, 0)
    iterations = arguments.whole("iterations", iterations, 1)
    tolerance = arguments.at_least("tolerance", tolerance, 0)

    heard = torch.nn.functional.one_hot(torch.where(votes == ABSTAIN, classes, votes), classes + 1).double()
    q = majority_vote(votes, classes, fixed)
    likelihoods, objectives = [], []
    for _ in range(iterations + 1):
        pi = q.mean(0) if fixed is None else fixed
        counts = torch.einsum("nc,nml->mcl", q, heard) + s
        theta = counts / counts.sum(-1, keepdim=True).clamp(min=torch.finfo(q.dtype).tiny)
        joint = _joint(votes, pi, theta)
        likelihoods.append(joint.logsumexp(1).sum())
        objectives.append(likelihoods[-1] + (s * theta.log().sum() if s > 0 else 0))
        q = joint.softmax(1)
        if len(objectives) > 1 and objectives[-1] - objectives[-2] < tolerance * len(votes):
            break
    return LabelModel(q, pi, theta, torch.stack(likelihoods), torch.stack(objectives))


def _joint(votes: Tensor, balance: Tensor, confusion: Tensor) -> Tensor:
    """log P(class, votes) of each cell, (n, C)."""
    rules = torch.arange(votes.shape[1], device=votes.device)
    return balance.log() + confusion.log()[rules, :, votes].sum(1)  # (n, m, C); ABSTAIN is -1, the last place
