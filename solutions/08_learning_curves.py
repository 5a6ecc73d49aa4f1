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
# # 8 · Learning curves
#
# ![Two charts with the same fourteen bars, the eigenvalues, standing in water: high for three examples, low for eight. Below each bar a box is filled by the share of its mode that is learned.](pictures/learning_curves.svg)
#
# *Each bar is an eigenvalue of a kernel. The higher it is compared with the water level, the more of its box below is filled. The filled parts add up to the number of
# examples: three on the left, eight on the right.*
#
# **Question.** You have labeled 200 images, at two minutes per image. Another 200 cost a working day. Will they help, and by how much? The formula of this lesson answers before anything is trained.
# With 10 to 320 digits as examples, it is within 6 % of the measured error. But it needs the labels of all images. What must the formula know of the kernel and the target?
#
# **You will be able to**
# - compute the water level of a kernel from its eigenvalues (Exercise 1);
# - predict the error at unseen points, before training (Exercise 2);
# - choose how many examples to label, and defend it with a number (Exercise 3).
#
# **Before you start:** [[fixed_embeddings]] · [[neural_tangent_kernel]] · [eigenvalues](refreshers/eigenvalues.md) · [notation](NOTATION.md) ·
# [glossary](GLOSSARY.md)

# %%
import torch

from ddlearn.lessons.learning_curves import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 3 predict · 8 the three modes, at the board · 3 the curve, and the reveal together ·
# 5 `kappa` · 4 the modes · 5 `predicted_error` · 4 who may know what. Exercise 3, the quiz, the claims and the problems are homework.
#
# **Board.** Three bars of height 5, 2 and 1, water at height 1, and three boxes filled by 5/6, 2/3 and 1/2.
#
# **The one question to ask:** "Who knew the labels of the unseen points?" (The dashed line did. Leave-one-out did not.)
#
# **Usual wrong answers.** *"The error falls as one over n"*: let them read the slope. *"n examples learn the n largest modes"*: the
# dotted line in the picture of the modes. *"A larger κ learns more"*: let them say aloud what it does to each share; this is the usual
# slip in `kappa` too.
#
# **Discussion.** A ridge spends units on telling each point from every other, which is of no use at unseen points. It pays where labels are noisy: those units
# would have been spent on learning noise.
#
# **Exit ticket.** "Two kernels, one target, the same $n$. What decides which kernel has the smaller error?"
#
# **If a machine is slow:** each choice of data computes its modes once, in half a second. The reveal trains for a few seconds, once per setting.
#
# </details>

# %% [markdown]
# ## Recap
#
# From [[neural_tangent_kernel]] and [[fixed_embeddings]].

# %%
lesson.recap()

# %% [markdown]
# ## Predict
#
# All squared errors of this lesson are relative to the error of predicting zero, which is 100 %. Does each doubling of the examples divide the
# error by the same factor?

# %%
lesson.predict("at_40")
lesson.predict("at_500")

# %% [markdown]
# ## By hand: three modes
#
# **The pool.** Let $N$ points be all that there are, the **pool**. We know the labels of $n$ of them, the examples, and predict the others. Let $K$ be
# the kernel matrix of all points. The matrix $K/N$ has eigenvalues $\lambda_i$, largest first, and eigenvectors $u_i$ of length 1. An eigenvalue with its eigenvector is called a **mode**. An eigenvector
# has one entry per point, so it is a pattern of labels on the pool.
#
# **Shares.** A kernel machine without a ridge is trained on $n$ examples. Suppose that the labels of the pool are one pattern, $u_i$. Seen at $n$ points only, it may be mistaken for others. So the predictions
# $\hat y$ at all $N$ points are a mixture of patterns, and contain $u_i$ with the factor $u_i^\top\hat y$.
# The mean of this factor over random choices of the examples is the **share** of mode $i$ that is learned. To a good approximation, for large pools, it is
#
# $$L_i = \frac{\lambda_i}{\lambda_i + \kappa}, \qquad\text{where } \kappa \text{ solves } \sum_{i=1}^N L_i = n.$$
#
# *In words:* $\kappa$ is a **water level**, at which the shares add up to the number of examples. A mode with an eigenvalue far above the level is learned almost completely, one far below it hardly at all, and one at the level
# by half.
#
# Take $N = 3$ points, the eigenvalues 5, 2 and 1, and $n = 2$ examples. The level is $\kappa = 1$, because
#
# $$\tfrac{5}{6} + \tfrac{2}{3} + \tfrac{1}{2} = 2.$$
#
# *In words:* two examples buy two units of learning. With one example the level is higher, about 4.6: at $\kappa = 5$ the shares
# add up to $\frac12 + \frac27 + \frac16 = 0.95$.

