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
# ![A plane of functions. A circle around the origin is the prior. Two more circles of the same size, at the distances 1 and 3 to its right, are posteriors. Their divergences are 0.5 and 4.5. Functions right of a dashed line fit the examples: the near posterior has 7 % of its functions there, the far one 69 %.](pictures/guarantees.svg)
#
# *Each point is a function. The prior is a cloud of functions, fixed before the data; a posterior is one chosen after. Further to the right, more
# of its functions fit the examples. But the further it is from the prior, the more is added to the bound on its error rate.*
#
# **Question.** A hospital wants to use your classifier. For the contract, it asks how often it will err. Which statement about the error rate can you make, so
# that it is false in at most one case of twenty? And what does it cost? (With 400 labeled digits, you will state "at most 15 %", and the truth is 10 %.)
#
# **You will be able to**
# - bound an error rate by counting errors on fresh examples (Exercise 1);
# - repair a PAC-Bayes bound that is far too small (Exercise 2);
# - choose how many examples to train on and how many to keep, and defend it with a number (Exercise 3).
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
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 6 the coins, at the board · 3 `holdout` shown · 9 PAC-Bayes at the board: the
# picture, the four classifiers, then the theorem · 5 `pac_bayes` · 5 the bounds, with **Coin flips** moved slowly · 4 who knew the labels. The
# split, the quiz, the claims and the network are homework. Give each learner another **Draw**, at $\delta = 0.5$ and then at 0.05, and count rings on the board. Then ask why
# the PAC-Bayes rows have none (they are loose).
#
# **Board.** One coin, and the number $0.05^{1/10}$. Below it the table of the four classifiers with $\hat R$, KL and the bound.
#
# **The one question to ask:** "Who knew the labels?" (Of the judges: nobody, before the prior was fixed.)
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
#
# </details>

# %% [markdown]
# ## Recap
#
# From [[real_steps_real_widths]] and [[learning_curves]].

# %%
lesson.recap()

# %% [markdown]
# ## Predict
#
# Each of ten digits has one of two labels. Whoever tosses a fair coin for each makes no error with probability $1/2^{10} = 1/1024$.

# %%
lesson.predict("lucky")

