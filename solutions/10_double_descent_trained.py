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
# # 8 · Double descent, trained
#
# Lesson 07 solved double descent for fits by formula. A network is fitted by steps, from a random start, and its outputs share
# their units. Does its error peak too, and where? Why do so few people meet that peak?
#
# **You will** train dozens of nets as one, find the peak on real digits, and take it away in several ways. **You need** lesson
# 07 and the chain rule. **Time** 50 minutes. **Difficulty** 3 of 5.

# %%
import torch

from ddlearn.lessons.double_descent_trained import TODO, full_sweep, lesson, random_features

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 40 minutes.** 3 recap · 3 predict, every number on the board · 6 the map, one learner at **Steps**, the room
# calling out when the peak appears · 4 explain · 4 `interpolation_point` · 2 vote, then 7 `early_stop` and the cures, one
# change a row of the room · 7 `ensemble_step` and the samples · 2 clocks · 2 quiz. Claims and the full sweep are for home.
#
# **The one question to ask:** "Your company trains a net and sees no peak. Which of today's changes have they made without
# knowing?" (Most: nearly clean labels, cross-entropy, small batches, decay, stopping early.)
#
# **Usual wrong answers.** *"The peak is at n parameters"*: at n *features* in lesson 07, where each of the K classes has n weights of its own. That
# is nK parameters, as here. *"At the peak the training error is largest"*: it has just reached nothing. *"More epochs bring the second descent"*: on these
# digits they do not; ask them to look for it in the map. *"More data cannot hurt"*: let them take the offer.
#
# **Misconceptions.** That double descent says "larger is better": the best moment of small and large nets is worth more than
# any width at the end. That one curve is a result: look at the band, and at the hump before the peak, which moves with the seed.
#
# **If a machine is slow:** the map, the cures and the samples train for a few seconds each when they are first shown. Other wrong
# labels or another change train again, once, with a bar and *Cancel*. Sliders only look at what is there, and stay quick.

# %% [markdown]
# ## Recap
#
# Two questions from before. Guessing is fine.

# %%
lesson.recap()

# %% [markdown]
# ## Predict
#
# Commit yourself: your number will be drawn as a line.

# %%
lesson.predict("worst")

# %% [markdown]
# ## See
#
# One training, seen from above. Every net takes 450 steps of Adam on all 400 digits at once, with the rate 0.009 and without weight decay. To
# the right the nets get wider, upwards time runs, and the color is the error on new digits. The
# curves at the right are cuts through the map: along the white line above, along the dotted one below. Pull **Steps** from the
# left end to the right and watch the upper curve. Then choose no **Wrong labels**.

# %%
lesson.map.show()

# %% [markdown]
# ## Explain
#
# A net with $d$ inputs, $H$ hidden units and $K$ outputs has
#
# $$P = (d + 1 + K)\,H + K$$
#
# weights and biases. Squared loss on $n$ examples asks for $nK$ numbers, and the outputs share the net. So fitting everything
# should become possible near $P = nK$. There the net has hardly any choice *how* to fit the wrong labels, as in lesson 07, and
# the error peaks. Beyond, there are many ways, and training finds a calmer one.
#
# This is counting, not a theorem: the equations are not linear. That the peak came out so near is a measurement.
#
# **Effective model complexity.** Counting parameters ignores how a net is trained.
# [Nakkiran et al. 2020](https://arxiv.org/abs/1912.02292) count another way. The effective model complexity of a training procedure is the largest
# number of examples that it can still fit, that is, learn with a training error near zero. The procedure is everything: the net, the loss, the
# optimizer, the number of steps and the penalty. They conjecture that the test error peaks where this number is about $n$. More width or more
# steps raise it. Early stopping and weight decay lower it, and so move the peak to wider nets, or out of the picture. Less noise makes a peak
# lower. It is a conjecture, tested on networks far larger than ours.
#
# **When does a net fit?** The training error *in labels* is zero long before the outputs are right. We say that nets fit once their
# squared training error is below 2 % of that of the best constant: a convention of ours. The green line of the map is where
# that begins.
#
# **The diamonds** mark each width's best moment. They lie in a valley that runs under everything: no peak crosses it.
#
# <details><summary>Is this the same peak as in lesson 07, and where is it with cross-entropy?</summary>
#
# It is the same count. The linear fits of lesson 07 have $N$ weights for *each* of the $K$ outputs: $P = NK$ parameters for $nK$ equations. So
# $P = nK$ there too, and it says $N = n$ features. Cross-entropy asks for less: it is
# enough that the right class has the largest output, about one condition per example, which suggests $P \approx n$.
#
# </details>
#
# The count of equations, $P = nK$, is that of [Belkin, Hsu, Ma, Mandal 2019](https://arxiv.org/abs/1812.11118).