# %% [markdown]
# ## See
#
# The pool holds a thousand digits. The kernel is the tangent kernel of a wide network ([[neural_tangent_kernel]]).
# - **Picture:** the squared error at unseen points, against the number of examples. The dashed line was computed from the
#   eigenvalues and the target. The stars are your predictions. In the gray zone, more than 0.4 of the pool has been seen.
#
# Compare the dashed line with your stars. Then tick **Reveal**: kernel machines are trained on random examples, five times per number. Does the line fit in all five **Pools**?
# Three hold digits: this one, one with another target (even or odd), and one with the Laplace kernel $e^{-\text{distance}/\text{width}}$. The fourth holds all strings of ten signs, and its target adds up three products of signs ([parities](GLOSSARY.md#parity)). In the fifth, the kernel
# has random eigenvectors.

# %%
lesson.curve.show()

# %% [markdown]
# The line was drawn before any machine was trained, and nothing was fitted to the dots. Yet on the first pool it is within 6 % of each dot, from 10 examples to 320.
# It bends where the dots bend. From 10 to 20 examples, the error is divided by 1.2 (the line says 1.3). In the next three doublings, error and line are divided by 1.5, on average.
# What does the line know? How learning is shared among the modes, and where the target lies.
#
# ## Explain: where $n$ units go
#
# **Why do the shares add up to $n$?** Without a ridge, the predictions at all $N$ points are a linear function of the labels, $\hat y = H y$. At the examples, they equal the labels. So a second fit, with the
# predictions as labels, predicts the same: $H^2 = H$. For such a matrix, a projection, the trace is the rank. The rank is $n$, because $H$ reads $n$ labels and returns them unchanged.
#
# If the labels are $u_i$, the factor is $u_i^\top H u_i$. The sum of these numbers over all modes is the trace of $H$. So the *measured* factors add up to $n$ in every draw of the examples. This is a **conservation law**.
#
# **What does the form of $L_i$ mean?** Imagine a second machine that knows all $N$ labels, but has a [ridge](GLOSSARY.md#ridge-regression): it adds $N\kappa$ to the diagonal of $K$. Its fit is $K(K + N\kappa I)^{-1} y$. Since $K u_i = N\lambda_i u_i$, it
# learns of mode $i$ the share $\lambda_i/(\lambda_i + \kappa)$. So the formula says: on average, $n$ labels without a ridge teach as much of each mode as all labels with this ridge. Therefore $\kappa$ is also
# called the **effective penalty**.
#
# ## Exercise 1 · Write: `kappa`
#
# Find the level by halving an interval. At $\kappa = 0$ all shares are 1, which is too much. At $\kappa = \sum_i\lambda_i/n$ each share is below $\lambda_i/\kappa$. The sum of all $\lambda_i/\kappa$ is $n$, so the shares add up to less. The level may be tiny, so halve logarithmically: take
# $\sqrt{\text{low}\cdot\text{high}}$ as the middle, and begin with a tiny positive low. For the eigenvalues 5, 2, 1 and $n = 2$, the answer is 1.


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


# %%
lesson.predict("largest")

