"""What each public function of generalization refuses, and the sentence it gets."""

import math

import pytest
import torch

from ddlearn import generalization as gz
from ddlearn.compute import generator
from ddlearn.networks import MLP

G = generator(0)
X = torch.randn(6, 3, generator=G, dtype=torch.float64)
K = X @ X.T + torch.eye(6, dtype=torch.float64)
Y = torch.randn(6, 2, generator=G, dtype=torch.float64)
SIGNS = torch.tensor([1.0, -1, 1, 1, -1, -1]).double()
LAM = torch.tensor([3.0, 1.0, 0.5]).double()
NAN = X.clone().index_put_((torch.tensor(1), torch.tensor(2)), torch.tensor(math.nan).double())
NET = MLP((3, 4, 1))
TWO = MLP((3, 4, 2))
START = NET.init(G)
GIBBS = gz.pac_bayes_kernel(K, SIGNS)
RANDOMIZED = gz.pac_bayes_net(NET, START, START, X, SIGNS, G, steps=1, draws=10)
TENSOR = "must be a torch tensor; got list"


def gram(name, call, targets, targets_call):
    """The refusals of a Gram matrix and its targets, the same wherever they are given."""
    return [
        (lambda: call([[1.0]]), TypeError, f"{name} {TENSOR}. torch.as_tensor({name}) converts it."),
        (lambda: call(K.long()), TypeError, f"{name} must be float32 or float64; got torch.int64."),
        (lambda: call(X), ValueError, f"{name} must be a square matrix of shape (n, n); got shape (6, 3)"),
        (lambda: call(NAN[:3]), ValueError, f"{name} must be finite; got nan at [1, 2]"),
        (lambda: call(K.triu()), ValueError, f"{name} must be symmetric; got entries that differ"),
        (lambda: targets_call([1.0]), TypeError, f"{targets} {TENSOR}. torch.as_tensor({targets}) converts it."),
        (
            lambda: targets_call(SIGNS.float()),
            TypeError,
            f"{targets} must be of the same dtype as {name}, torch.float64",
        ),
    ]


def pool(call):
    """The refusals of a pool, K and Y."""
    return [
        *gram("K", lambda v: call(v, Y), "Y", lambda v: call(K, v)),
        (lambda: call(K, Y[:5]), ValueError, "Y must be of shape (6,) or (6, k); got shape (5, 2)"),
        (lambda: call(-K, Y), ValueError, "K must have no negative eigenvalue, as every Gram matrix"),
    ]


def ridged(call):
    return [
        *pool(lambda a, b: call(a, b, 0.1)),
        (lambda: call(K, Y, -0.1), ValueError, "ridge must be a number of at least 0; got -0.1"),
        (lambda: call(K, Y, None), TypeError, "ridge must be a number of at least 0; got None"),
        (lambda: call(0 * K, Y, 0), ValueError, "K must have no negative eigenvalue, as every Gram matrix, and not be"),
    ]


def labelled(name, call):
    """The refusals of a Gram matrix and labels."""
    return [
        *gram(name, lambda v: call(v, SIGNS), "y", lambda v: call(K, v)),
        (lambda: call(K, 2 * SIGNS), ValueError, "y must consist of -1 and +1; got 2.0"),
        (lambda: call(K, SIGNS[:5]), ValueError, "y must be of shape (6,); got shape (5,)"),
        (lambda: call(K, SIGNS[:, None]), ValueError, "y must be of shape (6,); got shape (6, 1)"),
    ]


def shares(call):
    return [
        (lambda: call(0.0), ValueError, "delta must be above 0 and below 1; got 0.0"),
        (lambda: call(1), ValueError, "delta must be above 0 and below 1; got 1"),
        (lambda: call(-0.1), ValueError, "delta must be a number from 0 to 1; got -0.1"),
        (lambda: call("5 %"), TypeError, "delta must be a number from 0 to 1; got '5 %'"),
    ]


def modes(call):
    """The refusals of a spectrum and the number of examples."""
    return [
        (lambda: call([1.0], 1), TypeError, f"lam {TENSOR}. torch.as_tensor(lam) converts it."),
        (lambda: call(X, 1), ValueError, "lam must be of shape (N,); got shape (6, 3)"),
        (lambda: call(-LAM, 1), ValueError, "lam must be at least 0 everywhere; got -3.0"),
        (lambda: call(LAM, 0), ValueError, "n must be a positive number; got 0"),
        (lambda: call(LAM, "1"), TypeError, "n must be a positive number; got '1'"),
        (lambda: call(LAM, [1.0, -1.0]), ValueError, "n[1] must be a positive number; got -1.0"),
        (lambda: call(LAM, torch.tensor([1, 2])), TypeError, "n must be float32 or float64; got torch.int64."),
    ]