# %% [markdown]
# ## Build: where nets begin to fit
#
# When it passes, the green line of the map is yours. Look at an early moment: nobody fits yet, and there is no peak.


# %%
@lesson.exercise("interpolation_point")
def interpolation_point(widths, train_mse, y, d):
    """P/(nK) of the narrowest net whose train_mse, (W, S), mean over S seeds, is below 2 % of the best constant's.

    train_mse sums the squared error over the K outputs and takes the mean over the n examples. widths (W,), targets
    y (n, K), d inputs; biases count. float("inf") if no net is.
    """
    # BEGIN SOLUTION
    n, K = y.shape
    null = ((y - y.mean(0)) ** 2).sum(1).mean()
    fits = train_mse.mean(1) < 0.02 * null
    P = (d + 1 + K) * widths + K
    return float(P[fits].min()) / (n * K) if fits.any() else float("inf")
    # END SOLUTION


# %% [markdown]
# Now look at the map again, left of the peak. With a quarter of the parameters the curve has a hump already, and the seeds disagree
# about it. It is in every run that we made without a penalty. We have no explanation; do you? You will see it grow in a
# moment.

# %% [markdown]
# ## Theory over experiment: what takes the peak away
#
# A theory of the peak should say what removes it. Predict first.

# %%
lesson.predict("stopped")

# %% [markdown]
# ## Build: stop in time
#
# The best moment must not be chosen by the test digits. Hold some others out, choose by them, and report on the test. Here the
# labels of the hundred held out are wrong as often as all others.


# %%
@lesson.exercise("early_stop")
def early_stop(held_out, test):
    """The test error of each net at the record where its held-out error is least.  (W, S, R) twice -> (W, S)."""
    # BEGIN SOLUTION
    best = held_out.argmin(-1, keepdim=True)
    return test.gather(-1, best)[..., 0]
    # END SOLUTION


# %% [markdown]
# The same nets, one **Change** at a time. Then let two or three nets that learned the same labels speak together: **Nets
# averaged**.

# %%
lesson.cures.show()

# %% [markdown]
# | change | what it does | where it still fails |
# |---|---|---|
# | early stopping | no peak at any width | needs digits held out; says nothing about nets trained to the end |
# | no wrong labels | no peak | nobody lets you choose |
# | weight decay | strong: no peak; weak: the peak is lower, and still there | the right strength has to be found |
# | cross-entropy | no peak at nK | a weak rise near n parameters, at the left edge of the picture; the wide nets still learn the wrong labels |
# | small batches | lower and flatter | not gone |
# | averaging | small nets together beat a wide one of the same total size | the rise is still there: all of them learned the same wrong labels; with strong decay it gains next to nothing |
# | longer steps | **raise the hump above the peak** | no cure at all |
#
# No row is a law: each is what happened to *these* nets, with one hidden layer, on 400 small digits. The strengths of decay are two that we chose; another
# optimizer may move them. Nakkiran et al. trained far larger networks with cross-entropy, and found peaks, some of them without wrong labels.
#
# The last row is the unexplained hump. Whoever plots only the region around nK never sees it.

# %% [markdown]
# ## More data, worse answers
#
# The threshold is a ratio, so it can be crossed the other way: keep the net, add examples. Predict first.

# %%
lesson.predict("double")

# %% [markdown]
# ## Build: one step of many nets
#
# E nets of one width, stacked: the hidden weights $W$ are (E, H, d), the output weights $A$ are (E, H, K). All see the same inputs
# $x$, (n, d), whose last column is 1, so that the biases are in $W$. Targets differ: (E, n, K). Net by net the loss is
#
# $$L_e = \frac1n \sum_{i=1}^{n} \lVert f_e(x_i) - y_{ei} \rVert^2, \qquad f_e(x) = A_e^\top\, \text{relu}(W_e x).$$
#
# One step of gradient descent, for all at once. `@` carries the first axis along, and `.mT` turns the last two.