# %% [markdown]
# ## By hand: coins
#
# **One coin.** A classifier is fixed. Its **error rate** $R$ is the probability that it errs on a new example. The fresh examples that test it are its **judges**. Each
# judge is a toss of a coin that shows *error* with probability $R$. You toss ten times and see no error. Ten correct
# answers have probability $(1 - R)^{10}$. This is $0.05$ for $R = 1 - 0.05^{1/10} = 0.26$. So you state: $R \le 0.26$. If
# $R$ is larger, the statement is false. But then ten correct answers, which let you make it, have probability below 0.05. So such statements fail with probability at most $\delta = 0.05$.
#
# **A thousand coins.** Now a thousand people guess ten labels each, and you keep the best. One or more of them make no error
# with probability $1 - (1 - \frac{1}{1024})^{1000} = 0.62$. So the best most probably made none. But the bound 0.26 is false: this person guesses, and $R = 0.5$.
#
# The statement was made for one coin that was fixed before the tosses. Which of $m$ coins will be the best is not known before, so all $m$ statements must hold. Let each of them fail with
# probability $\delta/m$. Then the probability that one or more of them fail is at most $\delta$: this is the **union bound**. The statements may depend on each other. With $\delta/m = 0.00005$ the
# statement becomes $R \le 1 - 0.00005^{1/10} = 0.63$, and it holds.
#
# **The price.** Who chooses among $m$ classifiers after seeing the judges has to pay. With $n$ judges and no error, the first bound is $1 - \delta^{1/n} = 1 - e^{-\ln(1/\delta)/n}$. So both bounds are
# $1 - e^{-\text{price}/n}$, with a **price**. For one coin it is $\ln(1/\delta) = 3.0$. For the best of $m = 1000$, it is $\ln(m/\delta) = \ln m + \ln(1/\delta) = 9.9$. The judges share it: with a hundred,
# the bounds are 0.03 and 0.09.
#
# ## Exercise 1 · Write: `holdout`
#
# You count the errors among $n$ judges. The **hold-out bound** is the largest rate $R$ at which this count, or a smaller one, still has
# probability $\delta$ ([Clopper and Pearson 1934](https://doi.org/10.1093/biomet/26.4.404)). In code, `binom.cdf(errors, n, rate)` is the probability of at most
# `errors` errors. This probability falls as the rate grows, so find the rate by halving an interval. For no error in ten, the answer is 0.2589.


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
# ## Explain: prior, posterior and the price
#
# The hold-out bound needs examples that did not train. Can the examples train *and* judge? Then the classifier was chosen after the judges had been seen, from
# infinitely many, so $\ln m$ would be infinite. **PAC-Bayes** (*probably approximately correct*) puts a divergence in the place of $\ln m$.
#
# - The [**prior**](GLOSSARY.md#prior-and-posterior-pac-bayes) is a distribution over classifiers that is fixed before the judges are seen.
# - The **posterior** is a second distribution over classifiers. You may choose it after the data, by any rule.
# - The **divergence** $\mathrm{KL}$ of the posterior from the prior is the mean, over the posterior, of $\ln(\text{posterior probability}/\text{prior
#   probability})$ (for Gaussian weights, the ratio of the densities). It is 0 if the two are equal, and large if the posterior uses classifiers to which the prior gave little probability.
#
# Among infinitely many classifiers, each single one may have the prior probability 0. Then a posterior that always chooses the same one has an infinite divergence. So predictions are random: for each new example, draw a classifier from the
# posterior, and let it answer. This is the **Gibbs classifier**. Let $R$ be its error rate on new examples, and $\hat R$ its mean error rate on the $n$ judges.
#
# A second divergence compares two coins, with the error probabilities $\hat R$ and $R$:
#
# $$\mathrm{kl}(\hat R, R) = \hat R \ln\frac{\hat R}{R} + (1 - \hat R)\ln\frac{1-\hat R}{1-R}.$$
#
# *In words:* it is 0 if $\hat R = R$, and grows as they move apart. For $\hat R = 0$ it is $-\ln(1 - R)$. So the bound $1 - e^{-\text{price}/n}$ of the coins without an error is the $R$ at which $\mathrm{kl}(0, R)$ is
# $\text{price}/n$. With errors, we do the same: let $\mathrm{kl}^{-1}(\hat R, c)$, in code `kl_inverse`, be the largest $R$ with $\mathrm{kl}(\hat R, R) \le c$.
#
# **Theorem.** Fix one prior, and let $n \ge 8$. With probability at least $1 - \delta$ over the draw of the $n$ judges, all posteriors at once satisfy
#
# $$R \le \mathrm{kl}^{-1}\!\Big(\hat R,\; \frac{\mathrm{KL} + \ln(2\sqrt n/\delta)}{n}\Big).$$
#
# *In words:* the numerator is the price, and the $n$ judges share it. The bound grows with the error rate on the judges and with $\mathrm{KL}$. A posterior
# that fits better may lie further away, so compare the bounds.
#
# **What is free, and what is not.** *All posteriors at once* means that you may try as many as you like, and keep the best. Each pays only its own KL. Priors have a price. For the best of
# $m$ priors, the bound of each must hold with probability $1 - \delta/m$, so $m/\delta$ takes the place of $1/\delta$.
#
# <details><summary>Whose theorem is this, and why does it hold for all posteriors?</summary>
#
# The theorem is due to Seeger (2002). Langford and Shawe-Taylor (2003) use it for linear classifiers with Gaussian weights, as we do below. The factor $2\sqrt n$ is from
# [Maurer 2004](https://arxiv.org/abs/cs/0411099), who assumes $n \ge 8$.
#
# The reason has three steps.
#
# 1. *An average in which no posterior occurs.* For each classifier $g$, let $\hat R_g$ and $R_g$ be its two error rates, and $X_g = n\,\mathrm{kl}(\hat R_g, R_g)$. Over draws of the judges, the expectation of $e^{X_g}$ is at most $2\sqrt n$; this is
#    Maurer's part. Now average $e^{X_g}$ over all $g$, drawn from the prior. The prior does not depend on the judges, so the expectation of this average, over draws of the judges, is at most $2\sqrt n$ as well. By Markov's inequality,
#    the average exceeds $2\sqrt n/\delta$ with probability at most $\delta$.
# 2. *From the prior to any posterior.* The mean over the prior is the sum of all $\text{prior}\cdot e^{X_g}$. Where the posterior is not 0, a term is $\text{post}\cdot\frac{\text{prior}}{\text{post}}\cdot e^{X_g}$. These terms add up to a mean over the posterior, with the factor $\text{prior}/\text{post} = e^{-\ln(\text{post}/\text{prior})}$. The other terms are at least 0, so
#    $\mathbb E_{\text{prior}}\, e^{X_g} \ge \mathbb E_{\text{post}}\, e^{X_g - \ln(\text{post}/\text{prior})}$.
#    (If the posterior uses classifiers to which the prior gives probability 0, $\mathrm{KL}$ is infinite, and the theorem says nothing.) The logarithm of a mean is at least the mean of the logarithm (Jensen's inequality). So
#    $\ln \mathbb E_{\text{prior}}\, e^{X_g} \ge \mathbb E_{\text{post}}\, X_g - \mathbb E_{\text{post}} \ln(\text{post}/\text{prior})$. By definition, the last term is $\mathrm{KL}$.
# 3. *From single classifiers to the Gibbs classifier.* The function kl is convex in both of its arguments together, so $n\,\mathrm{kl}(\hat R, R) \le \mathbb E_{\text{post}}\, X_g$, by Jensen's inequality again.
#
# So with probability at least $1 - \delta$, the average of step 1 is at most $2\sqrt n/\delta$. Then step 2 has at most $\ln(2\sqrt n/\delta)$ on its left side, and $n\,\mathrm{kl}(\hat R, R) \le \mathrm{KL} + \ln(2\sqrt n/\delta)$. The average contains no posterior, so this holds for all posteriors at once.
#
# </details>