def risks(form):
    return [
        *modes(lambda lam, n: form(lam, LAM, n)),
        (lambda: form(LAM, [1.0], 1), TypeError, f"V2 {TENSOR}. torch.as_tensor(V2) converts it."),
        (lambda: form(LAM, -LAM, 1), ValueError, "V2 must be at least 0 everywhere; got -3.0"),
        (lambda: form(LAM, LAM[:2], 1), ValueError, "V2 must be of shape (3,), as lam; got shape (2,)"),
        (lambda: form(LAM, LAM.float(), 1), TypeError, "V2 must be of the same dtype as lam, torch.float64"),
        (lambda: form(LAM, LAM, 1, ridge=-1), ValueError, "ridge must be a number of at least 0; got -1"),
        (lambda: form(LAM, LAM, 1, noise=-1), ValueError, "noise must be a number of at least 0; got -1"),
    ]


def measure(K=K, Y=Y, sizes=(1, 3), **changed):
    return gz.measure_learning_curve(K, Y, sizes, **{"trials": 1, "generator": G, **changed})


def learned(K=K, targets=Y, n=3, **changed):
    return gz.measure_learnability(K, targets, n, **{"trials": 1, "generator": G, **changed})


def table(x=X, labels=None, sizes=(4,), generator=G, **changed):
    return gz.bounds_table(x, {"true": SIGNS} if labels is None else labels, sizes, generator, **changed)


def randomize(**changed):
    given = {"net": NET, "prior": START, "start": START, "x": X, "y": SIGNS, "generator": G, "steps": 1, **changed}
    return lambda: gz.pac_bayes_net(**given)


