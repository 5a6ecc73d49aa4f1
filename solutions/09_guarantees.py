# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 9 · Guarantees
#
# ![A plane of functions. A circle around the origin is the prior. Two more circles of the same size, at the distances 1 and 3 to its right, are posteriors. Arrows lead from the prior to them; their divergences are 0.5 and 4.5. Functions right of a dashed line fit the examples: the near posterior has 7 % of its functions there, the far one 69 %.](pictures/guarantees.svg)
#
# *Each point is a function. The prior is fixed before the data. A posterior further to the right has more functions that fit the examples,
# but its distance from the prior must be paid.*
#
# **Question.** [[learning_curves]] predicted an error, and the prediction may be wrong. Now you have $n$ labeled examples and nothing else.
# Somebody relies on your classifier. Which statement about its error rate can you make, so that it is false in at most one case of
# twenty? And what does it cost?
#
# **You will be able to**
# - bound an error rate by counting errors on fresh examples (Exercise 1);
# - compute a PAC-Bayes bound, and say which examples may judge (Exercise 2);
# - choose how many examples to keep for judging, and defend it with a number (Exercise 3).
#
# **Before you start:** [[learning_curves]] · [binomial numbers and tails](refreshers/binomial_and_tails.md) ·
# [Gaussian vectors](refreshers/gaussian_vectors.md) · [notation](NOTATION.md) · [glossary](GLOSSARY.md)

# %%
import math

from scipy.stats import binom

from ddlearn.generalization import kl_inverse
from ddlearn.lessons.guarantees import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 6 the coins, at the board · 3 `holdout` shown · 9 PAC-Bayes at the board: the
# picture, the four classifiers, then the theorem · 5 `pac_bayes` · 5 the bounds, with **Coin flips** moved slowly · 4 who knew the labels. The
# split, the quiz, the claims and the network are homework. Give each learner another **Draw**, at $\delta = 0.5$ and then at 0.05, and count rings on the board. Then ask why
# the PAC-Bayes rows hardly have any (they are loose), and whether that makes them better (no).
#
# **Board.** One coin, and the number $0.05^{1/10}$. Below it the table of the four classifiers with $\hat R$, KL and the bound.
#
# **The one question to ask:** "Who knew the labels?" (Of the judges: nobody, before the prior was fixed.) It sorts all numbers of this page.
#
# **Usual wrong answers.** *"A bound of 86 % is broken, we measured 2 %"*: at most means at most. *"Delta is why it is so
# loose"*: move it. *"The bound explains why it generalizes"*: it is computed after training, from the training errors. *"Each posterior that I
# try costs something"*: each prior does.
#
# **Discussion.** All guarantees of this page are void: the new images are not drawn as the examples were. The contract must name the
# microscope, or ask for new judges after each change.
#
# **Exit ticket.** "You tried three priors and five posteriors for each. What replaces $1/\delta$?"
#
# **If a machine is slow:** the network of problem 3 trains a few seconds per choice, with a bar. All else answers at once.

# %% [markdown]
# ## Recap
#
# From [[real_steps_real_widths]] and [[learning_curves]].

# %%
lesson.recap()

# %% [markdown]
# ## Predict
#
# A coin shows heads with probability ½, so one person makes no error in ten with probability $1/2^{10} = 1/1024$.

# %%
lesson.predict("lucky")