# %% [markdown]
# ## By hand: four classifiers
#
# There are four classifiers, and the prior gives $\frac14$ to each. Let $n = 100$ and $\delta = 0.05$. On the judges they make 10, 12, 30 and 50 errors. Then
# $\ln(2\sqrt n/\delta) = \ln 400 = 5.99$.
#
# | posterior | $\hat R$ | KL | price per judge | bound |
# |---|---|---|---|---|
# | all on the first | 0.10 | $\ln 4 = 1.39$ | 0.0738 | 0.2516 |
# | half on the first, half on the second | 0.11 | $\ln 2 = 0.69$ | 0.0668 | 0.2564 |
# | a quarter on each | 0.255 | 0 | 0.0599 | 0.4209 |
#
# To bet all on one of $m = 4$ adds $\ln 4$ to the price, as the union bound added $\ln m$. Only $\ln(2\sqrt n)$ is new. Spreading over two saves $\ln 2$, or 0.007 per judge. Here it costs one more error in a hundred, so the bet wins. Had the second classifier made 10 errors too,
# spreading would win, with 0.243.
#
# ## Exercise 2 · Repair: `pac_bayes`
#
# `errors` holds, for each example, the probability that the Gibbs classifier errs on it. The first `spent` examples were used to
# choose the prior. `priors` is $m$, the number of priors that were tried. The function below gives 0.2516 for the first row of the table. But we gave it
# 400 digits with coin flips for labels, of which the first 200 chose the prior. In five draws, it certified error rates between 6 % and 8 %. The true rate is 50 %. Find the mistake.


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
    # fresh = errors[: len(errors) - spent]
    # n = len(fresh)
    # price = kl + math.log(2 * math.sqrt(n) * priors / delta)
    # return kl_inverse(fresh.mean(), price / n)
    # END SOLUTION


# %% [markdown]
# ## Explain: a kernel machine
#
# For linear classifiers with Gaussian weights, we can compute the divergence and the error rate. The task is to tell the digits 0 to 4 from 5 to 9, with a kernel
# ([[learning_curves]]). A classifier is the sign of the score $w^\top\varphi(x)$, with weights $w$ and the kernel's features $\varphi(x)$ of length 1.
#
# - The prior is $N(0, I)$: independent Gaussian weights.
# - The posterior is $N(\rho\hat w, I)$, the same cloud around the **center** $\rho\hat w$. The direction $\hat w$, of length 1, is that of a
#   [ridge regression](GLOSSARY.md#ridge-regression) on the examples. You choose the distance $\rho$ after the data.
# - The divergence is $\mathrm{KL} = \rho^2/2$ (problem 2).
#
# Let $y = \pm1$ be the target. The **margin** of an example is $y\,\hat w^\top\varphi(x)$; it is negative where the center errs. Since $\varphi(x)$ has length 1, the score of a drawn
# classifier, times $y$, is a Gaussian number with mean $\rho\cdot\text{margin}$ and variance 1. It is negative with probability $\Phi(-\rho\cdot\text{margin})$, where
# $\Phi$ is the distribution function of a standard Gaussian number. So `errors` is known without any drawing. *In words:* a larger distance lets fewer draws err where the margin is positive, and costs more.
#
# With 400 examples and $\delta = 0.05$, the best of forty distances is $\rho = 9.3$, with $\hat R = 0.20$, $\mathrm{KL} = 43$ and the price 50. For a rough guess, keep these values at every $n$. The bound is below 1/2 if the price per judge is below $\mathrm{kl}(0.20, 0.50) = 0.19$.
# How many judges must share it?

