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
# # 6 · How many examples?
#
# You have labelled a few hundred images by hand. Will twice as many help, and by how much? And what could you promise today, to
# somebody whose diagnosis depends on it? The first asks for a prediction, which may be wrong. The second asks for a bound, which
# may be useless.
#
# **You will** predict a learning curve before training, and write a promise with its price. **You need** lesson 03 (eigenmodes),
# logarithms, and patience with probabilities. **Time** 50 minutes. **Difficulty** 4 of 5.

# %%
import math

import torch

from ddlearn.generalization import kl_inverse
from ddlearn.lessons.how_many_examples import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 40 minutes.** 3 recap · 4 predict, and the reveal together · 6 explain at the board: one bar a mode, n units to
# spend · 5 `kappa` · 3 the modes · 4 `predicted_error` · 3 leave-one-out and GCV · 5 `pac_bayes` · 4 the bounds, with the coin
# flips slider pulled slowly · 3 quiz. The net and the claims read well at home.
#
# **The one question to ask:** "Who knew the labels of the unseen points?" (The theory of the curve did; leave-one-out did not; a
# bound may not.) It sorts the whole lesson.
#
# **Usual wrong answers.** *"The error falls as one over n"*: let them read the slope. *"n examples learn the n largest modes"*: the
# dotted line in the modes picture. *"A bound of 86 % is broken, we measured 2 %"*: at most means at most. *"Delta is why it is so
# loose"*: pull it.
#
# **If a machine is slow:** every world computes its modes once, half a second; the net trains a few seconds for each choice, with a
# bar. Everything else answers at once. Show the net once before the class arrives.

# %% [markdown]
# ## Recap
#
# Two questions from before. Guessing is fine.

# %%
lesson.recap()

# %% [markdown]
# ## Predict
#
# Two points make a line. You will see it in the picture.

# %%
lesson.predict("at_40")
lesson.predict("at_500")

# %% [markdown]
# ## See
#
# The dashed line is a prediction for kernel regression, the wide nets of lesson 03. It was computed from the kernel and the target;
# nothing has been trained. Compare it with your stars. Then tick **Reveal**. Then try the other worlds, some ridge, some noise: the line moves
# first, the points follow it.

# %%
lesson.curve.show()

# %% [markdown]
# ## Explain
#
# A pool of $N$ points is the whole world, and $n$ of them are examples. Let $K$ be the kernel matrix of all $N$ points and $y$ the
# target's values there. The matrix $K/N$ has eigenvalues $\lambda_i$, largest first, and eigenvectors $u_i$ of length 1. A pair of them is a
# **mode**. The target's squared coefficient on mode $i$ is $V_i = (u_i^\top y)^2 / N$, summed over the outputs if there are several; all $V_i$
# together are the mean of the squared target. Learning a mode is not a matter of yes or no. Each gets a share,
#
# $$L_i = \frac{\lambda_i}{\lambda_i + \kappa}, \qquad \sum_i L_i = n,$$
#
# and the second equation fixes $\kappa$. It is a **conservation law**: $n$ examples buy $n$ units of learning, and the kernel decides
# where they go. Large eigenvalues are served first, but never more than whole. What is not learned leaves $(1 - L_i)^2\, V_i$
# of error; and since it looks like noise, it disturbs what is learned, by a factor. At unseen points
#
# $$\text{error} = \frac{N}{N - n} \cdot \frac{n}{n - \sum_i L_i^2} \cdot \sum_i (1 - L_i)^2\, V_i.$$
#
# So a kernel is good for a target, and needs few examples, if the target lies in its large modes.
#
# This is the form of [Simon, Dickens, Karkada and DeWeese 2023](https://arxiv.org/abs/2110.03922). Their abstract calls the conservation law
# sharp and the error an estimate: in every draw the *measured* shares add up to $n$, while the formulas for a single share and for the
# error are approximations. [Bordelon, Canatar and Pehlevan 2020](https://arxiv.org/abs/2002.02561) found the same curve by methods of physics. The
# first factor is *our derivation*, for worlds that are finite.
#
# <details><summary>Why N / (N − n), and where are ridge and noise?</summary>
#
# A ridge δ adds δ to the kernel where a point meets itself, and nothing elsewhere: at unseen points, ridge regression *is*
# interpolation with that kernel. So every $\lambda_i$ grows by $\delta/N$. Label noise of variance $s^2$ is a target that is the same in all
# modes, so every $V_i$ grows by $s^2/N$. Now all is interpolation. The formula without its first factor is the error over
# the whole pool; an interpolator makes none of it at the $n$ points that it has seen, so the other $N - n$ carry all of it.
#
# </details>
#
# The formula assumes eigenvectors in general position. That is exact for the random ones, an approximation for digits, and poor in the grey
# zone.

# %% [markdown]
# ## Build: what n examples buy
#
# Find κ by halving. The two ends of the search are given away: at κ = 0 too much is learned, at $\sum\lambda / n$ too little.