# %% [markdown]
# ## By hand: coins
#
# **One coin.** A classifier is fixed. Its **error rate** $R$ is the probability that it errs on a new example. The fresh examples that test it are its **judges**. Each
# of them is a toss of a coin that shows *error* with probability $R$. You toss it ten times and see no error. Can $R$ be large? Ten correct
# answers have probability $(1 - R)^{10}$. This is $0.05$ for $R = 1 - 0.05^{1/10} = 0.26$. If $R$ were larger than 0.26, you would have seen an
# event of probability below 0.05. So you state: $R \le 0.26$. Let $\delta$ be the probability that such a statement fails; here $\delta = 0.05$.
#
# **A thousand coins.** Now a thousand people guess ten labels each, and you keep the person with the fewest errors. One person makes no error with
# probability $1/1024$. That at least one of a thousand makes none has probability $1 - (1 - \frac{1}{1024})^{1000} = 0.62$. So the best of them most probably
# made no error. But the bound 0.26 is false: this person guesses, and $R = 0.5$.
#
# The statement was made for one coin that was fixed before the tosses. Which of $m$ coins will be the best is not known before, so all $m$ statements must hold. Let each of them fail with
# probability $\delta/m$. Then together they fail with probability at most $\delta$: this is the **union bound**. With $\delta/m = 0.00005$ the
# statement becomes $R \le 1 - 0.00005^{1/10} = 0.63$, and it holds.
#
# *In words:* who chooses among $m$ classifiers after seeing the judges has to pay: the bound is 0.63 instead of 0.26. With more judges the price shrinks. With a hundred
# judges and no error, the two bounds are 0.09 and 0.03.
#
# ## Exercise 1 · Write: `holdout`
#
# The **hold-out bound** extends this to any number of errors. It is the largest rate $R$ at which so few errors, or fewer, still have
# probability $\delta$ among $n$ fresh examples ([Clopper and Pearson 1934](https://doi.org/10.1093/biomet/26.4.404)). No approximation is in it. Find this
# rate by halving. `binom.cdf(errors, n, rate)` is the probability of at most so many errors. For no error in ten, the answer is 0.2589.


# %%
@lesson.exercise("holdout")
def holdout(errors, n, delta):
    """The largest rate at which at most so many errors have probability delta.  Three numbers -> one number."""
    # BEGIN SOLUTION
    low, high = errors / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        possible = binom.cdf(errors, n, middle) > delta
        low, high = (middle, high) if possible else (low, middle)
    return high
    # END SOLUTION


# %% [markdown]
# ## Explain: prior, posterior and the distance that is paid
#
# The hold-out bound needs examples that did not train. Can the examples train *and* judge? Then the classifier was chosen after the judges had been seen, from
# infinitely many, and there is no number $m$ for a union bound. **PAC-Bayes** replaces the number $m$ by a distance. (PAC stands for *probably
# approximately correct*.) It has three parts.
#
# - The **prior** is a distribution over classifiers that is fixed before the labels of the judges are seen. It should give much probability to
#   classifiers that may turn out to be good.
# - The **posterior** is a second distribution over classifiers. You may choose it after the data, by any rule.
# - The distance is the **divergence** $\mathrm{KL}$ of the posterior from the prior: the mean, over the posterior, of $\ln(\text{posterior probability}/\text{prior
#   probability})$. It is 0 if the two are equal, and large if the posterior uses classifiers to which the prior gave little probability.
#
# Predictions are random: for each new example, draw a classifier from the posterior, and let it answer. This is the **Gibbs classifier**. Let $R$ be its error
# rate on new examples, and $\hat R$ its mean error rate on the $n$ judges.
#
# A second divergence compares two coins, with the error probabilities $\hat R$ and $R$:
#
# $$\mathrm{kl}(\hat R, R) = \hat R \ln\frac{\hat R}{R} + (1 - \hat R)\ln\frac{1-\hat R}{1-R}.$$
#
# *In words:* it is 0 if $\hat R = R$, and grows as they move apart. Let $\mathrm{kl}^{-1}(\hat R, c)$, in code `kl_inverse`, be the
# largest $R$ with $\mathrm{kl}(\hat R, R) \le c$. Here $c$ is a price per judge. Without errors, $\mathrm{kl}^{-1}(0, c) = 1 - e^{-c}$. For one coin the price is $\ln(1/\delta) = \ln 20$, shared by ten
# judges. With $c = \ln(20)/10$ the bound is 0.26 again.
#
# **Theorem.** Fix one prior, and let $n \ge 8$. With probability at least $1 - \delta$ over the draw of the $n$ judges, all posteriors at once satisfy
#
# $$R \le \mathrm{kl}^{-1}\!\Big(\hat R,\; \frac{\mathrm{KL} + \ln(2\sqrt n/\delta)}{n}\Big).$$
#
# *In words:* the numerator is the **price**, and the $n$ judges share it. The bound grows with the error rate on the judges and with the divergence from the prior. A posterior
# that fits better may lie further away, as in the opening picture, so there is a best compromise.
#
# **What is free, and what is not.** *All posteriors at once* means: try as many posteriors as you like, and keep the best, at no price. Priors are another matter. For the best of
# $m$ priors, each must hold with probability $1 - \delta/m$, so $m/\delta$ takes the place of $1/\delta$.
#
# <details><summary>Whose theorem is this, and why does it hold for all posteriors?</summary>
#
# The theorem is due to Seeger (2002), and for margins to
# Langford and Shawe-Taylor (2003). The factor $2\sqrt n$ is from
# [Maurer 2004](https://arxiv.org/abs/cs/0411099), who assumes $n \ge 8$ (from the abstract).
#
# The reason is short. For each classifier $g$, let $\hat R_g$ and $R_g$ be its rates. The number $e^{n\,\mathrm{kl}(\hat R_g, R_g)}$ has an expectation of at most $2\sqrt n$ over
# the judges; this is Maurer's part. So its mean over the *prior* has one too, and by Markov's inequality it exceeds $2\sqrt n/\delta$ with probability at most $\delta$. This
# is the only event that may go wrong, and no posterior is in it. For any posterior, Jensen's inequality and a change of measure give
# $n\,\mathrm{kl}(\hat R, R) \le n\,\mathbb E_{\text{post}}\,\mathrm{kl}(\hat R_g, R_g) \le \mathrm{KL} + \ln \mathbb E_{\text{prior}}\, e^{n\,\mathrm{kl}(\hat R_g, R_g)}$. On the event's complement, the last term is at most
# $\ln(2\sqrt n/\delta)$.
#
# </details>

