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
# # 7 · Double descent, solved
#
# Give a model more and more features. Its error on new data goes down, up to a peak where it just passes through every example,
# and down again; and no one, it is said, is sure why. For linear fits one formula draws the whole curve.
#
# **You will** write the fit, its formula, and what splits its error. **You need** lesson 01 (ridge regression) and the singular
# value decomposition. **Time** 50 minutes. **Difficulty** 3 of 5.

# %%
import torch

from ddlearn.lessons.double_descent_solved import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 40 minutes.** 3 recap · 4 predict and the peak, hands up for both questions · 6 explain at the board: one singular
# value, one division · 5 `min_norm_fit` · 5 `risk` · 6 `bias_variance`, then the best penalty together · 5 the digits: vote, let
# theory draw, and only then tick the box · 3 why, its switches one at a time · 3 quiz. The variances read well at home.
#
# **The one question to ask:** "At p = n and at p = 2n the fit passes through every noisy label. Why is one terrible and the other
# fine?" (How far the coefficients must go for it: the noise is divided by singular values.)
#
# **Usual wrong answers.** *"At the peak it overfits"*: beyond it fits the noise just as perfectly. *"The peak is at n × classes"*: each
# output has weights of its own. *"More data never hurts"*: let them move from 40 examples to 60 at 60 features. *"Bigger is
# better"*: change the signal and ask again.
#
# **If a machine is slow:** the peak answers at once. The fits to the digits take a few seconds with a bar, the switches of *why* work
# on one computation at its start. Everything runs on one core.

# %% [markdown]
# ## Recap
#
# Two questions from before. Guessing is fine.

# %%
lesson.recap()

# %% [markdown]
# ## Predict

# %%
lesson.predict("more")

# %%
lesson.predict("quiet")

# %% [markdown]
# ## See
#
# Linear regression with as many features as you like, in six designs at every size. The dashed line is no fit to them: it is the
# formula. Change the **Noise variance**, down to zero. Then the **Examples**: sixty features stand at 1.5 features per example with 40
# examples, and at 1 with 60.

# %%
lesson.peak.show()

# %% [markdown]
# ## Explain
#
# n examples, p features: $X$ is n × p, and $y = X\beta$ plus noise of variance $\sigma^2$. Of all coefficients with the least
# squared error take the shortest, $b$. With $X = U\,\text{diag}(s)\,V^\top$,
#
# $$b = V\,\text{diag}(1/s)\,U^\top y.$$
#
# Inputs are alike in all directions, so a new point's error, beyond its own noise, is $\lVert b - \beta \rVert^2$: the **excess risk**.
# Two things go into it, with $r^2 = \lVert\beta\rVert^2$.
#
# - **Variance**, $\sigma^2 \sum_i 1/s_i^2$: noise is divided by singular values.
# - **Bias²**, $r^2 (1 - n/p)$ for p > n: n examples span n of p directions, and in the others $b$ is zero.
#
# A tall design has no small singular value, and a wide one has none. A square one has: its smallest is of order $1/\sqrt n$. There is
# the peak. On average over Gaussian designs, at any size,
#
# $$\mathbb{E} \sum_i \frac1{s_i^2} = \frac{\min(n, p)}{|p - n| - 1}, \qquad \text{infinite for } |p - n| \le 1.$$
#
# <details><summary>Where does this average come from?</summary>
#
# For p < n the sum is the trace of $(X^\top X)^{-1}$. Its entry $j$ on the diagonal is one over the squared length of what column $j$ has
# outside the span of the other columns: $n - p + 1$ free directions, so a $\chi^2$ variable with that many degrees of freedom, and
# $\mathbb{E}\,1/\chi^2_k = 1/(k - 2)$. There are p entries. For p > n rows and columns exchange their roles. As for the bias: a
# random subspace of n dimensions holds on average the share n/p of $\lVert\beta\rVert^2$.
#
# </details>
#
# Without noise there is no variance at any size: what is left for $\sigma^2 = 0$ is the bias, which has no peak.
#
# As n grows with $g = p/n$ fixed, the risk becomes $\sigma^2 g/(1-g)$ below, and $r^2(1 - 1/g) + \sigma^2/(g-1)$ above. For Gaussian designs this follows from
# the fold. [Hastie, Montanari, Rosset and Tibshirani 2022](https://arxiv.org/abs/1903.08560) prove such limits for inputs $\Sigma^{1/2} z$ with
# independent entries in $z$ (from the abstract; here $\Sigma = I$). Exact sizes are in [Belkin, Hsu, Xu 2020](https://arxiv.org/abs/1903.07571), after
# Breiman and Freedman 1983.

# %% [markdown]
# ## Build: the shortest fit
#
# One function for both sides of the threshold. `y` has several columns: a fit is linear in its labels, so all of them are fitted at
# once. When it passes, the blue points above are yours.


# %%
@lesson.exercise("min_norm_fit")
def min_norm_fit(X, y):
    """Of all b with the least |y - X b|^2 the shortest, column by column.  X (n, p), y (n, k) -> (p, k)."""
    # BEGIN SOLUTION
    U, s, Vh = torch.linalg.svd(X, full_matrices=False)
    return Vh.T @ ((U.T @ y) / s[:, None])
    # END SOLUTION