# %%
@lesson.exercise("kappa")
def kappa(lam, n):
    """The number at which the sum of lam / (lam + kappa) is n.  lam (N,), n below N -> one number."""
    # BEGIN SOLUTION
    low, high = 1e-18, float(lam.sum() / n)
    for _ in range(100):
        middle = (low * high) ** 0.5
        too_much = (lam / (lam + middle)).sum() > n
        low, high = (middle, high) if too_much else (low, middle)
    return high
    # END SOLUTION


# %% [markdown]
# Here is your purchase. The points on the left are measured: each mode was itself the target of a few fits. Pull **Examples**, then
# choose another world, then pull **Ridge** to the right and see who is paid.

# %%
lesson.modes.show()

# %% [markdown] tags=["instructor"]
# **Instructor.** Ask what a ridge buys, seen from here: it spends units on telling each point from every other, which is of no
# use at unseen points. Why would anybody pay for that? (With noise in the labels those units would have been spent on learning noise.) The
# commonest slip in `kappa` is to move the wrong end; let them say aloud what a larger κ does to each share.

# %% [markdown]
# ## Build: the error, predicted
#
# The formula above. `V2` holds the $V_i$; ridge and noise are in `lam` and `V2` already.


# %%
@lesson.exercise("predicted_error")
def predicted_error(lam, V2, n, kappa):
    """The predicted squared error at unseen points.  lam (N,), V2 (N,), n and kappa numbers -> one number."""
    # BEGIN SOLUTION
    N = len(lam)
    L = lam / (lam + kappa)
    missed = ((1 - L) ** 2 * V2).sum()
    return N / (N - n) * n / (n - (L**2).sum()) * missed
    # END SOLUTION


# %% [markdown]
# ## Theory over experiment: who may know what?
#
# The dashed line of the first picture is now yours, both functions of it. Go up to it once more, tick **Reveal**, and look for three things.
#
# - **Random eigenvectors**: the assumption holds, and so does the line, grey zone included. On digits it reads low there.
# - **Beside it: the form for an infinite world.** Papers state this one. On a small set of real data it is badly wrong long before the end.
# - **Beside it: estimates from the examples.** Your line knew all labels of the pool. Leave-one-out (lesson 01) knows the $n$ examples and nothing
#   else. Its popular shortcut, generalized cross-validation, puts one number in place of a diagonal, and on digits without noise it reads low
#   ([Jacot et al. 2020](https://arxiv.org/abs/2006.09796) met it as an estimate of a kernel's risk). Add label noise: the two agree.
#
# All of these explain or estimate. None of them promises.

# %% [markdown]
# ## From a share of mistakes to a promise
#
# Somebody fixes a classifier, *then* $n$ fresh examples come. The classifier misses a share $q$ of them. Its true error rate $p$ may be larger,
# but how much larger? The number of mistakes is binomial. The **hold-out** bound is the largest $p$ at which so few mistakes, or fewer, still have
# probability $\delta$ (Clopper and Pearson 1934). It is exact. Its flaw is that the judges may not train.
#
# **PAC-Bayes** lets all examples train *and* judge. The classifier becomes random: each answer comes from a function drawn from a
# distribution, the **posterior**, which may be chosen after the data. It is compared to a **prior**, a distribution fixed before the data, and
# $\mathrm{KL}$, the divergence of the posterior from the prior, is the price. Let $\mathrm{kl}(q, p) = q \log\frac qp + (1 - q) \log\frac{1-q}{1-p}$ be the
# divergence of two coins; `kl_inverse(q, c)`, written $\mathrm{kl}^{-1}(q, c)$, is the largest $p$ with $\mathrm{kl}(q, p) \le c$. Fix one prior. With
# probability $1 - \delta$ over the draw of the examples, *all posteriors at once* have
#
# $$p \;\le\; \mathrm{kl}^{-1}\!\Big(q,\; \frac{\mathrm{KL} + \log (2\sqrt n / \delta)}{n}\Big).$$
#
# In words: a posterior that fits better may move far from the prior, and then KL grows. You may look at as many posteriors as you like and keep
# the best, because the bound covers all of them. *Priors* are another matter. If you try $m$ priors and keep the best, each of them must
# hold with probability $1 - \delta/m$, so $m/\delta$ takes the place of $1/\delta$. That is the union bound.
# (The theorem is due to Seeger 2002 and Langford and Shawe-Taylor 2003; the factor $2\sqrt n$ is from
# [Maurer 2004](https://arxiv.org/abs/cs/0411099), who assumes $n \ge 8$.)

# %% [markdown]
# ## Build: a promise with a price
#
# `errors` holds each example's probability of being missed. The first `spent` examples were used to choose the prior, so they may not
# judge. `priors` is $m$, the number of priors that were tried.