# %%
@lesson.exercise("ensemble_step")
def ensemble_step(W, A, x, y, lr):
    """W (E, H, d), A (E, H, K), x (n, d), y (E, n, K) -> the new (W, A)."""
    # BEGIN SOLUTION
    z = x @ W.mT  # (E, n, H)
    h = torch.relu(z)
    D = 2 * (h @ A - y) / len(x)
    grad_A = h.mT @ D
    grad_W = ((D @ A.mT) * (z > 0)).mT @ x
    return W - lr * grad_W, A - lr * grad_A
    # END SOLUTION


# %% [markdown]
# The nets below are trained by your step, with momentum around it. You have so many examples, and are offered others: move both
# sliders. Then the other two models of fixed size; the curve of the last one is a formula.

# %%
lesson.samples.show()

# %% [markdown]
# The cures know no such thing: with the best penalty, or stopped at the best moment, more examples always helped here. Those two are
# oracles, which choose with an eye on the answer; they show what a good choice could reach.
# ([Nakkiran 2019](https://arxiv.org/abs/1912.07242))

# %% [markdown] tags=["instructor"]
# **Instructor.** Ask who would throw examples away. In this model it helps, and it is still the wrong cure: stopping in time helps more
# and keeps the data. A quick group can find the number of examples that does as well as the first forty.

# %% [markdown]
# ## Descent over time
#
# Can the error fall twice while *one* model trains? In a linear model, exactly so. Feature $i$ of scale $\sigma_i$ is learned with its
# own clock, $k_i = (1 - \eta_i \sigma_i^2)^t$, and for many examples the excess risk is
#
# $$\sum_i \sigma_i^2 b_i^2\, k_i^2 \;+\; \frac{s^2}{n} \sum_i (1 - k_i)^2 ,$$
#
# a bias that leaves and a variance that comes, for each feature: a sum of U-curves. Fast signal, then noise, then slow signal
# make two descents ([Heckel and Yilmaz 2021](https://arxiv.org/abs/2007.10099)). The three groups are our choice, made to show it
# large. Take the slow signal away; then align the clocks.

# %%
lesson.clocks.show()

# %% [markdown]
# At the right the nets of the map, over the same kind of axis. They fall, rise, and do not come back. We looked for a second descent
# over time in nets with one hidden layer on these digits and found none, however wide, small-batched or noisy. It has been reported for larger nets
# on other data; today you have seen why it *can* happen, not that it must.

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
# - Nets trained to the end on wrong labels peak near P = nK: where they just fit, whether you change the width or the number of examples.
# - For these nets clean labels, enough weight decay or stopping in time took the peak away. Cross-entropy left a weak rise near n parameters in its
#   place. Most people train with several of these, which may be why few of them meet a peak.
# - The best moment of training is worth more than any width at the end.
#
# **What this does not show.** That wider is better: stopped in time, all but the narrowest nets are about as good. With more wrong labels the
# widest may lose to the small ones ([Xue et al. 2022](https://arxiv.org/abs/2208.08003)); look at 40 %. One hidden layer, small images,
# few seeds. And the hump before the peak is unexplained.

# %% [markdown]
# ## Go further
#
# A stretch, unchecked: tune the decay. `ddlearn.double_descent.net_widths(..., weight_decay=...)` trains a sweep; try five strengths, and
# let digits that you hold out choose one for each width. Does the chosen curve still rise anywhere? For linear fits with the best
# penalty lesson 07 says that it should not.
#
# The lesson's sweep is a small one. This, in a new cell, has the large one in its menu: wider nets, more seeds, 500 digits, and the
# peak shows in the share missed as well. It takes a minute or two, with a bar, and can be cancelled.
#
# ```python
# full_sweep.show()
# ```
#
# Lesson 07's random features, whose peak is at n for any images, are drawn by `random_features.show()`: here on digits, and on MNIST and
# Fashion-MNIST, which are fetched once, in tens of megabytes. Without a network the card says so, and the digits stay.
#
# Convolutional nets are in the menu of the sweep too. On the CPU they are too few and too briefly trained to show a clear peak. On a machine with a
# GPU the sweeps grow, and MNIST and Fashion-MNIST join, each fetched once. Do such nets peak near nK? We have not measured it.
# `ddlearn.double_descent.conv_widths` is the sweep itself; it runs through joblib, whose backend can spread it over machines.
#
# [d'Ascoli et al. 2020](https://arxiv.org/abs/2003.01054) on why averaging helps ·
# [Ruben et al. 2024](https://arxiv.org/abs/2412.05418) on when it does not ·
# [Greydanus and Kobak 2024](https://arxiv.org/abs/2011.14439), a small data set with a peak of its own.
