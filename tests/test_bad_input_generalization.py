"""What each public function of generalization refuses, and the sentence it gets."""

import math

import torch
from refusals import refusals

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
        (lambda: call([[1.0]]), f"{name} {TENSOR}. torch.as_tensor({name}) converts it.", TypeError),
        (lambda: call(K.long()), f"{name} must be float32 or float64; got torch.int64.", TypeError),
        (lambda: call(X), f"{name} must be a square matrix of shape (n, n); got shape (6, 3)"),
        (lambda: call(NAN[:3]), f"{name} must be finite; got nan at [1, 2]"),
        (lambda: call(K.triu()), f"{name} must be symmetric; got entries that differ"),
        (lambda: targets_call([1.0]), f"{targets} {TENSOR}. torch.as_tensor({targets}) converts it.", TypeError),
        (
            lambda: targets_call(SIGNS.float()),
            f"{targets} must be of the same dtype as {name}, torch.float64",
            TypeError,
        ),
    ]


def pool(call):
    """The refusals of a pool, K and Y."""
    return [
        *gram("K", lambda v: call(v, Y), "Y", lambda v: call(K, v)),
        (lambda: call(K, Y[:5]), "Y must be of shape (6,) or (6, k); got shape (5, 2)"),
        (lambda: call(-K, Y), "K must have no negative eigenvalue, as every Gram matrix"),
    ]


def ridged(call):
    return [
        *pool(lambda a, b: call(a, b, 0.1)),
        (lambda: call(K, Y, -0.1), "ridge must be a number of at least 0; got -0.1"),
        (lambda: call(K, Y, None), "ridge must be a number of at least 0; got None", TypeError),
        (lambda: call(0 * K, Y, 0), "K must have no negative eigenvalue, as every Gram matrix, and not be"),
    ]


def labeled(name, call):
    """The refusals of a Gram matrix and labels."""
    return [
        *gram(name, lambda v: call(v, SIGNS), "y", lambda v: call(K, v)),
        (lambda: call(K, 2 * SIGNS), "y must consist of -1 and +1; got 2.0"),
        (lambda: call(K, SIGNS[:5]), "y must be of shape (6,); got shape (5,)"),
        (lambda: call(K, SIGNS[:, None]), "y must be of shape (6,); got shape (6, 1)"),
    ]


def shares(call):
    return [
        (lambda: call(0.0), "delta must be above 0 and below 1; got 0.0"),
        (lambda: call(1), "delta must be above 0 and below 1; got 1"),
        (lambda: call(-0.1), "delta must be a number from 0 to 1; got -0.1"),
        (lambda: call("5 %"), "delta must be a number from 0 to 1; got '5 %'", TypeError),
    ]


def modes(call):
    """The refusals of a spectrum and the number of examples."""
    return [
        (lambda: call([1.0], 1), f"lam {TENSOR}. torch.as_tensor(lam) converts it.", TypeError),
        (lambda: call(X, 1), "lam must be of shape (N,); got shape (6, 3)"),
        (lambda: call(-LAM, 1), "lam must be at least 0 everywhere; got -3.0"),
        (lambda: call(LAM, 0), "n must be a positive number; got 0"),
        (lambda: call(LAM, "1"), "n must be a positive number; got '1'", TypeError),
        (lambda: call(LAM, [1.0, -1.0]), "n[1] must be a positive number; got -1.0"),
        (lambda: call(LAM, torch.tensor([1, 2])), "n must be float32 or float64; got torch.int64.", TypeError),
    ]