# %%
@lesson.exercise("pac_bayes")
def pac_bayes(errors, kl, spent, priors, delta):
    """The bound above, from fair judges only.  errors (n,), four numbers -> one number."""
    # BEGIN SOLUTION
    fresh = errors[spent:]
    n = len(fresh)
    price = kl + math.log(2 * math.sqrt(n) * priors / delta)
    return kl_inverse(fresh.mean(), price / n)
    # END SOLUTION


# %%
lesson.predict("promise")

# %% [markdown]
# Both PAC-Bayes rows below are yours. Nothing else is trained for them than a ridge regression. Then pull **Coin flips**: that share of all
# labels is replaced by chance, until there is nothing left to learn. A bound that still promised something would be lying. Last, pull
# **Ridge** down, and watch which machine is best and which can be *promised* to be good.

# %%
lesson.bounds.show()

# %% [markdown]
# - The **hold-out** is the first to promise anything. It paid with half of its examples.
# - PAC-Bayes with a prior **from half** of the examples pays in the same way, and its KL is 0. But it tries forty lengths of its prior's mean: $m = 40$.
# - PAC-Bayes with a prior **before data** needs some hundreds of examples, whatever the **Draw**; try them. It has one prior, so its forty
#   posteriors are free: $m = 1$. It never certifies coin flips.
# - The **margin** bound ([Bartlett and Mendelson 2002](https://jmlr.org/papers/v3/bartlett02a.html)) holds, and says nothing here.
# - The **term** of [Arora et al. 2019](https://arxiv.org/abs/1901.08584) is no promise. But compare it at both ends of the first slider: it tells
#   labels with a meaning from coin flips. Nets fit coin flips too ([Zhang et al. 2017](https://arxiv.org/abs/1611.03530)); a measure that cannot tell the two apart explains nothing.
#
# **Delta** is how often a promise may break: at one half, look for rings. At a millionth the curves have risen by little. Confidence is cheap.
# Each point of each curve holds by itself with probability $1 - \delta$. The picture has 24 such promises, and the probability that one of them
# or more fails may be as large as $24\,\delta$.

# %% [markdown] tags=["instructor"]
# **Instructor.** Send the class through **Draw**, one each, at delta 0.5 and then at 0.05, and count rings on the
# board. Then ask why the PAC-Bayes rows hardly ever have any (they are loose) and whether that makes them better (no).
#
# **Misconception to hunt:** "the bound explains why it generalises". It is computed after the fact, from the training errors. And it is for the
# *randomized* classifier. For the kernel machine the classifier at the center errs at most twice as often: where the center is wrong, at least half
# of the drawn functions are wrong too. For a net the center has no such bound; only the majority vote of its draws has.

# %% [markdown]
# ## A promise for a net
#
# The same, for a small net: its weights are made random, as widely as they can be without mistakes
# ([Dziugaite and Roy 2017](https://arxiv.org/abs/1703.11008)). Three priors; the last of them cheats. On true labels you could not tell. Choose **coin
# flips**.

# %%
lesson.net.show()

# %% [markdown]
# A promise that comes true proves nothing about the promiser. Only where there is nothing to promise do you find out who was honest.

# %% [markdown]
# ## Claims

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Take away
#
# - n examples buy n units of learning; a learning curve is where the kernel spends them, against where the target lies.
# - Leave-one-out finds the same curve from the examples alone. GCV does not, where there is little noise.
# - A bound is paid for: with examples held out, with the divergence of posterior from prior, with every prior that was tried. Posteriors are
#   free. Most bounds say nothing; some do.
#
# **What this does not show.** The curve is for kernel machines, and for nets as far as they are that; a net that learns its embedding (lesson
# 02) has no such formula. It knew the labels of the whole pool: it explains, and certifies nothing. The bounds are for examples and new
# points from one world, drawn by chance. When the world moves, as in a hospital with a new scanner, every promise here is void.

# %% [markdown] tags=["instructor"]
# **Discussion, if there is time.** A hospital gives you 400 labelled cells and wants a guarantee. How do you split them? (Let them trade: half held
# out, or a prior from some of them.) What do you write into the contract about the microscope?

# %% [markdown]
# ## Go further
#
# A stretch, unchecked: write `holdout(errors, n, delta)`, the largest `p` at which so few errors or fewer have probability `delta`
# (`torch.distributions.Binomial`, or halving again). Compare it with `kl_inverse(errors / n, math.log(1 / delta) / n)`. Which of the two is
# tighter, and what has the other not used?
#
# On a machine with a GPU the worlds above lived there already. `ddlearn.generalization.bounds_table` prints every bound for labels of
# yours, nets included; `measure_learning_curve` takes a pool of any kernel, MNIST's say, from `ddlearn.datasets.mnist`.
#
# [Canatar, Bordelon, Pehlevan 2021](https://arxiv.org/abs/2006.13198) on which targets suit which kernels ·
# [Bartlett, Foster, Telgarsky 2017](https://arxiv.org/abs/1706.08498) on spectral norms and margins ·
# [Nagarajan and Kolter 2019](https://arxiv.org/abs/1902.04742) on what a whole family of bounds may be unable to explain.