# %% [markdown]
# ## By hand: four classifiers
#
# Four classifiers, a prior of $\frac14$ on each, $n = 100$ judges and $\delta = 0.05$. On the judges they make 10, 12, 30 and 50 errors. Then
# $\ln(2\sqrt n/\delta) = \ln 400 = 5.99$.
#
# | posterior | $\hat R$ | KL | price per judge | bound |
# |---|---|---|---|---|
# | all on the first | 0.10 | $\ln 4 = 1.39$ | 0.0738 | 0.2516 |
# | half on the first, half on the second | 0.11 | $\ln 2 = 0.69$ | 0.0668 | 0.2564 |
# | a quarter on each | 0.255 | 0 | 0.0599 | 0.4209 |
#
# To bet all on one of $m = 4$ costs $\ln 4$. This is the union bound again: $\ln m + \ln(1/\delta) = \ln(m/\delta)$. To spread the posterior costs less, because it
# chooses less. All three rows hold together, and you may keep the smallest.
#
# ## Exercise 2 · Repair: `pac_bayes`
#
# `errors` holds, for each example, the probability that the Gibbs classifier errs on it. The first `spent` examples were used to
# choose the prior. `priors` is $m$, the number of priors that were tried. The function below runs, and gives 0.2516 for the first row of the table. But with
# 400 coin flips for labels, half of them for the prior, it gives bounds between 0.29 and 0.38 in five draws. The error rate is 0.50. Find the mistake.


# %%
@lesson.exercise("pac_bayes")
def pac_bayes(errors, kl, spent, priors, delta):
    """The bound above, from fair judges only.  errors (n,), four numbers -> one number."""
    # BEGIN SOLUTION
    fresh = errors[spent:]
    n = len(fresh)
    price = kl + math.log(2 * math.sqrt(n) * priors / delta)
    return kl_inverse(fresh.mean(), price / n)
    # BEGIN GIVEN
    # fresh = errors
    # n = len(fresh)
    # price = kl + math.log(2 * math.sqrt(n) * priors / delta)
    # return kl_inverse(fresh.mean(), price / n)
    # END SOLUTION