def risks(form):
    return [
        *modes(lambda lam, n: form(lam, LAM, n)),
        (lambda: form(LAM, [1.0], 1), f"V2 {TENSOR}. torch.as_tensor(V2) converts it.", TypeError),
        (lambda: form(LAM, -LAM, 1), "V2 must be at least 0 everywhere; got -3.0"),
        (lambda: form(LAM, LAM[:2], 1), "V2 must be of shape (3,), as lam; got shape (2,)"),
        (lambda: form(LAM, LAM.float(), 1), "V2 must be of the same dtype as lam, torch.float64", TypeError),
        (lambda: form(LAM, LAM, 1, ridge=-1), "ridge must be a number of at least 0; got -1"),
        (lambda: form(LAM, LAM, 1, noise=-1), "noise must be a number of at least 0; got -1"),
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
        (lambda: gz.eigenmodes([[1.0]]), f"K {TENSOR}. torch.as_tensor(K) converts it.", TypeError),
        (lambda: gz.eigenmodes(X), "K must be a square matrix of shape (n, n); got shape (6, 3)"),
        (lambda: gz.eigenmodes(-K), "K must have no negative eigenvalue, as every Gram matrix"),
    ],
    "spectrum": pool(gz.spectrum),
    "learnability": [
        *modes(gz.learnability),
        (lambda: gz.learnability(0 * LAM, 1), "lam must have an eigenvalue above 0; got zeros only"),
        (lambda: gz.learnability(LAM, 1, -1), "ridge must be a number of at least 0; got -1"),
    ],
    "eigenlearning_risk": risks(gz.eigenlearning_risk),
    "finite_pool_risk": [
        *risks(gz.finite_pool_risk),
        (lambda: gz.finite_pool_risk(LAM, LAM, 3), "n must be below 3, the size of the pool; got 3"),
        (lambda: gz.finite_pool_risk(LAM, LAM, [1, 7]), "n must be below 3, the size of the pool; got 7"),
    ],
    "kernel_fit": ridged(gz.kernel_fit),
    "measure_learning_curve": [
        *pool(lambda a, b: measure(a, b)),
        (lambda: measure(sizes=5), "sizes must be a list of whole numbers, one or more; got 5", TypeError),
        (lambda: measure(sizes=[]), "sizes must be a list of whole numbers, one or more; got []", TypeError),
        (lambda: measure(sizes=[1, 6]), "sizes[1] must be a whole number from 1 to 5; got 6"),
        (lambda: measure(sizes=[2, 2]), "sizes must increase; got [2, 2]"),
        (lambda: measure(trials=0), "trials must be a whole number of at least 1; got 0"),
        (lambda: measure(ridge=-1), "ridge must be a number of at least 0; got -1"),
        (lambda: measure(noise=-1), "noise must be a number of at least 0; got -1"),
        (lambda: measure(generator=0), "generator must be a torch.Generator; got int", TypeError),
        (lambda: measure(modes=gz.Spectrum(LAM, LAM)), "modes must be the spectrum of K and Y, of 6 modes; got 3"),
        (lambda: measure(modes=3), "modes must be the Spectrum of K and Y; got int", TypeError),
    ],
    "measure_learnability": [
        (lambda: learned([[1.0]]), f"K {TENSOR}. torch.as_tensor(K) converts it.", TypeError),
        (lambda: learned(K.triu()), "K must be symmetric; got entries that differ"),
        (lambda: learned(targets=SIGNS), "targets must be a matrix of shape (6, d); got shape (6,)"),
        (lambda: learned(targets=Y.float()), "targets must be of the same dtype as K, torch.float64", TypeError),
        (lambda: learned(targets=0 * Y), "targets must have an entry that is not zero in every column"),
        (lambda: learned(n=7), "n must be a whole number from 1 to 6; got 7"),
        (lambda: learned(trials=0), "trials must be a whole number of at least 1; got 0"),
        (lambda: learned(generator=0), "generator must be a torch.Generator; got int", TypeError),
        (lambda: learned(ridge=-1), "ridge must be a number of at least 0; got -1"),
    ],
    "binomial_upper": [
        *shares(lambda v: gz.binomial_upper(1, 5, v)),
        (lambda: gz.binomial_upper(6, 5), "errors must be a whole number from 0 to 5; got 6"),
        (lambda: gz.binomial_upper(1.5, 5), "errors must be a whole number from 0 to 5; got 1.5", TypeError),
        (lambda: gz.binomial_upper(0, 0), "n must be a whole number of at least 1; got 0"),
    ],
    "kl_inverse": [
        (lambda: gz.kl_inverse(1.1, 0.1), "q must be a number from 0 to 1; got 1.1"),
        (lambda: gz.kl_inverse(math.nan, 0.1), "q must be a number from 0 to 1; got nan"),
        (lambda: gz.kl_inverse(0.1, -0.1), "c must be a number of at least 0; got -0.1"),
        (lambda: gz.kl_inverse(0.1, None), "c must be a number of at least 0; got None", TypeError),
    ],
    "unit_direction": [
        *labeled("K", lambda a, b: gz.unit_direction(a, b, 0.1)),
        (lambda: gz.unit_direction(K, SIGNS, 0), "ridge must be a positive number; got 0"),
        (lambda: gz.unit_direction(-K, SIGNS, 0.1), "K must have no negative eigenvalue, as every Gram"),
    ],
    "margin_bound": [
        *labeled("K", gz.margin_bound),
        *shares(lambda v: gz.margin_bound(K, SIGNS, v)),
        (lambda: gz.margin_bound(K, SIGNS, ridges=[0.0]), "ridges[0] must be a positive number; got 0.0"),
        (lambda: gz.margin_bound(K, SIGNS, margins=1), "margins must be a whole number of at least 2; got 1"),
    ],
    "hidden_layer_kernel": [
        (lambda: gz.hidden_layer_kernel([1.0]), f"x {TENSOR}.", TypeError),
        (lambda: gz.hidden_layer_kernel(2 * gz.unit_rows(X)), "x must have rows of length 1; got one of"),
    ],
    "arora_term": [
        *labeled("H", gz.arora_term),
        (lambda: gz.arora_term(0 * K, SIGNS), "H must have positive eigenvalues only: no point may be"),
    ],
    "parameter_count_term": [
        (lambda: gz.parameter_count_term(0, 5), "parameters must be a whole number of at least 1; got 0"),
        (lambda: gz.parameter_count_term(5, 1), "n must be a whole number of at least 2; got 1"),
    ],
    "spectral_term": [
        (lambda: gz.spectral_term(NET, START, START[:1], X, SIGNS), "start must be a (W, b) for each of"),
        (lambda: gz.spectral_term(NET, START[:1], START, X, SIGNS), "parameters must be a (W, b) for each"),
        (lambda: gz.spectral_term(NET, START, START, X, SIGNS[:2]), "y must be of shape (6,), and the net"),
        (lambda: gz.spectral_term(NET, START, START, X, 0 * SIGNS), "y must consist of -1 and +1; got 0.0"),
        (lambda: gz.spectral_term(NET, START, START, NAN, SIGNS), "x must be finite; got nan at [1, 2]"),
    ],
    "pac_bayes_kernel": [
        *labeled("K", gz.pac_bayes_kernel),
        *shares(lambda v: gz.pac_bayes_kernel(K, SIGNS, v)),
        (lambda: gz.pac_bayes_kernel(0 * K, SIGNS), "K must have a positive diagonal; got 0.0 on it"),
        (lambda: gz.pac_bayes_kernel(K, SIGNS, scales=1), "scales must be a whole number of at least 2"),
        (lambda: gz.pac_bayes_kernel(K, SIGNS, ridges=0.1), "ridges must be a torch tensor or a list of", TypeError),
    ],
    "GibbsKernel": [
        (lambda: GIBBS.gibbs_error(X, K.diagonal(), SIGNS), "K_new must be a matrix of shape (n, 6); got shape (6, 3)"),
        (
            lambda: GIBBS.gibbs_error(K.float(), K.diagonal(), SIGNS),
            "K_new must be of the same dtype as K, torch.float64",
            TypeError,
        ),
        (lambda: GIBBS.gibbs_error(K, K.diagonal(), SIGNS[:2]), "y must be of shape (6,); got shape (2,)"),
        (lambda: GIBBS.gibbs_error(K, K.diagonal(), LAM), "y must consist of -1 and +1; got 3.0"),
        (lambda: GIBBS.gibbs_error(K, LAM, SIGNS), "diagonal must be of shape (6,), as y; got shape (3,)"),
        (lambda: GIBBS.gibbs_error(K, SIGNS, SIGNS), "diagonal must be positive numbers; got -1.0 among"),
    ],
    "pac_bayes_net": [
        (randomize(prior=START[:1]), "prior must be a (W, b) for each of the 2 layers"),
        (randomize(start=TWO.init(G)), "start[1] must have W of shape (1, 4); got shape (2, 4)"),
        (randomize(net=TWO, prior=TWO.init(G), start=TWO.init(G)), "net must have one output; got 2"),
        (randomize(net="net"), "net must be an MLP; got str", TypeError),
        (randomize(x=X[:, :2]), "x must be a matrix of shape (n, 3); got shape (6, 2)"),
        (randomize(x=X.float(), y=SIGNS.float()), "x must be of the same dtype as the parameters", TypeError),
        (randomize(y=SIGNS.float()), "y must be of the same dtype as x, torch.float64; got torch.float32", TypeError),
        (randomize(y=Y[:, 0]), "y must consist of -1 and +1; got "),
        (randomize(y=SIGNS[:3]), "y must be of shape (6,); got shape (3,)"),
        (randomize(x=X[:1], y=SIGNS[:1]), "x must have 2 rows or more; got 1"),
        (randomize(generator=0), "generator must be a torch.Generator; got int", TypeError),
        (randomize(sigma=0), "sigma must be a positive number; got 0"),
        (randomize(lr=-1), "lr must be a positive number; got -1"),
        (randomize(steps=0), "steps must be a whole number of at least 1; got 0"),
        (randomize(batch=0), "batch must be a whole number of at least 1; got 0"),
        (randomize(draws=0), "draws must be a whole number of at least 1; got 0"),
        (randomize(delta=0), "delta must be above 0 and below 1; got 0"),
    ],
    "GibbsNet": [
        (lambda: RANDOMIZED.gibbs_error(X, SIGNS, 0, G), "draws must be a whole number of at least 1; got 0"),
        (lambda: RANDOMIZED.gibbs_error(X, LAM, 1, G), "y must consist of -1 and +1; got 3.0"),
        (lambda: RANDOMIZED.gibbs_error(X[:, :2], SIGNS, 1, G), "x must be a matrix of shape (n, 3); got shape"),
    ],
    "bounds_table": [
        (lambda: table(NAN), "x must be finite; got nan at [1, 2]"),
        (lambda: table(labels=SIGNS), "labels must be a dict of labels by name; got Tensor", TypeError),
        (lambda: table(labels={}), "labels must be a dict of labels by name; got dict", TypeError),
        (lambda: table(labels={"a": LAM}), "labels['a'] must consist of -1 and +1; got 3.0"),
        (lambda: table(labels={"a": SIGNS[:2]}), "labels['a'] must be of shape (6,); got shape (2,)"),
        (lambda: table(sizes=4), "sizes must be a list of whole numbers, one or more; got 4", TypeError),
        (lambda: table(sizes=[3]), "sizes[0] must be a whole number from 4 to 5; got 3"),
        (lambda: table(generator=None), "generator must be a torch.Generator; got NoneType", TypeError),
        (lambda: table(steps=0), "steps must be a whole number of at least 1; got 0"),
        (lambda: table(delta=0), "delta must be above 0 and below 1; got 0"),
    ],
    "centered": [
        (lambda: gz.centered([1.0]), f"x {TENSOR}.", TypeError),
        (lambda: gz.centered(NAN), "x must be finite; got nan at [1, 2]"),
        (lambda: gz.centered(0 * X), "x must have points that differ"),
        (lambda: gz.centered(X, 0), "length must be a positive number; got 0"),
    ],
    "unit_rows": [
        (lambda: gz.unit_rows(LAM), "x must be a matrix of shape (n, d); got shape (3,)"),
        (lambda: gz.unit_rows(0 * X), "x must have points that differ"),
    ],
    "ntk_with_bias": [
        (lambda: gz.ntk_with_bias([1.0], 1), f"x {TENSOR}.", TypeError),
        (lambda: gz.ntk_with_bias(X, -1), "bias must be a number of at least 0; got -1"),
        (lambda: gz.ntk_with_bias(X, 1, X[:, :2]), "x2 must be a matrix of shape (n, 3); got shape (6, 2)"),
        (lambda: gz.ntk_with_bias(X, 1, X.float()), "x2 must be of the same dtype as x, torch.float64", TypeError),
    ],
    "haar_pool": [
        (lambda: gz.haar_pool([1.0], LAM, G), f"lam {TENSOR}.", TypeError),
        (lambda: gz.haar_pool(-LAM, LAM, G), "lam must be numbers of at least 0, of shape (N,)"),
        (lambda: gz.haar_pool(LAM, LAM[:2], G), "v must be of shape (3,) or (3, k); got shape (2,)"),
        (lambda: gz.haar_pool(LAM, LAM.float(), G), "v must be of the same dtype as lam, torch.float64", TypeError),
        (lambda: gz.haar_pool(LAM, LAM, 0), "generator must be a torch.Generator; got int", TypeError),
    ],
    "random_labels": [
        (lambda: gz.random_labels(0, G), "n must be a whole number of at least 1; got 0"),
        (lambda: gz.random_labels(5, 0), "generator must be a torch.Generator; got int", TypeError),
    ],
}

RESULTS = {"Eigenmodes", "KernelFit", "Learnability", "LearningCurve", "MarginBound", "Row", "Spectrum"}
test_refusals, test_every_public_name_is_in_the_table = refusals(TABLE, set(gz.__all__) - RESULTS - {"RIDGES"})
