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
# # 5 · Real steps, real widths
#
# The kernel regime explains training where nothing moves: infinite width, vanishing steps. Real networks have some hundred
# units, real steps, and whatever start they got, and plain gradient descent works. Why are such simple optimizers so
# successful?
#
# **You will** certify a run before its first step. **You need** lessons 03
# and 04, singular values, and patience with inequalities. **Time** 50 minutes. **Difficulty** 4 of 5.

# %%
import torch

from ddlearn.lessons.real_steps_real_widths import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 40 minutes.** 3 recap · 3 predict, and the certificate with everybody's hand up · 7 explain at the board ·
# 6 `imbalance_drift` · 5 `local_rate`, then the step slider into the grey · 5 width · 2 quiz. The claims read well at home.
#
# **The one question to ask:** "The picture is grey. What do we know?" (That this argument is silent. Descent may well
# converge.) Ask it again whenever somebody says "it fails".
#
# **Usual wrong answers.** *"The certified step is the largest step that works"*: the slider shows otherwise at once. *"Wide
# enough means the weights do not move"*: at the smallest covered widths they move by a third and more.
#
# **If a machine is slow:** the width picture computes a few seconds, once.
# Show it before the class arrives.

# %% [markdown]
# ## Recap
#
# Two questions from before. Guessing is fine.

# %%
lesson.recap()

# %% [markdown]
# ## Predict

# %%
lesson.predict("cover")

# %% [markdown]
# ## See
#
# A network with two linear layers and random weights. The dashed curve on the right was fixed before the run. The blue tube in
# the middle knows the start, and how far the loss has fallen since, no more. Raise the **Step factor** and watch the promise go
# grey while the run goes on as if nothing had happened. Then pull **Width** down to its smallest values.

# %%
lesson.certificate.show()

# %% [markdown]
# ## Explain
#
# The network computes $W = W_1 W_2^\top$, and the loss sees only $W$. In $W$ the problem is convex; in the layers it is not.
# What the layers do to a gradient is the map $T(G) = (G W_2, G^\top W_1)$. Its least squared singular value,
#
# $$\sigma_{\min}^2(T) = \sigma_n(W_1)^2 + \sigma_m(W_2)^2,$$
#
# decides how fast the loss must fall. The kernel regime freezes it. Here it moves, and something else keeps it from zero: the
# **imbalance** $D = W_1^\top W_1 - W_2^\top W_2$. Gradient flow conserves $D$
# ([Arora, Cohen, Hazan 2018](https://arxiv.org/abs/1802.06509); [Du, Hu, Lee 2018](https://arxiv.org/abs/1806.00900)). Under flow,
# enough imbalance alone makes the loss fall geometrically
# ([Min, Tarmoun, Vidal, Mallada 2021](https://arxiv.org/abs/2105.06351), Theorem 1). A step of size η adds a term in η² only, and
# as the loss falls the steps get shorter: while η is small enough, all drift together is at most $2\eta\,(L_0 - L_t)$. If $D$ starts
# with enough large eigenvalues it keeps them, so both layers are never weak at once.
#
# <details><summary>Whose theorems are these, and what is ours?</summary>
#
# - [Xu, Min, Tarmoun, Mallada and Vidal (AISTATS 2023)](https://proceedings.mlr.press/v206/xu23c.html), Theorem 3.2: two linear layers, squared
#   loss, any finite width. The start needs enough imbalance *or* a product that is close enough to the target. Then the loss falls
#   geometrically for every step below a bound that can be computed. Their Table 2 bounds $\sigma^2_{\min}(T)$ and
#   $\sigma^2_{\max}(T)$ by imbalance and product, as we do here. Their Algorithm 1 adapts the step to the present loss, up to that bound.
# - [Xu, Min, Tarmoun, Mallada and Vidal (TMLR 2025)](https://arxiv.org/abs/2505.11664), Theorem 3.1: the factor of one step that you will write
#   below, for smooth and strongly convex losses. Theorem 3.2: geometric convergence with steps that may grow. Lemma 3.3: from
#   $n + m$ units on, almost every random start from a continuous distribution has enough imbalance.
# - *Our derivation*, in their setting: the exact drift and its bound $2\eta(L_0 - L_t)$, our smoothness $K_t$, the tube, the schedule that is
#   planned ahead, and one unit less, $n + m - 1$, for Gaussian starts. The numbers that you see are ours.
#
# </details>
#
# <details><summary>How does D hold σ²?</summary>
#
# $W_1^\top W_1 = D + W_2^\top W_2$, and the last term is nowhere negative. So the $n$-th largest eigenvalue of $W_1^\top W_1$, which
# is $\sigma_n(W_1)^2$, is at least that of $D$; call that $a$ if it is positive. In the same way $\sigma_m(W_2)^2$ is at least
# $b$, the $m$-th largest eigenvalue of $-D$. Hence $\sigma_{\min}^2(T) \ge a + b$. The tube adds to this how close $W$ already is
# to its target, which alone is enough for balanced layers.
#
# </details>

# %% [markdown]
# ## Build: the drift of the imbalance
#
# Let $G$ be the gradient of the loss in $W$. The layers' gradients are $A = G W_2$ and $B = G^\top W_1$, and a step subtracts
# rate times each. Put the new layers into $D$, multiply out, and see what cancels.


# %%
@lesson.exercise("imbalance_drift")
def imbalance_drift(W1, W2, G, rate):
    """D after the step minus D before, from the gradients.  W1 (n, h), W2 (m, h), G (n, m) -> (h, h)."""
    # BEGIN SOLUTION
    A, B = G @ W2, G.T @ W1
    return rate**2 * (A.T @ A - B.T @ B)
    # END SOLUTION


