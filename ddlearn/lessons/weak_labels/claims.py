"""What lesson 09 claims, what theory expects, and how each claim is measured; beside each, a control that must fail.

The identities are exact: every bag of a small world is visited. Of trained nets theory gives the direction; their
numbers are floors and ceilings with a margin, for the simulator, and mean over a few nets.
"""

from ddlearn import weak_labels
from ddlearn.classroom import Claim
from ddlearn.lessons.weak_labels import measures
from ddlearn.lessons.weak_labels.learners import EASY, PROPORTIONS
from ddlearn.lessons.weak_labels.measures import BAG
from ddlearn.lessons.weak_labels.trainings import ALPHA0, PATIENTS, POURED

CLAIMS = (
    Claim(
        id="unbiased",
        statement="Weighed with kappa = k, bags of k independent cells have the risk with labels for their mean.",
        basis="exact",
        papers=("busafekete2023",),
        source="on average over all bags, which are enumerated; for independent cells",
        expected=0.0,
        tolerance=1e-12,
        unit="nats, over all bags",
        measure=lambda scale, seed: measures.off(seed, BAG, None),
        control=lambda scale, seed: measures.off(seed, BAG, ALPHA0),
        control_note="one patient a bag",
    ),
    Claim(
        id="bias",
        statement="On patients that risk is off by (k − 1) times the covariance of shares and losses.",
        basis="exact",
        source="on average over all bags, which are enumerated; our derivation",
        expected=0.0,
        tolerance=1e-12,
        unit="nats, over all bags",
        measure=lambda scale, seed: measures.bias_gap(seed, BAG - 1),
        control=lambda scale, seed: measures.bias_gap(seed, 0),
        control_note="no covariance, as for independent cells",
    ),
    Claim(
        id="kappa",
        statement="Patients of whom k cells are counted need kappa = k (α₀ + 1) / (k + α₀): then nothing is off.",
        basis="exact",
        source="on average over all bags, which are enumerated; our derivation",
        expected=0.0,
        tolerance=1e-12,
        unit="nats, over all bags",
        measure=lambda scale, seed: measures.off(seed, weak_labels.kappa(BAG, ALPHA0), ALPHA0),
        control=lambda scale, seed: measures.off(seed, weak_labels.kappa(BAG, ALPHA0), None),
        control_note="independent cells",
    ),
    Claim(
        id="mean-map",
        statement="The least-squares weights of the mean map give back the shares of all classes, whatever the bags.",
        basis="exact",
        papers=("quadrianto2009", "patrini2014"),
        source=(
            "algebra, for bags that tell all classes apart: the weights are a pseudo-inverse of the bags' shares. The "
            "risk is ours; @quadrianto2009 and @patrini2014 estimate the mean operator with it"
        ),
        expected=0.0,
        tolerance=1e-12,
        unit="largest entry of w′Π/B − diag(p)",
        measure=lambda scale, seed: measures.map_gap(seed, 1),
        control=lambda scale, seed: measures.map_gap(seed, 1 / 20),
        control_note="the factor B, the number of bags, forgotten",
    ),
    Claim(
        id="price",
        statement="A class mean costs what the spread says: its variance is one over the worth told in advance.",
        basis="exact",
        source=(
            "on average over bags, the variance of least squares; our derivation. The tolerance is that of 2,500 "
            "repeats"
        ),
        expected=1.0,
        tolerance=0.12,
        unit="variance over theory",
        measure=lambda scale, seed: measures.variance_over_price(seed, by_spread=True),
        control=lambda scale, seed: measures.variance_over_price(seed, by_spread=False),
        control_note="every cell counted as if labelled",
    ),
    Claim(
        id="spread",
        statement="The tests alone tell kappa: for patients it comes out as α₀ + 1.",
        basis="exact",
        source="on average over patients; our derivation. The tolerance is that of 4,000 patients",
        expected=1.0,
        tolerance=0.08,
        unit="kappa found over α₀ + 1",
        measure=lambda scale, seed: measures.spread_found(seed, ALPHA0),
        control=lambda scale, seed: measures.spread_found(seed, 2 * ALPHA0),
        control_note="patients twice as alike",
    ),
    Claim(
        id="constant",
        statement="Where all bags have the same shares, calling every cell by these shares is a best answer.",
        basis="exact",
        papers=("ardehaly2017",),
        source=(
            "the least cross-entropy is the entropy, and one prediction reaches it in all bags; our derivation, for"
            " the loss of @ardehaly2017"
        ),
        expected=0.0,
        tolerance=1e-12,
        unit="proportion loss above its least",
        measure=lambda scale, seed: measures.constant_over_least(seed, POURED),
        control=lambda scale, seed: measures.constant_over_least(seed, PATIENTS),
        control_note="one patient a bag",
    ),
    Claim(
        id="poured",
        statement="Large bags of blood poured together teach the proportion loss next to nothing.",
        basis="ours",
        papers=("scott2020",),
        source=(
            "always naming the largest type has 0.61, and at 0.65 a tenth of its errors is gone; that bags must "
            "differ is from @scott2020"
        ),
        expected=0.65,
        tolerance=0.0,
        sense="at_most",
        unit="named rightly",
        measure=lambda scale, seed: measures.named(PROPORTIONS, POURED, 512, seed),
        control=lambda scale, seed: measures.named(PROPORTIONS, POURED, 8, seed),
        control_note="the same cells in bags of 8",
    ),
    Claim(
        id="patients",
        statement="As many cells in bags as large, but one patient a bag, teach almost everything.",
        basis="ours",
        papers=("scott2020",),
        source=(
            "always naming the largest type has 0.61, and at 0.9 three quarters of its errors are gone; that bags "
            "must differ is from @scott2020"
        ),
        expected=0.9,
        tolerance=0.0,
        sense="at_least",
        unit="named rightly",
        measure=lambda scale, seed: measures.named(PROPORTIONS, PATIENTS, 512, seed),
        control=lambda scale, seed: measures.named_with_tests_shuffled(seed),
        control_note="each patient with the test of another",
    ),
    Claim(
        id="easy",
        statement="EasyLLP, made for independent cells, goes wrong where each bag is a patient.",
        basis="ours",
        papers=("busafekete2023",),
        source=(
            "always naming the largest type has 0.61, and at 0.83 two fifths of its errors are left; the direction "
            "is that of the bias, and @busafekete2023 ask for independent bags"
        ),
        expected=0.83,
        tolerance=0.0,
        sense="at_most",
        unit="named rightly",
        measure=lambda scale, seed: measures.named(EASY, PATIENTS, 64, seed),
        control=lambda scale, seed: measures.named(EASY, POURED, 8, seed),
        control_note="independent cells, bags of 8",
    ),
    Claim(
        id="repaired",
        statement="Patients weighed with kappa = α₀ + 1 teach well.",
        basis="ours",
        source=(
            "always naming the largest type has 0.61, and at 0.89 seven tenths of its errors are gone; the "
            "direction is that of the bias, which is gone too"
        ),
        expected=0.89,
        tolerance=0.0,
        sense="at_least",
        unit="named rightly",
        measure=lambda scale, seed: measures.weighed(PATIENTS, 64, ALPHA0 + 1, seed),
        control=lambda scale, seed: measures.weighed(PATIENTS, 64, 1.0, seed),
        control_note="kappa = 1: proportions as soft labels",
    ),
    Claim(
        id="gain",
        statement="That one number is worth six points or more.",
        basis="ours",
        source=(
            "six points are a third of the errors that are left at 0.83, where the bias stays; the direction is "
            "that of the bias"
        ),
        expected=6.0,
        tolerance=0.0,
        sense="at_least",
        unit="points",
        measure=lambda scale, seed: measures.gain(PATIENTS, 64, seed),
        control=lambda scale, seed: measures.gain(POURED, 8, seed),
        control_note="independent cells in bags of 8, where the bag size is right",
    ),
)