# %% [markdown]
# ## Explain: a kernel machine
#
# The task is to tell the digits 0 to 4 from 5 to 9, with a kernel ([[learning_curves]]). A classifier is the sign of $w^\top\varphi(x)$, with features
# $\varphi(x)$ of length 1. The opening picture shows the plane of such weights $w$.
#
# - The prior is $N(0, I)$: independent Gaussian weights.
# - The posterior is $N(\rho\hat w, I)$, the same cloud around another center. The direction $\hat w$ of length 1 is that of a
#   [ridge regression](GLOSSARY.md#ridge-regression). You choose the distance $\rho$ after the data.
#
# The divergence of two such clouds is $\mathrm{KL} = \rho^2/2$, whatever the number of weights is (problem 2). On an example with target $y = \pm1$, a drawn
# classifier has the score $w^\top\varphi(x)$, a Gaussian number with mean $\rho\hat w^\top\varphi(x)$ and variance 1. It has the wrong sign with probability $\Phi(-\rho\, y\, \hat w^\top\varphi(x))$,
# where $\Phi$ is the distribution function of a standard Gaussian number. So all of `errors` is known without any drawing. At 400 examples the best of forty distances is $\rho = 9.3$, with $\hat R = 0.20$ and
# $\mathrm{KL} = 43$. At such an $\hat R$, the bound is below 1/2 if the price per judge is below $\mathrm{kl}(0.20, 0.50) = 0.19$.

# %%
lesson.predict("enough")

# %% [markdown]
# ## See
#
# - **Left:** each bound against the number of examples $n$. In the gray part above 1/2 it says less than guessing does. The dotted line is the
#   measured test error of the machine that all $n$ examples train. A ring marks a bound below the error rate of its own classifier.
# - **Right:** from how many examples on the bound stays below 1/2.
#
# The row **hold-out** trains on one half of the examples and lets the other half judge. **Half for the prior** takes a posterior equal to its
# prior, $N(\rho\hat w, I)$ with $\hat w$ from the first half. Its KL is 0, but it tries forty distances, and each is a prior of its own: $m = 40$. **Prior before data** is the
# row of the last section: one prior, forty posteriors, $m = 1$.
#
# **Coin flips** first: it replaces this share of all labels by coin flips. At 1 every error rate is 1/2, so a bound below 1/2 would be false. Then move it to 0, slowly.
# Then set **Delta** to one half and look for rings at several values of **Draw**, which draws other examples. How far do the curves rise from there to a millionth?

# %%
lesson.bounds.show()

# %% [markdown]
# **Confidence is cheap, and each bound counts by itself.** $\delta$ is inside a logarithm. With 400 examples of the first draw and the prior before data, the bound is 0.43 at one half, and 0.47 at a
# millionth. Each point of each curve holds
# with probability $1 - \delta$. The picture has 18 such points, and the probability that one or more fails may be as large as $18\,\delta$.
#
# Under **More controls**, lower **Ridge**. The test error falls, and the bound with the prior before data rises: the machine that predicts best is not the one about which
# most can be proved.
#
# ## Which bound speaks about what?
#
# | bound | whose error rate | judges | fixed before the judges | below 1/2 here |
# |---|---|---|---|---|
# | hold-out | the trained classifier's | examples that did not train | the classifier | from 50 or 100 on |
# | PAC-Bayes, half for the prior | the Gibbs classifier's | the second half | forty priors | from 100 to 400 on |
# | PAC-Bayes, prior before data | the Gibbs classifier's | all examples | one prior | from 200 to 400 on |
# | margin ([Bartlett and Mendelson 2002](https://jmlr.org/papers/v3/bartlett02a.html)) | the trained classifier's | all examples | 24 sizes of a margin | never: above 1 up to 800 |
# | term of [Arora and others 2019](https://arxiv.org/abs/1901.08584) | none: constants are left out | all examples | nothing | never: 1.8 to 1.9 at 800, and 5.5 to 5.8 on coin flips |
#
# Tick **Two that say nothing here** (More controls) for the last two rows. The **margin** of an example is $y\,\hat w^\top\varphi(x)$,
# and the margin bound counts the examples whose margin is below some size. The last row is no bound. But it is larger on coin flips than on true labels. Networks fit coin flips too ([Zhang and others 2017](https://arxiv.org/abs/1611.03530)). So a measure that is equal on both cannot explain why they predict well on true labels.
#
# ## Who knew the labels?
#
# | number | labels it uses | what it is |
# |---|---|---|
# | the dashed curve of [[learning_curves]] | of all points, seen and unseen | a prediction: it explains, and may be wrong |
# | leave-one-out, GCV | of the $n$ examples | an estimate: it may be too low |
# | hold-out bound | of the judges, after the classifier was fixed | a guarantee: too low with probability at most $\delta$ |
# | PAC-Bayes | of the judges, after the prior was fixed | a guarantee for all posteriors |
# | PAC-Bayes with a prior that saw its judges | of the judges, before | nothing (problem 3) |
#
# *In words:* the judges' labels may be used only after something was fixed: the classifier for a hold-out bound, the prior for PAC-Bayes.
#
# ## Exercise 3 · Decide: how to split 400 labels?
#
# A hospital gives you 400 labeled images, and wants a guarantee with $\delta = 0.05$. You train on the first $k$ and judge on the others, for five values of $k$. You look at all
# five hold-out bounds, and state the best. `errors_of_split(k)` counts the errors on the $400 - k$ judges. Which $k$ do you choose, and which bound may you state (three
# digits)?