# %% [markdown]
# <details><summary>Why do the terms of first order cancel?</summary>
#
# They are $-\eta\,(W_1^\top A + A^\top W_1) + \eta\,(W_2^\top B + B^\top W_2)$. Now $W_1^\top A = W_1^\top G W_2$, and
# $B^\top W_2 = W_1^\top G W_2$ as well. The two layers share one gradient $G$, and what one gains the other gains too.
#
# </details>
#
# The circles in the left panel above are the start's $D$ plus your drifts, step after step. They never look at the weights' own
# $D$, the blue lines.

# %% [markdown]
# ## Build: the local rate
#
# Near any point of the path the loss falls at least as fast as on a bowl with slope constant $\mu_t = \mu\,\sigma_{\min}^2(T)$
# and curvature $K_t$: one step with $\eta K_t \le 2$ multiplies it by at most
#
# $$1 - 2\mu_t\,\eta + \mu_t K_t\,\eta^2$$
#
# ([Xu et al. 2025](https://arxiv.org/abs/2505.11664), Theorem 3.1; their $K_t$ is another bound on the same curvature).
#
# Mind a layer with fewer columns than rows: it cannot reach every direction, and its $\sigma_n$ is 0.


# %%
@lesson.exercise("local_rate")
def local_rate(W1, W2, mu, smoothness, rate):
    """The factor above; smoothness is K_t.  W1 (n, h), W2 (m, h), three numbers -> a tensor with one number."""
    # BEGIN SOLUTION
    layers = [W for W in (W1, W2) if W.shape[0] <= W.shape[1]]
    strength = sum(torch.linalg.svdvals(W)[-1] ** 2 for W in layers)
    pl = mu * strength
    return 1 - 2 * pl * rate + pl * smoothness * rate**2
    # END SOLUTION


# %% [markdown]
# The dotted green curve is your factor, multiplied up along the run. Best is the step with $\eta K_t = 1$. Try it: choose the
# rule **measured on the way**. Knowing the weights it may step farther than **planned ahead**, which knows the start only, yet
# grows as its own promise falls; and that one farther than **constant**.

# %% [markdown] tags=["instructor"]
# **Instructor.** After the second exercise let everybody find the largest step at which the run still converges, in units of
# the certified one, and collect the numbers on the board: several times, and different at every width. That is the price of a
# worst case. The commonest slip is the narrow layer; a group that asks why should look at the smallest widths of the slider.

# %% [markdown]
# ## Theory over experiment: width
#
# The kernel regime has an argument of its own: start with a strong kernel, show that the weights cannot leave a small ball in
# which it stays strong. It needs a wide network. The imbalance asks for $n + m - 1$ units: from there on, almost every Gaussian
# start is certified to converge geometrically, at *some* rate. The rate may be slow.

# %%
lesson.width.show()

# %% [markdown]
# In the light grey lies what this lesson is about: widths at which the weights move by a tenth, or a third, the kernel regime has
# nothing to say, and convergence is still certified before the first step. Further right the move dies out, as one over the root
# of the width. In the dark grey not every start is covered, and descent converges there too.
#
# Set the scale of one layer higher: unequal layers have more imbalance, so promises get tighter, and weights move less.
#
# <details><summary>Why n + m − 1?</summary>
#
# With both layers stacked into $Z$, of $n + m$ rows, $D = Z^\top J Z$ where $J$ has $n$ times $+1$ and $m$ times $-1$ on its diagonal.
# From $h = n + m$ on, Gaussian rows are independent and $D$ has exactly $n$ positive and $m$ negative eigenvalues. One unit less, and
# $D$ is $J$ seen on a hyperplane: it loses one of them. But then *either* all $n$ positive ones are left *or* all $m$ negative
# ones, and one of the two is enough.
#
# </details>

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
# - The kernel regime freezes the rate of convergence. A conservation law can bound it along the path, at any width from
#   n + m − 1 on and at finite steps.
# - A certificate that is missing says nothing. Descent goes on in the grey, several times faster.
#
# **What this does not show.** The certificates are for two *linear* layers; no layer bends. From very small starts they were
# pessimistic by a factor near a hundred when we tried. Flatter is not better either: nothing here measured an error on new data.

# %% [markdown] tags=["instructor"]
# **Misconceptions that survive this lesson.** *"Implicit regularization by large steps is good."* It depends. Take sparse regression
# with the diagonal networks of lesson 04. Large steps can hinder full-batch gradient descent in finding the sparse solution;
# they help stochastic gradient descent ([Even, Pesme, Gunasekar, Flammarion 2023](https://arxiv.org/abs/2302.08982), from the
# abstract). *"The theorem is about deep learning in
# practice."* It is about a model in which width, step and start are all finite at once; that is rare, and it is why we teach it.

# %% [markdown]
# ## Go further
#
# A stretch, unchecked: write `step(a, b, rate)`, one step of descent on $\frac12(ab - 1)^2$, and update both weights from the *old*
# ones. Then update `b` with the new `a` instead, as careless code does. Which of the two burns the imbalance by the factor
# $1 - \eta^2 r^2$?
#
# `ddlearn.linear_networks` holds the certificates for your own data: `reduce_data(X, Y)` turns any least squares into this
# problem. Hand it tensors on a GPU and it stays there.
#
# [Du and Hu 2019](https://arxiv.org/abs/1901.08572) on width · [Saxe, McClelland, Ganguli 2014](https://arxiv.org/abs/1312.6120) on
# balanced starts · [Arora, Cohen, Golowich, Hu 2019](https://arxiv.org/abs/1810.02281) on deeper ones.