TABLE = {
    "eigenmodes": [
        (lambda: gz.eigenmodes([[1.0]]), TypeError, f"K {TENSOR}. torch.as_tensor(K) converts it."),
        (lambda: gz.eigenmodes(X), ValueError, "K must be a square matrix of shape (n, n); got shape (6, 3)"),
        (lambda: gz.eigenmodes(-K), ValueError, "K must have no negative eigenvalue, as every Gram matrix"),
    ],
    "spectrum": pool(gz.spectrum),
    "learnability": [
        *modes(gz.learnability),
        (lambda: gz.learnability(0 * LAM, 1), ValueError, "lam must have an eigenvalue above 0; got zeros only"),
        (lambda: gz.learnability(LAM, 1, -1), ValueError, "ridge must be a number of at least 0; got -1"),
    ],
    "eigenlearning_risk": risks(gz.eigenlearning_risk),
    "finite_pool_risk": [
        *risks(gz.finite_pool_risk),
        (lambda: gz.finite_pool_risk(LAM, LAM, 3), ValueError, "n must be below 3, the size of the pool; got 3"),
        (lambda: gz.finite_pool_risk(LAM, LAM, [1, 7]), ValueError, "n must be below 3, the size of the pool; got 7"),
    ],
    "kernel_fit": ridged(gz.kernel_fit),
    "leave_one_out": ridged(gz.leave_one_out),
    "gcv": ridged(gz.gcv),
    "measure_learning_curve": [
        *pool(lambda a, b: measure(a, b)),
        (lambda: measure(sizes=5), TypeError, "sizes must be a list of whole numbers, one or more; got 5"),
        (lambda: measure(sizes=[]), TypeError, "sizes must be a list of whole numbers, one or more; got []"),
        (lambda: measure(sizes=[1, 6]), ValueError, "sizes[1] must be a whole number from 1 to 5; got 6"),
        (lambda: measure(sizes=[2, 2]), ValueError, "sizes must increase; got [2, 2]"),
        (lambda: measure(trials=0), ValueError, "trials must be a whole number of at least 1; got 0"),
        (lambda: measure(ridge=-1), ValueError, "ridge must be a number of at least 0; got -1"),
        (lambda: measure(noise=-1), ValueError, "noise must be a number of at least 0; got -1"),
        (lambda: measure(generator=0), TypeError, "generator must be a torch.Generator; got int"),
        (
            lambda: measure(modes=gz.Spectrum(LAM, LAM)),
            ValueError,
            "modes must be the spectrum of K and Y, of 6 modes; got 3",
        ),
        (lambda: measure(modes=3), TypeError, "modes must be the Spectrum of K and Y; got int"),
    ],
    "measure_learnability": [
        (lambda: learned([[1.0]]), TypeError, f"K {TENSOR}. torch.as_tensor(K) converts it."),
        (lambda: learned(K.triu()), ValueError, "K must be symmetric; got entries that differ"),
        (lambda: learned(targets=SIGNS), ValueError, "targets must be a matrix of shape (6, d); got shape (6,)"),
        (lambda: learned(targets=Y.float()), TypeError, "targets must be of the same dtype as K, torch.float64"),
        (lambda: learned(targets=0 * Y), ValueError, "targets must have an entry that is not zero in every column"),
        (lambda: learned(n=7), ValueError, "n must be a whole number from 1 to 6; got 7"),
        (lambda: learned(trials=0), ValueError, "trials must be a whole number of at least 1; got 0"),
        (lambda: learned(generator=0), TypeError, "generator must be a torch.Generator; got int"),
        (lambda: learned(ridge=-1), ValueError, "ridge must be a number of at least 0; got -1"),
    ],
    "binomial_upper": [
        *shares(lambda v: gz.binomial_upper(1, 5, v)),
        (lambda: gz.binomial_upper(6, 5), ValueError, "errors must be a whole number from 0 to 5; got 6"),
        (lambda: gz.binomial_upper(1.5, 5), TypeError, "errors must be a whole number from 0 to 5; got 1.5"),
        (lambda: gz.binomial_upper(0, 0), ValueError, "n must be a whole number of at least 1; got 0"),
    ],
    "kl_inverse": [
        (lambda: gz.kl_inverse(1.1, 0.1), ValueError, "q must be a number from 0 to 1; got 1.1"),
        (lambda: gz.kl_inverse(math.nan, 0.1), ValueError, "q must be a number from 0 to 1; got nan"),
        (lambda: gz.kl_inverse(0.1, -0.1), ValueError, "c must be a number of at least 0; got -0.1"),
        (lambda: gz.kl_inverse(0.1, None), TypeError, "c must be a number of at least 0; got None"),
    ],
    "unit_direction": [
        *labelled("K", lambda a, b: gz.unit_direction(a, b, 0.1)),
        (lambda: gz.unit_direction(K, SIGNS, 0), ValueError, "ridge must be a positive number; got 0"),
        (lambda: gz.unit_direction(-K, SIGNS, 0.1), ValueError, "K must have no negative eigenvalue, as every Gram"),
    ],
    "margin_bound": [
        *labelled("K", gz.margin_bound),
        *shares(lambda v: gz.margin_bound(K, SIGNS, v)),
        (lambda: gz.margin_bound(K, SIGNS, ridges=[0.0]), ValueError, "ridges[0] must be a positive number; got 0.0"),
        (
            lambda: gz.margin_bound(K, SIGNS, margins=1),
            ValueError,
            "margins must be a whole number of at least 2; got 1",
        ),
    ],
    "hidden_layer_kernel": [
        (lambda: gz.hidden_layer_kernel([1.0]), TypeError, f"x {TENSOR}."),
        (lambda: gz.hidden_layer_kernel(2 * gz.unit_rows(X)), ValueError, "x must have rows of length 1; got one of"),
    ],
    "arora_term": [
        *labelled("H", gz.arora_term),
        (lambda: gz.arora_term(0 * K, SIGNS), ValueError, "H must have positive eigenvalues only: no point may be"),
    ],
    "parameter_count_term": [
        (lambda: gz.parameter_count_term(0, 5), ValueError, "parameters must be a whole number of at least 1; got 0"),
        (lambda: gz.parameter_count_term(5, 1), ValueError, "n must be a whole number of at least 2; got 1"),
    ],
    "spectral_term": [
        (lambda: gz.spectral_term(NET, START, START[:1], X, SIGNS), ValueError, "start must be a (W, b) for each of"),
        (lambda: gz.spectral_term(NET, START[:1], START, X, SIGNS), ValueError, "parameters must be a (W, b) for each"),
        (lambda: gz.spectral_term(NET, START, START, X, SIGNS[:2]), ValueError, "y must be of shape (6,), and the net"),
        (lambda: gz.spectral_term(NET, START, START, X, 0 * SIGNS), ValueError, "y must consist of -1 and +1; got 0.0"),
        (lambda: gz.spectral_term(NET, START, START, NAN, SIGNS), ValueError, "x must be finite; got nan at [1, 2]"),
    ],
    "pac_bayes_kernel": [
        *labelled("K", gz.pac_bayes_kernel),
        *shares(lambda v: gz.pac_bayes_kernel(K, SIGNS, v)),
        (lambda: gz.pac_bayes_kernel(0 * K, SIGNS), ValueError, "K must have a positive diagonal; got 0.0 on it"),
        (lambda: gz.pac_bayes_kernel(K, SIGNS, scales=1), ValueError, "scales must be a whole number of at least 2"),
        (lambda: gz.pac_bayes_kernel(K, SIGNS, ridges=0.1), TypeError, "ridges must be a torch tensor or a list of"),
    ],
    "GibbsKernel": [
        (lambda: GIBBS.mean_error(X, SIGNS), ValueError, "K_new must be a matrix of shape (n, 6); got shape (6, 3)"),
        (lambda: GIBBS.mean_error(K.float(), SIGNS), TypeError, "K_new must be of the same dtype as K, torch.float64"),
        (lambda: GIBBS.mean_error(K, SIGNS[:2]), ValueError, "y must be of shape (6,); got shape (2,)"),
        (lambda: GIBBS.mean_error(K, LAM), ValueError, "y must consist of -1 and +1; got 3.0"),
        (lambda: GIBBS.gibbs_error(K, LAM, SIGNS), ValueError, "diagonal must be of shape (6,), as y; got shape (3,)"),
        (lambda: GIBBS.gibbs_error(K, SIGNS, SIGNS), ValueError, "diagonal must be positive numbers; got -1.0 among"),
    ],
    "pac_bayes_net": [
        (randomize(prior=START[:1]), ValueError, "prior must be a (W, b) for each of the 2 layers"),
        (randomize(start=TWO.init(G)), ValueError, "start[1] must have W of shape (1, 4); got shape (2, 4)"),
        (randomize(net=TWO, prior=TWO.init(G), start=TWO.init(G)), ValueError, "net must have one output; got 2"),
        (randomize(net="net"), TypeError, "net must be an MLP; got str"),
        (randomize(x=X[:, :2]), ValueError, "x must be a matrix of shape (n, 3); got shape (6, 2)"),
        (randomize(x=X.float(), y=SIGNS.float()), TypeError, "x must be of the same dtype as the parameters"),
        (randomize(y=SIGNS.float()), TypeError, "y must be of the same dtype as x, torch.float64; got torch.float32"),
        (randomize(y=Y[:, 0]), ValueError, "y must consist of -1 and +1; got "),
        (randomize(y=SIGNS[:3]), ValueError, "y must be of shape (6,); got shape (3,)"),
        (randomize(x=X[:1], y=SIGNS[:1]), ValueError, "x must have 2 rows or more; got 1"),
        (randomize(generator=0), TypeError, "generator must be a torch.Generator; got int"),
        (randomize(sigma=0), ValueError, "sigma must be a positive number; got 0"),
        (randomize(lr=-1), ValueError, "lr must be a positive number; got -1"),
        (randomize(steps=0), ValueError, "steps must be a whole number of at least 1; got 0"),
        (randomize(batch=0), ValueError, "batch must be a whole number of at least 1; got 0"),
        (randomize(draws=0), ValueError, "draws must be a whole number of at least 1; got 0"),
        (randomize(delta=0), ValueError, "delta must be above 0 and below 1; got 0"),
    ],
    "GibbsNet": [
        (
            lambda: RANDOMIZED.gibbs_error(X, SIGNS, 0, G),
            ValueError,
            "draws must be a whole number of at least 1; got 0",
        ),
        (lambda: RANDOMIZED.gibbs_error(X, LAM, 1, G), ValueError, "y must consist of -1 and +1; got 3.0"),
        (lambda: RANDOMIZED.mean_error(X[:, :2], SIGNS), ValueError, "x must be a matrix of shape (n, 3); got shape"),
    ],
    "bounds_table": [
        (lambda: table(NAN), ValueError, "x must be finite; got nan at [1, 2]"),
        (lambda: table(labels=SIGNS), TypeError, "labels must be a dict of labels by name; got Tensor"),
        (lambda: table(labels={}), TypeError, "labels must be a dict of labels by name; got dict"),
        (lambda: table(labels={"a": LAM}), ValueError, "labels['a'] must consist of -1 and +1; got 3.0"),
        (lambda: table(labels={"a": SIGNS[:2]}), ValueError, "labels['a'] must be of shape (6,); got shape (2,)"),
        (lambda: table(sizes=4), TypeError, "sizes must be a list of whole numbers, one or more; got 4"),
        (lambda: table(sizes=[3]), ValueError, "sizes[0] must be a whole number from 4 to 5; got 3"),
        (lambda: table(generator=None), TypeError, "generator must be a torch.Generator; got NoneType"),
        (lambda: table(steps=0), ValueError, "steps must be a whole number of at least 1; got 0"),
        (lambda: table(delta=0), ValueError, "delta must be above 0 and below 1; got 0"),
    ],
    "centred": [
        (lambda: gz.centred([1.0]), TypeError, f"x {TENSOR}."),
        (lambda: gz.centred(NAN), ValueError, "x must be finite; got nan at [1, 2]"),
        (lambda: gz.centred(0 * X), ValueError, "x must have points that differ"),
        (lambda: gz.centred(X, 0), ValueError, "length must be a positive number; got 0"),
    ],
    "unit_rows": [
        (lambda: gz.unit_rows(LAM), ValueError, "x must be a matrix of shape (n, d); got shape (3,)"),
        (lambda: gz.unit_rows(0 * X), ValueError, "x must have points that differ"),
    ],
    "centred_one_hot": [
        (lambda: gz.centred_one_hot(LAM, 3), TypeError, "classes must be a torch tensor of int64; classes.long()"),
        (lambda: gz.centred_one_hot([1], 3), TypeError, "classes must be a torch tensor of int64"),
        (lambda: gz.centred_one_hot(torch.tensor([3]), 3), ValueError, "classes must be whole numbers from 0 to 2, of"),
        (lambda: gz.centred_one_hot(torch.tensor([-1]), 3), ValueError, "classes must be whole numbers from 0 to 2"),
        (lambda: gz.centred_one_hot(torch.tensor([[1]]), 3), ValueError, "classes must be whole numbers from 0 to 2"),
        (lambda: gz.centred_one_hot(torch.tensor([0]), 1), ValueError, "count must be a whole number of at least 2"),
    ],
    "ntk_with_bias": [
        (lambda: gz.ntk_with_bias([1.0], 1), TypeError, f"x {TENSOR}."),
        (lambda: gz.ntk_with_bias(X, -1), ValueError, "bias must be a number of at least 0; got -1"),
        (lambda: gz.ntk_with_bias(X, 1, X[:, :2]), ValueError, "x2 must be a matrix of shape (n, 3); got shape (6, 2)"),
        (lambda: gz.ntk_with_bias(X, 1, X.float()), TypeError, "x2 must be of the same dtype as x, torch.float64"),
    ],
    "haar_pool": [
        (lambda: gz.haar_pool([1.0], LAM, G), TypeError, f"lam {TENSOR}."),
        (lambda: gz.haar_pool(-LAM, LAM, G), ValueError, "lam must be numbers of at least 0, of shape (N,)"),
        (lambda: gz.haar_pool(LAM, LAM[:2], G), ValueError, "v must be of shape (3,) or (3, k); got shape (2,)"),
        (lambda: gz.haar_pool(LAM, LAM.float(), G), TypeError, "v must be of the same dtype as lam, torch.float64"),
        (lambda: gz.haar_pool(LAM, LAM, 0), TypeError, "generator must be a torch.Generator; got int"),
    ],
    "random_labels": [
        (lambda: gz.random_labels(0, G), ValueError, "n must be a whole number of at least 1; got 0"),
        (lambda: gz.random_labels(5, 0), TypeError, "generator must be a torch.Generator; got int"),
    ],
}

ROWS = [pytest.param(*row, id=f"{name}-{number}") for name, rows in TABLE.items() for number, row in enumerate(rows)]


@pytest.mark.parametrize(("call", "error", "sentence"), ROWS)
def test_a_bad_value_is_refused_with_its_sentence(call, error, sentence):
    with pytest.raises(error) as refusal:
        call()
    assert type(refusal.value) is error
    assert str(refusal.value).startswith(sentence), str(refusal.value)


def test_every_public_name_is_in_the_table():
    results = {"Eigenmodes", "KernelFit", "Learnability", "LearningCurve", "MarginBound", "Row", "Spectrum"}
    assert set(TABLE) == set(gz.__all__) - results - {"RIDGES"}