# %% [markdown]
# - **Left:** the share of each mode, by your `kappa` (dashed) and measured (dots). For a measurement, the labels are one mode, and we see how much of it comes back at all points.
# - **Right:** units of learning. The first bar is mode 1, the next is modes 2 and 3 together, then 4 to 7, and so on.
#
# Move **Examples**. The dotted line is at mode number $n$: are the first $n$ modes learned, and the others not? Then let the **Right panel** show **the target**, squared: in pale bars where it lies, in
# black bars (white in a dark theme) what is not learned. (Of a mode that is half learned, $(1 - \frac12)^2 = \frac14$ is left.) Which modes hold what is left?

# %%
lesson.modes.show()

# %% [markdown]
# Of 80 units, only 40 go to the 80 largest modes, and only 35 modes are learned by more than half. The other 40 units are spread over 920 modes: 0.04 for each.
#
# ## Explain: from shares to the error
#
# Let $y$ be the labels of the pool. The target's part in mode $i$ is
#
# $$V_i = \frac{(u_i^\top y)^2}{N}.$$
#
# *In words:* $V_i$ says how much of the squared target lies in the pattern $u_i$. With several outputs, add their parts. All $V_i$ together are the mean squared target, which is the error of predicting zero.
#
# The squared error at unseen points is predicted to be
#
# $$\text{error} = \frac{N}{N - n} \cdot \frac{n}{n - \sum_i L_i^2} \cdot \sum_i (1 - L_i)^2\, V_i.$$
#
# *In words:* the factors, from right to left:
# 1. **What is not learned.** The part $1 - L_i$ of mode $i$ is missing, and its square counts: $\text{missing} = \sum_i (1 - L_i)^2\, V_i$.
# 2. **What is learned wrongly.** Let $\bar E$ be the mean squared error over all $N$ points. To one mode, the errors in all other modes look like label noise. We use without proof that this noise has mean square $\bar E$.
#    The coefficient of mode $i$ (its square is $V_i$) is the mean, over all $N$ points, of the label times $\sqrt N$ times the entry of $u_i$. The fit has only $n$ of these points. So it finds the coefficient plus a mean of $n$ noises, which has the mean square $\bar E/n$. The fit learns the share $L_i$ of both; the noise adds $L_i^2\bar E/n$ to the squared error. Over all modes, $\bar E = \text{missing} + \frac{\bar E}{n}\sum_i L_i^2$. Solved for $\bar E$, this gives the second factor.
# 3. **Where the error is.** Without a ridge, a fit makes no error on the $n$ examples. The other $N - n$ points carry all error, so theirs is $\frac{N}{N-n}\bar E$.
#
# **Why is the first doubling worth less?** With 10 digits, four modes are above the water level, and they hold 22 % of the squared target. With 80 digits, 35 modes are, with more than 70 %. Far above the level, $1 - L_i$ is about $\kappa/\lambda_i$, so it falls as fast as $\kappa$. Far below, it stays near 1.
# So the first doubling divides what is missing by 1.4, and the next three by 1.6 on average. The second factor takes back a little: it grows from 1.4 at 10 examples to 1.6 at 160.
#
# Can training do harm? For the three modes above, $N = 3$, $n = 2$, and the shares are $\frac56$, $\frac46$ and $\frac36$. The factors are $\frac31$, $\frac{2}{2 - 50/36} = \frac{36}{11}$, and $\frac{1}{36}V_1 + \frac{4}{36}V_2 + \frac{9}{36}V_3$. Their product is
#
# $$\text{error} = \tfrac{3}{11}\left(V_1 + 4V_2 + 9V_3\right).$$
#
# *In words:* if all of the target lies in mode 1, the error is 0.27 of the squared target. In mode 2 it is 1.09, and in mode 3 it is 2.45: worse than predicting zero.
#
# <details><summary>Where do a ridge and noise enter?</summary>
#
# Let a ridge add the number $r$ to the diagonal of the kernel matrix of the examples. Now add $r$ to the diagonal of the matrix of the whole pool instead: $K + rI$. Its block of the examples contains the ridge. Its entries between
# an unseen point and the examples are those of $K$, because these entries are not on the diagonal. A prediction at an unseen point uses nothing else. So the fit *without* a ridge on
# $K + rI$ predicts the same at unseen points as ours with the ridge on $K$. In $K + rI$, every $\lambda_i$ is larger by $r/N$. The share of a mode is then $(\lambda_i + r/N)/(\lambda_i + r/N + \kappa)$. The part with $\lambda_i$ in the numerator is what the fit learns of the pattern at all points. The part with $r/N$ comes from the added diagonal, so it changes the predictions at the examples only. Through it, the fit treats each example as different from all other points.
#
# Label noise of variance $\sigma^2$ is a target that has the same part in all modes, so every $V_i$ grows by $\sigma^2/N$. With both replacements the problem has no ridge
# and no noise left, and the formula applies. It then gives the error against noisy labels. Papers state the formula for an infinite pool; the factor $N/(N - n)$ and these two replacements are *our derivation*.
#
# </details>
#
# <details><summary>Whose formula is this?</summary>
#
# The form for an infinite pool is that of [Simon, Dickens, Karkada and DeWeese 2023](https://arxiv.org/abs/2110.03922). Their abstract calls the conservation law sharp (that is, exact) and the error an estimate.
# [Bordelon, Canatar and Pehlevan 2020](https://arxiv.org/abs/2002.02561) found the same curve by methods of physics. The formula assumes that
# eigenvectors behave like random directions, none of them concentrated on a few points. For digits this is an approximation.
#
# Three points are few for this assumption. We simulated the three modes above, with $n = 2$ and random eigenvectors. The mean shares were 0.82, 0.67 and
# 0.51 instead of 0.83, 0.67 and 0.50. The errors were 0.35, 1.04 and 2.38 instead of 0.27, 1.09 and 2.45.
#
# </details>
#
# ## Exercise 2 · Repair: `predicted_error`
#
# `level` is $\kappa$, and `V` holds the $V_i$. The function runs, but for the three modes with $V = (1, 0, 0)$ it divides by zero or by a rounding error, where 0.2727 is right. Why is this
# no accident? Repair it.