# %%
lesson.predict("enough")

# %% [markdown]
# ## See
#
# - **Left:** three bounds against the number of examples $n$. Each bound speaks about a classifier of its own. A ring marks
#   a false bound: the measured error rate of this classifier is higher. The dotted line is the test error of the machine that all $n$ examples train.
# - **Right:** from how many examples on the bound stays below 1/2.
#
# The three bounds and their classifiers:
# - **Hold-out:** one half of the examples trains, the other half judges.
# - **PAC-Bayes, half for the prior:** the first half trains $\hat w$. Prior and posterior are both $N(\rho\hat w, I)$, so KL is 0. The second half judges. But forty distances
#   are tried, and each is a prior of its own: $m = 40$.
# - **PAC-Bayes, prior before data:** all examples train and judge. The forty distances are posteriors of one prior, so $m = 1$.
#
# First move **Coin flips** to 1: with coin flips only, a bound below 1/2 would be false. Then move it slowly to 0. Which bound is the first below 1/2?
# Set **Delta** to one half, and look for rings while you move **Draw** (other examples). Which curves have any? How far do the curves rise at one in a million?

# %%
lesson.bounds.show()

# %% [markdown]
# **At 400 examples** ($\delta = 0.05$, **Draw** 1), the three bounds are 15 %, 23 % and 44 %. The hold-out classifier makes 21 errors on its 200 judges, and errs on 10 % of the unseen digits. The two Gibbs classifiers err on 10 % and 22 % of them.
# A fourth classifier, the machine that all 400 train, errs on 9 % (dotted). With coin flips, all three bounds stay above 1/2.
#
# <details><summary>Why 23 % and not 15 %, if both classifiers err on 10 %?</summary>
#
# The two classifiers are nearly the same. With half for the prior, KL is 0 at each distance, so a large distance costs nothing: the best of the forty is the largest, 200. There almost all draws answer like the center. It is mostly the price that differs. The hold-out bound pays about $\ln(1/\delta) = 3.0$. PAC-Bayes adds $\ln 40 = 3.7$ for the distances, and $\ln(2\sqrt{200}) = 3.3$. With the distance 200 fixed beforehand, $m = 1$, and the bound is 0.205 instead of 0.234.
#
# </details>
#
# **A better classifier, a worse bound.** Under **More controls**, lower **Ridge** from 3 to 0.3. With 400 examples, the test error falls from 9 % to 3 %. But at $\delta = 0.05$, the bound with the prior before data rises from 0.44 to 0.51.
# Why? This bound judges drawn classifiers, so it sees margins. A margin is $y$ times the ridge regression's score, divided by the length of its weights. The small ridge fits unusual digits too: 3 training errors instead of 15. This takes longer weights, 11.6 instead of 4.8. The scores grow less than the length. So
# the median margin falls from 0.105 to 0.073, and more drawn classifiers err.
#
# **How often do bounds fail?** Each point of each curve fails with probability at most $\delta$. Over 20 draws with six numbers of examples each, 50 of the 120 hold-out bounds fail at $\delta = 1/2$, and 5 at $0.05$. No PAC-Bayes bound fails: they are loose. At 400 examples and $\delta = 1/2$,
# the bound with the prior before data is 43 % on average, and the error rate 23 % (of its Gibbs classifier, on unseen digits).
#
# <details><summary>How far do the curves rise at one in a million?</summary>
#
# Confidence is cheap. For 400 examples, **Draw** 1 and the prior before data, the bound is 0.433 at $\delta = 1/2$, and 0.466 at a
# millionth. To be half a million times safer costs only 0.033: $\delta$ is inside a logarithm.
#
# </details>
#
# ## From how many examples?
#
# | bound | speaks about | below 1/2, over 20 draws |
# |---|---|---|
# | hold-out | the trained classifier | from 50 or 100 on |
# | PAC-Bayes, half for the prior | the Gibbs classifier | from 100 to 400 on |
# | PAC-Bayes, prior before data | the Gibbs classifier | from 200 to 400 on |
#
# <details><summary>Two rows that say nothing here</summary>
#
# Tick **Two that say nothing here** (More controls).
#
# - **A margin bound** ([Bartlett and Mendelson 2002](https://jmlr.org/papers/v3/bartlett02a.html)) is about the trained classifier, without drawing. All examples train and judge. Choose a margin $\gamma$ that each example should have, from 24
#   sizes that were fixed before the data. An error counts 1, and an example with the margin $\gamma$ or more counts 0. Between them, the count falls linearly: $c_i = 1 - \text{margin}_i/\gamma$.
#   The error rate is at most $\frac1n\sum_i c_i + \frac{2}{\gamma\sqrt n} + 3\sqrt{\ln(2\cdot 24/\delta)/(2n)}$. A small $\gamma$ makes the first term small and the second large. At $\delta = 0.05$ and 800 examples, the third alone is 0.20, and
#   even for the best $\gamma$, the three terms add up to more than 1.
# - **A term of [Arora and others 2019](https://arxiv.org/abs/1901.08584)** is $\sqrt{2\,y^\top H^{-1} y/n}$. Here $H$ is the tangent kernel of a wide network of which only the hidden layer is trained, and $y$ holds the $n$ labels. The term is small if the labels lie in modes with large
#   eigenvalues. A bound adds further positive terms to it, so the term itself is no bound. But where it is above 1, the bound says nothing. With 800 examples it is 1.8 to 1.9, and with coin flips 5.5 to 5.8.
#
# Why look at a term that is no bound? Networks fit coin flips as well as true labels ([Zhang and others 2017](https://arxiv.org/abs/1611.03530)), and predict only the true ones. The number of parameters is the same for both, so
# it cannot explain the difference. This term is different for the two.
#
# </details>
#
# ## Who knew the labels?
#
# | number | labels it uses | what it is |
# |---|---|---|
# | the dashed curve of [[learning_curves]] | of all points, seen and unseen | a prediction: it may be wrong |
# | [leave-one-out](GLOSSARY.md#leave-one-out-error), [GCV](GLOSSARY.md#generalized-cross-validation-gcv) | of the $n$ examples | an estimate: it may be too low |
# | hold-out bound | of the judges, after the classifier was fixed | a guarantee: too low with probability at most $\delta$ |
# | PAC-Bayes | of the judges, after the prior was fixed | a guarantee for all posteriors |
# | PAC-Bayes with a prior that saw its judges | of the judges, already to fix the prior | nothing (problem 3) |
#
# ## Exercise 3 · Decide: how to split 400 labels?
#
# A hospital gives you 400 labeled images, and wants a guarantee with $\delta = 0.05$. You train on the first $k$ and judge on the others, for five values of $k$. You compare all
# five hold-out bounds, and state the best. `errors_of_split(k)` counts the errors on the $400 - k$ judges. Which $k$ do you choose, and which bound may you state?

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
# - **The center instead of a draw.** In use, one takes the center. But PAC-Bayes bounds the Gibbs classifier. A kernel machine's center errs at most twice as often (problem 4). A network's center has no such bound.
# - **Training again.** The 15 % is about the classifier that 200 examples trained. The machine that all 400 train errs less, but has no fresh judges, so this guarantee is lost.
# - **The best of several numbers.** If you compute bounds by three methods and state the smallest, each needs $\delta/3$.
# - **No explanation.** A bound computed from errors after training says that the Gibbs classifier generalizes, and not why.
#
# **Discuss:** The hospital buys a new microscope. What was guaranteed, and what must the contract say?