# %% [markdown]
# ## Build: the formula
#
# The exact excess risk, from four numbers. `noise` is σ², `signal` is r². The average above is infinite for $|p - n| \le 1$, and it
# multiplies the noise: without noise the risk is the bias alone, and finite at every size. When it passes, the dashed line is yours.


# %%
@lesson.exercise("risk")
def risk(n, p, signal, noise):
    """Expected |b - beta|^2 of the shortest fit, n examples, p features; with noise, inf for |p - n| <= 1.

    -> a number
    """
    # BEGIN SOLUTION
    missed = signal * max(0.0, 1 - n / p)
    if noise == 0:
        return missed
    if abs(p - n) <= 1:
        return float("inf")
    return missed + noise * min(n, p) / (abs(p - n) - 1)
    # END SOLUTION


# %% [markdown]
# Now go back and change the **Signal**. So far every size was a problem of its own, in which all features mattered; of course the
# smallest was the easiest. With *most of it in the first* there is one truth, and features reach it one by one, the most important
# first; what they do not reach acts as noise. There is a second descent, and yet the best fit is a small one. Only with a signal
# *spread over many* features do the wide fits win, and there all are poor. **In models like these, overparametrization rarely
# wins.** The peak is a fact about fits; what lies behind it depends on the data.

# %% [markdown] tags=["instructor"]
# **Instructor.** The median design lies under the line next to the peak, and should: the line is a mean, and near p = n a mean is made
# by rare, terrible designs. Ask what would happen with six hundred designs. (The median would stay, the mean would climb.)
#
# **Misconception to hunt:** "double descent means that the second minimum is the lower one". Let them find a setting where it is, and one
# where it is not, and say both in one sentence.

# %% [markdown]
# ## Build: bias and variance, with a penalty
#
# Ridge regression with the penalty λ puts $s/(s^2 + n\lambda)$ in the place of $1/s$. Averaged over the noise and over all directions of
# $\beta$, its two parts are sums over the k = min(n, p) singular values of the design that you have:
#
# $$\text{bias}^2 = \frac{r^2}{p} \Big[\sum_i \Big(\frac{n\lambda}{s_i^2 + n\lambda}\Big)^2 + p - k\Big], \qquad
# \text{variance} = \sigma^2 \sum_i \Big(\frac{s_i}{s_i^2 + n\lambda}\Big)^2.$$


# %%
@lesson.exercise("bias_variance")
def bias_variance(s, n, p, penalty, signal, noise):
    """Both parts of the risk.  s (min(n, p),) singular values of X (n, p) -> a tuple of two numbers, bias² first."""
    # BEGIN SOLUTION
    lam = n * penalty
    left = (lam / (s**2 + lam)) ** 2
    bias = signal / p * (left.sum() + p - len(s))
    variance = noise * (s**2 / (s**2 + lam) ** 2).sum()
    return float(bias), float(variance)
    # END SOLUTION


# %% [markdown]
# Choose **Fit**: *penalty of the slider*, and pull the slider up from its left end: first the peak goes, then everything. Then take the
# *best penalty*. No peak, at any noise: the error is that of a fit which never met a threshold.
#
# <details><summary>Which penalty is best, and why is it the same in every direction?</summary>
#
# With $\mu = n\lambda$ a direction costs $(r^2/p)\,\mu^2/(s^2+\mu)^2 + \sigma^2 s^2/(s^2+\mu)^2$. Its derivative in $\mu$ is
# $2 s^2 (\mu\, r^2/p - \sigma^2)/(s^2+\mu)^3$: zero at $\mu = \sigma^2 p / r^2$, whatever $s$ is. So $\lambda = \sigma^2 p/(n r^2)$ is the
# best for every direction of every design. With it, more examples never hurt
# ([Nakkiran, Venkat, Kakade, Ma 2021](https://arxiv.org/abs/2003.01897)).
#
# </details>

# %% [markdown]
# ## Theory over experiment: real digits
#
# Real images are not alike in all directions, and random cosines of their pixels are not Gaussian. Does the theory end here? It goes on,
# and wants to know two things: the eigenvalues of the features' kernel, and how much of the labels lies along each
# eigenvector. Predict first.

# %%
lesson.predict("peak")

# %%
lesson.images.show()

# %% [markdown]
# The curve stands, and nothing has been fitted. Now tick **Make the fits too**. Then change the wrong labels, and give the theory its best
# penalty: it chooses one for every size before it sees a fit, and the peak is gone. At last take the kernel of width 3 with
# 20 % wrong labels. The second descent is there, and it does not win; theory had said so.
#
# The peak is at N = n, not at n times the classes: each of the ten outputs has its own N weights, and n labels to meet.
#
# Errors are counted from what the noisy labels are on average. The formula is that of
# [Simon, Karkada, Ghosh, Belkin 2024](https://arxiv.org/abs/2311.14646). It speaks of all digits, those in training among them; our
# heuristic takes these out. The picture itself, without the theory, is that of
# [Belkin, Hsu, Ma, Mandal 2019](https://arxiv.org/abs/1812.11118).