# %%
@lesson.exercise("predicted_error")
def predicted_error(lam, V, n, level):
    """The predicted squared error at unseen points.  lam (N,), V (N,), n and level numbers -> one number."""
    # BEGIN SOLUTION
    N = len(lam)
    L = lam / (lam + level)
    missing = ((1 - L) ** 2 * V).sum()
    return N / (N - n) * n / (n - (L**2).sum()) * missing
    # BEGIN GIVEN
    # N = len(lam)
    # L = lam / (lam + level)
    # missing = ((1 - L) ** 2 * V).sum()
    # return N / (N - n) * n / (n - L.sum()) * missing
    # END SOLUTION


# %% [markdown]
# ## Theory and experiment: who knew the labels?
#
# Go back to the first explorer. Your two functions now compute its dashed line.
# - **Random eigenvectors** (menu **Pool**). The formula assumes eigenvectors with random directions. On this pool it is within 5 % of what is measured, in the gray zone too. On digits it is 10 % too low at 500 examples (a ratio: it says 10 %, and 11 % is measured).
# - **The form for an infinite pool** (menu **Beside it**). Papers state the formula without its first factor. With 500 of 1,000 digits this factor is 2: the form without it says 5 %, that with it 10 %.
# - **Estimates from the examples** (menu **Beside it**). The dashed line used the labels of *all* points, so you cannot compute it for new data.
#   [Leave-one-out](GLOSSARY.md#leave-one-out-error) uses the $n$ examples only, and finds almost the same curve.
#
# Leave-one-out divides by a number of each example's own ([[fixed_embeddings]]). A shortcut, [generalized cross-validation](GLOSSARY.md#generalized-cross-validation-gcv) **(GCV)**, divides by the mean of these numbers. On digits without noise it is too low: at
# 160 examples it says 17 %, leave-one-out 23 %, and 22 % is measured. Under **More controls**, add label noise: the two then agree.
#
# <details><summary>Why is GCV too low on digits, and whose is it?</summary>
#
# Let $A$ be the inverse of the kernel matrix of the examples. The leave-one-out error at example $i$ is $(Ay)_i/A_{ii}$, and GCV divides by the mean of all $A_{ii}$. By the rule for inverting a block matrix, $1/A_{ii}$ is the squared distance of the features of example $i$ from all combinations of the other examples' features. For a digit that is unlike all others, this distance is large, so $A_{ii}$ is
# small. The others also predict it badly, so its error is large. Take the diagonal entries $A_{ii}$ of 160 examples: the 40 smallest entries belong to leave-one-out errors of 44 % on average, and the
# 40 largest to errors of 8 %. GCV divides by the mean entry, which is too large for the unlike digits. So it makes the largest errors smaller.
#
# Label noise cannot be predicted at any digit, so it adds about the same to all errors. With noise as large as the target, the two groups have errors of 96 % and 69 %. (Here 100 % is the error of predicting zero against the *noisy* labels; half of it is noise.) They differ
# far less than before. GCV says 83 %, and leave-one-out 82 %.
#
# [Golub, Heath and Wahba 1979](https://doi.org/10.1080/00401706.1979.10489751) introduced GCV. [Jacot and others 2020](https://arxiv.org/abs/2006.09796) studied it as an estimate of a kernel's risk.
#
# </details>
#
# ## Exercise 3 · Decide: how many for half the error?
#
# How many labels halve the error that 100 digits leave, without noise? You know the labels of the pool, so you decide in hindsight. Give the error at 100 as a fraction of `V.sum()`, the error of predicting zero, and the smallest number of
# examples that leaves at most half of it. (With 100 labels only, you would extend the line of leave-one-out at 25, 50 and 100.)