# %% [markdown]
# ## Claims
#
# [[start_here]] explains band and control.

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - **Which statement, and what does it cost?** With 400 digits and $\delta = 0.05$, the [hold-out bound](GLOSSARY.md#hold-out-bound) states at most 15 %, and the truth is 10 %. It costs the 200 examples that judge and do not train.
# - In [PAC-Bayes](GLOSSARY.md#pac-bayes), all examples may train and judge. It costs the divergence of the posterior from the prior: 43 of a price of 50. It states at most 44 %, about random predictions.
# - A choice among priors, or separate statements, costs a [union bound](GLOSSARY.md#union-bound). A choice among posteriors of one prior is free.
#
# **What this does not show.** A bound is about the mean over one population. For a single image it says nothing.

# %% [markdown]
# ## Problems
#
# **1. No error at all (easy, checked).** A classifier makes no error on $n$ fresh examples. How many are needed for the bound 0.01 at $\delta = 0.05$? And at $\delta = 10^{-6}$?
#
# **2. Gaussian weights (checked).** The posterior draws weight $i$ from $N(w_i, \sigma_i^2)$, the prior draws all from $N(0, \sigma_0^2)$. The divergence of one weight is
# $\frac12\left(r_i^2 + w_i^2/\sigma_0^2 - 1 - 2\ln r_i\right)$ with $r_i = \sigma_i/\sigma_0$. Write `gaussian_kl`. When is it $\rho^2/2$?
#
# **3. A network, and a prior that cheats.** Each weight of a small network is drawn from a Gaussian, whose mean and width are trained to make the bound small ([Dziugaite and Roy 2017](https://arxiv.org/abs/1703.11008)). The explorer below has
# three priors: around the random start, around weights trained on one half, and around weights trained on all examples. Their judges are all examples, the other half, and all. Which prior cheats, and why can you see this only on **coin flips**?
#
# **4. Twice as often (hard).** (a) Where the center of a kernel machine errs, at least half of the drawn classifiers err too. Why? Conclude that the center's error rate is at most $2R$. Why
# does this fail for a network? (b) Compare `holdout(k, n, delta)` with `kl_inverse(k / n, math.log(1 / delta) / n)`. For $0 < k < n$, which is smaller, and why? And at $k = 0$? (Chernoff: for $k/n \le R$, at most $k$ errors have probability at most $e^{-n\,\mathrm{kl}(k/n, R)}$.)


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
# For each prior, three bars: the error rate of the Gibbs classifier on its judges, on unseen digits, and its bound.

# %%
lesson.net.show()

# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** $(1 - 0.01)^n = \delta$ gives $n = \ln\delta/\ln 0.99$, so 298.1 and 1374.6: you need 299 and 1,375 examples. At $\delta = 0.05$ the bound is about $3/n$, because
# $\ln 20 \approx 3$. A delta that is 50,000 times smaller takes 4.6 times as many examples.
#
# **2.** See the cell above. With $\sigma_i = \sigma_0 = 1$ the bracket is $w_i^2$, and the sum is $\lVert w\rVert^2/2 = \rho^2/2$. Directions in which posterior and prior agree cost nothing, so the
# number of weights does not matter.
#
# **3.** The prior from *all of the examples* has seen its judges. Its posterior hardly leaves it, so the divergence is only 5 on 1,000 coin flips, and the error rate on the judges is 9 %. The bound is small for any labels that the network can
# fit. On true labels the network is good, and the bound happens to be true. On coin flips the bound is 18 %, where half of the answers are wrong. The prior from half of the examples is fair, because
# only the other half judges. Each fair bound fails with probability at most 0.06: 0.05 for the theorem, and 0.01 for an average over random draws in place of $\hat R$. A grid of widths of the prior is paid
# for by a union bound.
#
# **4.** (a) The posterior is symmetric around its center $\rho\hat w$. If $\hat w^\top\varphi(x)$ has the wrong sign, $w^\top\varphi(x)$ has the wrong sign with probability at least ½. So $R$ is at least half of the
# center's error rate. A network's output is not linear in its weights, so its values at symmetric weights are not symmetric around the center's value. Only the
# majority vote of the draws has the factor 2. (b) For $0 < k < n$ the first is smaller. For $k/n \le R$, Chernoff's inequality says that the binomial tail is at most $e^{-n\,\mathrm{kl}(k/n, R)}$, and smaller if $0 < k < n$ and $R < 1$. The second
# solves for this upper bound, and the first for the tail itself. Without errors, $k = 0$, both are $(1 - R)^n$, so the two bounds agree. For $k = n$ both bounds are 1.
#
# **Beyond.** `ddlearn.generalization.bounds_table` prints every bound for labels of yours, networks included.
#
# </details>

# %% [markdown]
# ## Further reading
#
# <details><summary>Four papers</summary>
#
# - Dziugaite, Roy: [Computing nonvacuous generalization bounds](https://arxiv.org/abs/1703.11008) (2017). Extends Langford and Caruana (2001) to networks with many more weights than examples.
# - Zhang, Bengio, Hardt, Recht, Vinyals: [Understanding deep learning requires rethinking generalization](https://arxiv.org/abs/1611.03530) (2017). Random labels.
# - Bartlett, Foster, Telgarsky: [Spectrally-normalized margin bounds](https://arxiv.org/abs/1706.08498) (2017). Margins of deep networks.
# - Nagarajan, Kolter: [Uniform convergence may be unable to explain generalization](https://arxiv.org/abs/1902.04742) (2019). Where many bounds must fail.
#
# </details>
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