# %% [markdown]
# ## Why? Four explanations
#
# One peak, on a hundred digits without a wrong label, and four accounts of it: an *ill-conditioned* design; *variance*; too many
# *effective parameters*; the wrong *axis*. Along direction i the fit to a new x errs by a product of three factors,
#
# $$\frac{1}{s_i} \;\times\; (u_i \cdot \text{what no coefficients explain}) \;\times\; (x \cdot v_i).$$
#
# The switches take them away one at a time. The solvers take away the first, some of them by accident.

# %%
lesson.why.show()

# %% [markdown]
# Remove any one of the three, and no peak is left ([Schaeffer et al. 2023](https://arxiv.org/abs/2303.14151)). So the explanations are no
# rivals. A weak direction is the cause in the design, variance its effect, and the effective parameters of
# [Curth, Jeffares, van der Schaar 2023](https://arxiv.org/abs/2310.18988), $n$ times the mean of $\sum_i (x \cdot v_i)^2 / s_i^2$, are that
# variance by another name. On their axis the peak stands at the far end, and the curve folds back: wide fits use *fewer*.
#
# And a warning. A rank cut-off, or single precision, clipped the peak without a word. As a cure that is a penalty; in an experiment
# it is a bug.

# %% [markdown] tags=["instructor"]
# **Instructor.** Good discussion: is the axis a choice? (Yes, and an honest plot names it. The error at N = n is none.) Float32 is on the
# menu on purpose: many libraries work in it, and the default cut-off of a pseudo-inverse there is larger than the smallest singular
# value at N = n. Descent for a fixed number of steps is a cut-off too: lesson 08 meets it as early stopping.

# %% [markdown]
# ## Whose fault is it?
#
# With random features two things are drawn: the *data* (which examples, and the noise in their labels) and the *features*. To see what each draw
# does, fit every one of several data sets with every one of several draws of the features. Write $f_{tk}$ for the fit to data set $t$ with the
# features $k$. Its error splits into four parts, as in an analysis of variance:
#
# - **bias²**: the error that is left when $f_{tk}$ is averaged over all data sets and all draws of the features;
# - **data alone**: how the mean over features still varies with the data set;
# - **features alone**: how the mean over data sets still varies with the features;
# - **interaction**: the rest. It depends on the *pair*: with these features, this data set is a bad one.
#
# The four parts add up to the error of one fit. The left panel puts them on top of one another, the right one shows each by itself. Set the
# **Noise variance** to zero and read the shares in the sentence below the picture. Then choose a mean in **Averaged**: over ten draws of the
# features, or over ten data sets.

# %%
lesson.variance.show()

# %% [markdown]
# The bias falls with the number of features and levels off. The peak is the **interaction**: neither the data nor the features are at fault alone.
# At 1.1 features per example and without noise, the interaction is 92 % of the error, the features alone are 6 %, and the data alone less than 1 %. So
# whoever asks for the variance over features, with the data fixed, finds 98 %. Whoever asks for the variance over data, with the features
# fixed, finds 92 %. Both count the same interaction, and an account that goes through the sources one after the other gives it to the
# last one: [d'Ascoli et al. 2020](https://arxiv.org/abs/2003.01054) give it to the features.
#
# This is also why *either* mean removes the peak. Averaging over draws of the features, an **ensemble**, leaves bias² and data alone. Averaging over
# data sets, as **bagging** does with resampled data, leaves bias² and features alone (here the data sets are fresh, so this mean has ten times
# as many examples). The symmetric decomposition, and this conclusion, are those of
# [Adlam and Pennington 2020](https://arxiv.org/abs/2011.03321), quoted from their abstract; the estimates are ours.

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
# - The peak is noise divided by the small singular values of a nearly square design. A formula gives it, finite sizes and all.
# - A penalty chosen well removes it. A careless solver hides it.
# - Whether the second descent goes below the first depends on signal and noise, and theory can tell, even on real images.
#
# **What this does not show.** Anything about *trained* networks: every fit today was linear in what it fitted. That is lesson 08. The
# theory of the digits was told all the labels, so it explains a curve and promises none; it takes the averages that hold for many
# features and examples, and our correction for the training digits is a heuristic, tested on images only. In practice you choose
# the penalty by leave-one-out, as in lesson 01.

# %% [markdown]
# ## Go further
#
# A stretch, unchecked: fix 200 features, signal 1 and noise 0.2, and call your `risk` along the number of *examples*. How many examples
# beyond the peak do you need, to be as good as with 100? Then ask `ddlearn.double_descent.best_ridge_risk` the same.
#
# On a machine with a GPU hand `ddlearn.double_descent.image_curve` tensors that live there: `ddlearn.datasets.fashion_mnist()` with ten
# times as many images asks for the same few lines.
#
# [Mei and Montanari 2022](https://arxiv.org/abs/1908.05355) on random features in the limit ·
# [Defilippis, Loureiro, Misiakiewicz 2024](https://arxiv.org/abs/2405.15699) on the formula for digits ·
# Breiman and Freedman, *Journal of the American Statistical Association* 78, 1983, where the formula for finite sizes begins.