# %%
from ddlearn.lessons.learning_curves import shared

digits = shared.world("digits, ten classes")
lam, V = digits.lam, digits.V2  # V2 holds the parts V of the target, which are squares

# BEGIN SOLUTION
left = {n: float(predicted_error(lam, V, n, kappa(lam, n)) / V.sum()) for n in range(100, 400)}
error = left[100]
number = min(n for n in left if left[n] <= error / 2)
# BEGIN GIVEN
# error, number = TODO, TODO
# END SOLUTION
lesson.decide("half", error, number)

# %% [markdown]
# ## Where it breaks
#
# - **Most of the pool seen.** In the gray zone, the error lies in the last modes. On real data, their eigenvectors are concentrated on a few points, so the assumption of random directions fails.
# - **Networks that learn features.** Their kernel changes during training ([[learned_embeddings]]), so there are no fixed eigenvalues.
#
# **Discuss:** Move **Ridge** of the second explorer (More controls) to 10. The ridge (last bar; see the fold on a ridge) takes 69 of the 80 units, and 58 % of the squared target is not learned instead of 19 %. Why would anybody pay for a ridge?

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
# - **Will twice as many help, and by how much?** On the first pool, the first doubling of 10 examples divided the error by 1.2, the next three by 1.5 on average. The formula was within 6 %. It must know all eigenvalues, and the target's part in each mode.
# - $n$ examples buy $n$ units of learning. The [water level](GLOSSARY.md#water-level) says how many go to each [mode](GLOSSARY.md#mode).
# - [Leave-one-out](GLOSSARY.md#leave-one-out-error) finds almost the same curve from the examples alone.
#
# **What this does not show.** The curve is for kernel machines. It uses the labels of the whole pool, so it explains, and guarantees nothing.

# %% [markdown]
# ## Problems
#
# **1. No preference (easy, checked).** All $N = 100$ eigenvalues are 3, and $n = 20$. Compute the water level, the share of each mode, and the error if the mean squared target is 1. What does such a kernel learn at unseen points?
#
# **2. The modes of a target (checked).** Write `mode_powers`: the $V_i$, largest eigenvalue first, from the kernel matrix and the labels of a pool.
#
# **3. An infinite pool.** With a ridge $r$ on the diagonal, every $\lambda_i$ grows by $r/N$. Suppose that only finitely many $\lambda_i$ are not zero, and let $N \to \infty$. Show that the conservation law becomes
# $\sum_i \lambda_i/(\lambda_i + \kappa) + r/\kappa = n$. What does the second term buy?
#
# **4. Power laws (hard).** Let $\lambda_i = i^{-a}$ and $V_i = i^{-b}$ with $a > 1$ and $1 < b < 2a + 1$, in an infinite pool. Show that $\kappa$ falls as $n^{-a}$ and the error as $n^{-(b - 1)}$. How many times as many
# examples halve the error for $b = 1.5$?


