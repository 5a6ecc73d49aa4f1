"""How the claims of `claims.md` are measured; beside each, a control that must fail."""

import torch

from ddlearn import compute, weak_labels
from ddlearn.classroom import ClaimTexts, Measured
from ddlearn.classroom.claim import at_least, at_most
from ddlearn.lessons import cells as lab
from ddlearn.lessons.counting_and_rules import counting, exercises, patient, rules, voting
from ddlearn.lessons.counting_and_rules.voting import FREE, TESTED

RARE = torch.tensor([0.80, 0.15, 0.05], dtype=torch.float64)
LOOKS = torch.tensor([[6, 2, 1, 1], [1, 6, 2, 1], [1, 1, 3, 5]], dtype=torch.float64) / 10
SUSPECTS, COVERAGE = (0.9, 0.8, 0.75, 0.7, 0.65, 0.6), 0.7  # accuracies of six rules, and how often each speaks


def recovered(seed: int, em: bool) -> float:
    """Return the largest error of the shares of 20,000 cells of four appearances, by EM or the mean posterior."""
    draw = compute.generator(seed + 9)
    y = torch.multinomial(RARE, 20_000, replacement=True, generator=draw)
    seen = torch.multinomial(LOOKS[y], 1, generator=draw)[:, 0]
    P = (LOOKS / LOOKS.sum(0)).T[seen]  # Bayes' own classifier, at equal shares
    found = counting.count_by_em(P, counting.FLAT, exercises.shares_step) if em else P.mean(0)
    return float((found - RARE).abs().max())


def count_ratio(seed: int, looked: bool) -> float:
    """Return the error of EM with physiology, or of the average blood, over that of classify-and-count."""
    errors = counting.errors(300, seed)[..., -1].mean((1, 2))
    mixes, _ = counting.people(seed)
    average = weak_labels.count_error(lab.BLOOD.expand_as(mixes), mixes).mean()
    return float((errors[2] if looked else average) / errors[0])


def spent(seed: int, purified: int) -> float:
    """Return the error with so many purified cells and 30 counted ones, over that with 30 purified and 300 counted."""
    return patient.mean_error(purified, 30, seed) / patient.mean_error(30, 300, seed)


def misjudged(seed: int, together: bool) -> float:
    """Return the largest error of the accuracies found; `together`, three of the six rules say the same."""
    draw, n = compute.generator(seed + 11), 4000
    y = torch.randint(3, (n,), generator=draw)
    columns = []
    for accuracy in SUSPECTS:
        right = torch.rand(n, generator=draw, dtype=torch.float32) < accuracy
        other = (y + torch.randint(1, 3, (n,), generator=draw)) % 3
        silent = torch.rand(n, generator=draw, dtype=torch.float32) > COVERAGE
        columns.append(torch.where(silent, weak_labels.ABSTAIN, torch.where(right, y, other)))
    who = [0, 1, 2, 3, 3, 3] if together else range(6)
    votes = torch.stack([columns[k] for k in who], 1)
    q = voting.label_model(votes, None, exercises.label_round)
    true = torch.tensor([SUSPECTS[k] for k in who], dtype=torch.float32)
    return float((voting.beliefs(q, votes) - true).abs().max())


def label_model_right(seed: int, balance: str) -> float:
    """Return the accuracy of the label model on three narrow rules and the broad one."""
    return float(rules.votes(voting.NARROW, True, balance, rules.MOST, seed).scores[1, 0])


CLAIMS = ClaimTexts.beside(__file__).of(
    Measured("em", at_most(0.03), recovered, cause={"em": True}, control={"em": False}),
    Measured("count", at_most(1.0), count_ratio, cause={"looked": True}, control={"looked": False}),
    Measured("spend", at_most(1.0), spent, cause={"purified": 900}, control={"purified": 30}),
    Measured("witnesses", at_most(0.06), misjudged, cause={"together": False}, control={"together": True}),
    Measured("broad", at_least(0.85), label_model_right, cause={"balance": TESTED}, control={"balance": FREE}),
)