# %%
from ddlearn.lessons.guarantees.decisions import errors_of_split

splits = (50, 100, 200, 300, 350)
# BEGIN SOLUTION
bounds = {k: holdout(errors_of_split(k), 400 - k, 0.05 / len(splits)) for k in splits}
split = min(bounds, key=bounds.get)
bound = bounds[split]
# BEGIN GIVEN
# split, bound = TODO, TODO
# END SOLUTION
lesson.decide("split", split, bound)

# %% [markdown]
# ## Where it breaks
#
# - **Another population.** All bounds assume that judges and new examples are drawn independently in the same way.
# - **The center instead of the draw.** PAC-Bayes bounds the Gibbs classifier. A kernel machine's center errs at most twice as often (problem 4). A network's center has no such bound.
# - **The best of several numbers.** If you compute bounds by three methods and state the smallest, each needs $\delta/3$.
# - **After the fact.** A bound from training errors says that this classifier generalizes. It does not say why.
#
# **Discuss:** The hospital buys a new microscope. What was guaranteed, and what must the contract say?

# %% [markdown]
# ## Claims
#
# [[start_here]] explains band and control. Two of the claims count how often a bound fails in 150 draws.

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - A [hold-out bound](GLOSSARY.md#hold-out-bound) is exact. Its price is the examples that do not train.
# - In [PAC-Bayes](GLOSSARY.md#pac-bayes), all examples may train and judge. Its price is the divergence of the posterior from the prior.
# - [Union bounds](GLOSSARY.md#union-bound) are paid for priors, and for separate statements. Posteriors of one prior are free.
# - Most bounds say nothing at these sizes. A bound that says nothing is still true.
#
# **What this does not show.** The bounds hold for examples and new points from one population. And the measured error is often far below
# them: what a machine does well need not be what can be proved.

# %% [markdown]
# ## Problems
#
# **1. No error at all (easy, checked).** A classifier makes no error on $n$ fresh examples. How many are needed for the bound 0.01 at $\delta = 0.05$? And at $\delta = 10^{-6}$?
#
# **2. Gaussian weights (checked).** The posterior draws weight $i$ from $N(w_i, \sigma_i^2)$, the prior draws all from $N(0, \sigma_0^2)$. The divergence of one weight is
# $\frac12\left(r_i^2 + w_i^2/\sigma_0^2 - 1 - 2\ln r_i\right)$ with $r_i = \sigma_i/\sigma_0$. Write `gaussian_kl`. When is it $\rho^2/2$?
#
# **3. A network, and a prior that cheats.** Each weight of a small network is drawn around its trained value, as widely as possible without
# errors ([Dziugaite and Roy 2017](https://arxiv.org/abs/1703.11008)). The explorer below has three priors. Which of them cheats, and why can you see this only on **coin flips**?
#
# **4. Twice as often (hard).** (a) Where the center of a kernel machine errs, at least half of the drawn classifiers err too. Why? Conclude that its error rate is at most $2R$. Why
# does this fail for a network? (b) Compare `holdout(k, n, delta)` with `kl_inverse(k / n, math.log(1 / delta) / n)`. Which is smaller, and why?


# %%
# BEGIN SOLUTION
at_005, at_millionth = math.log(0.05) / math.log(0.99), math.log(1e-6) / math.log(0.99)
# BEGIN GIVEN
# at_005, at_millionth = TODO, TODO
# END SOLUTION
lesson.decide("fresh", at_005, at_millionth)


# %%
@lesson.problem("gaussian_kl")
def gaussian_kl(mean, sigma, prior_sigma):
    """The divergence of N(mean, diag(sigma²)) from N(0, prior_sigma² I).  mean, sigma (P,), a number -> a number."""
    # BEGIN SOLUTION
    ratio = sigma / prior_sigma
    return (ratio**2 + (mean / prior_sigma) ** 2 - 1 - 2 * ratio.log()).sum() / 2
    # END SOLUTION


# %% [markdown]
# For each prior, three bars: the error rate of the Gibbs classifier on its judges, on unseen digits, and its bound. Below them is the divergence.

# %%
lesson.net.show()

# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** $(1 - 0.01)^n = \delta$ gives $n = \ln\delta/\ln 0.99$, so 298.1 and 1374.6: you need 299 and 1,375 examples. The rule of thumb is $3/n$, because
# $\ln 20 \approx 3$. A delta that is 50,000 times smaller takes 4.6 times as many examples.
#
# **2.** See the cell above. With $\sigma_i = \sigma_0 = 1$ the bracket is $w_i^2$, and the sum is $\lVert w\rVert^2/2 = \rho^2/2$. Directions in which posterior and prior agree cost nothing, so the
# number of weights does not matter.
#
# **3.** The prior from *all of the examples* has seen its judges. Its posterior hardly leaves it, so the divergence is only 5 on 1,000 coin flips, and the error rate on the judges is 9 %. The bound is small for any labels that the network can
# fit. On true labels the network is good, and the bound happens to be true. On coin flips the bound is 18 %, where half of the answers are wrong. The prior from half of the examples is fair, because
# only the other half judges. These rows hold with probability 0.94: 0.05 for the theorem, and 0.01 for an average over random draws in place of $\hat R$. A grid of widths of the prior is paid
# for by a union bound.
#
# **4.** (a) The posterior is symmetric around its center $\rho\hat w$. If $\hat w^\top\varphi(x)$ has the wrong sign, $w^\top\varphi(x)$ has the wrong sign with probability at least ½. So $R$ is at least half of the
# center's error rate. A network's output is not linear in its weights, so its values at symmetric weights are not symmetric around the center's value. Only the
# majority vote of the draws has the factor 2. (b) The first is smaller. For $k/n \le R$, Chernoff's inequality says that the binomial tail is at most $e^{-n\,\mathrm{kl}(k/n, R)}$. The second
# solves for this upper bound, and the first for the tail itself. Without errors the two agree.
#
# **Beyond.** `ddlearn.generalization.bounds_table` prints every bound for labels of yours, networks included.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Dziugaite, Roy: [Computing nonvacuous generalization bounds](https://arxiv.org/abs/1703.11008) (2017). The first such bound for a network.
# - Zhang, Bengio, Hardt, Recht, Vinyals: [Understanding deep learning requires rethinking generalization](https://arxiv.org/abs/1611.03530) (2017). Random labels.
# - Bartlett, Foster, Telgarsky: [Spectrally-normalized margin bounds](https://arxiv.org/abs/1706.08498) (2017). Norms and margins of networks.
# - Nagarajan, Kolter: [Uniform convergence may be unable to explain generalization](https://arxiv.org/abs/1902.04742) (2019). What a family of bounds cannot do.
#
# <details><summary>Where do the digits come from?</summary>
#
# The digits are those of E. Alpaydin and C. Kaynak,
# [Optical Recognition of Handwritten Digits](https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits),
# UCI Machine Learning Repository, 1998 ([CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)).
#
# </details>
#
# **Next:** [[double_descent_solved]], Double descent, solved.