# %%
# BEGIN SOLUTION
level, share, error = 3 * 80 / 20, 20 / 100, 1
# BEGIN GIVEN
# level, share, error = TODO, TODO, TODO
# END SOLUTION
lesson.decide("flat", level, share, error)


# %%
@lesson.problem("mode_powers")
def mode_powers(K, Y):
    """The parts V of the target, largest eigenvalue of K / N first.  K (N, N), Y (N, k) -> (N,)."""
    # BEGIN SOLUTION
    N = len(K)
    U = torch.linalg.eigh(K / N).eigenvectors
    return ((U.T @ Y) ** 2 / N).sum(1).flip(0)
    # END SOLUTION


# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** All shares are equal, so each is $n/N = 0.2$, and $3/(3 + \kappa) = 0.2$ gives $\kappa = 12$. The factors are $\frac{100}{80}$, $\frac{20}{20 - 100\cdot 0.04} = \frac{20}{16}$ and $0.8^2$. Their product is 1: nothing is learned at
# unseen points. This kernel matrix is 300 times the identity, so no point says anything about another.
#
# **2.** See the cell above. `eigh` returns the smallest eigenvalue first.
#
# **3.** Let $m$ eigenvalues not be zero. Their shares $(\lambda_i + r/N)/(\lambda_i + r/N + \kappa)$ tend to $\lambda_i/(\lambda_i + \kappa)$. The other $N - m$ modes have the share $\frac{r/N}{r/N + \kappa}$ each, together
# $(N - m)\frac{r}{r + N\kappa} \to \frac r\kappa$. These units tell each point from every other one. They teach nothing about unseen points, because the pattern of such a mode says nothing there. One of the claims measures
# how fast the two forms approach each other.
#
# **4.** Write $\kappa = c^{-a}$, so that mode $c$ is at the level. The shares $1/(1 + (i/c)^a)$ depend on $i/c$ only, so for large $c$ their sum is proportional to $c$. It equals $n$, so $c$ is proportional to $n$ and $\kappa$ to $n^{-a}$. In the same way, $\sum_i L_i^2$ is
# proportional to $n$, with a factor below 1. So the second factor of the error is constant, and the first is 1. What is missing is $\sum_i (1 - L_i)^2\, i^{-b}$, where $1 - L_i$ depends on $i/c$ only. Modes above $c$ contribute about
# $\sum_{i > c} i^{-b}$, proportional to $c^{1-b}$. Modes below $c$ have $(1 - L_i)^2 \approx (i/c)^{2a}$, and contribute as much if $2a - b > -1$. So the error falls as $n^{-(b-1)}$. For $b = 1.5$, half the error takes $2^{1/0.5} = 4$ times as
# many examples.
#
# **Beyond.** `ddlearn.generalization.measure_learning_curve` takes a pool of any kernel, for example of MNIST from `ddlearn.datasets.mnist`. On a machine with a GPU, the pools of this page are stored there.
#
# </details>

# %% [markdown]
# ## Further reading
#
# <details><summary>Four papers</summary>
#
# - Simon, Dickens, Karkada, DeWeese: [The eigenlearning framework](https://arxiv.org/abs/2110.03922) (2023). The conservation law.
# - Canatar, Bordelon, Pehlevan: [Spectral bias and task-model alignment](https://arxiv.org/abs/2006.13198) (2021). Which targets suit which kernels.
# - Bordelon, Canatar, Pehlevan: [Spectrum dependent learning curves](https://arxiv.org/abs/2002.02561) (2020). The same curve, from physics.
# - Jacot and others: [Kernel alignment risk estimator](https://arxiv.org/abs/2006.09796) (2020). GCV as an estimate.
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
# **Next:** [[guarantees]], Guarantees.
