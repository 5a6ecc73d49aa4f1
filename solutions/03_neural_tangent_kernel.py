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
# # 3 · The neural tangent kernel
#
# ![Left: a narrow network bends away from its dashed tangent and misses the target. Right: a wide network follows its tangent to the target.](pictures/neural_tangent_kernel.svg)
#
# *One output of two real networks, as their weights move from the start. The dashed tangent keeps the slope of the start.*
#
# **Question.** The output of a network is a curved function of thousands of weights. When can we still predict every step of training
# in advance?
#
# *Why care?* Training a large network can take days. A formula could choose the step size beforehand, and say what will be learned last.
# One result: from the start alone, our formula predicts 300 steps of a network with an error of at most 7 % of the target's size.
#
# **You will be able to**
# - compute where gradient descent leads in a fixed kernel, without a loop (Exercise 1);
# - compute the kernel of an infinitely wide layer (Exercise 2);
# - choose a step size from the eigenvalues of a kernel (Exercise 3).
#
# **Before you start:** [[fixed_embeddings]] · [eigenvalues of symmetric matrices](refreshers/eigenvalues.md) ·
# [gradient descent on a quadratic](refreshers/gradient_descent.md) · [Jacobians](refreshers/jacobians.md) ·
# [notation](NOTATION.md) · [glossary](GLOSSARY.md)

# %%
import math

import torch

from ddlearn.lessons.neural_tangent_kernel import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap, 3 predict and walk, 5 explain the step, 6 by hand, 5 Exercise 1, 3 infinite
# width, 4 Exercise 2, 4 film, 2 quiz.
#
# **Board.** Four points on a circle, two waves. Two half circles.
#
# **The one question to ask:** "A wide network hardly moves a weight. How can its output change?" (Many moves.)
#
# **Discussion.** No: its kernel moved by 36 %.
#
# **Usual wrong answers.** *"Wide networks do not learn"*: the outputs move. *"The largest wave is first"*: size plays no part.
#
# **Exit ticket.** "What sets the speed of a mode?"
#
# **If a machine is slow:** the film trains once.
#
# </details>

# %% [markdown]
# ## Recap
#
# From [[fixed_embeddings]], [[learned_embeddings]].

# %%
lesson.recap()

# %% [markdown]
# ## Predict
#
# The output of our network is a sum of $h$ terms, one per hidden unit, divided by $\sqrt h$. Each weight starts at a size of about 1.
# Suppose that each moves by a small $\varepsilon$ in the direction that helps. Then each term changes by about $\varepsilon$, and
# the output by about $h\,\varepsilon/\sqrt h = \sqrt h\,\varepsilon$.

# %%
lesson.predict("move")

# %% [markdown]
# ## See
#
# An input is an angle $\delta$ on a circle, given to the network as $x = (\cos\delta, \sin\delta, 1)/\sqrt2$, which has length 1. Sixteen evenly
# spaced inputs have targets.
#
# The **tangent** of a network is the model that is linear in the weights, and has the network's outputs and derivatives at its
# random start. A linear system gives the nearest weights at which the tangent fits the targets. The real network's weights
# then move straight to these values, without training.
# - **Left:** the outputs of the network (solid) and of its tangent (dashed), for all angles.
# - **Right:** the difference between the two, for five widths, against the share of the way that the weights have gone.
#
# Increase **Hidden units**. Then choose another **Direction**: the weights move as far, but at random, so the changes of the terms
# almost cancel.

# %%
lesson.walk.show()

# %% [markdown]
# ## Explain: training a tangent
#
# Let the vector $w$ hold all weights, and $w_0$ their random start. The tangent is
#
# $$f(x) \approx f_0(x) + J(x)\,(w-w_0).$$
#
# *In words:* the output at the start, plus the gradient at the start (the row $J(x)$) times the move of the weights. The random start
# fixes the features $J(x)$, so the tangent is a fixed embedding, as in [[fixed_embeddings]]. Its kernel is the
# **neural tangent kernel**, $\Theta(x, x') = J(x)\,J(x')^\top$.
#
# *In words:* multiply the derivatives at two inputs, and add over the weights. Take $f(x) = abx$ with the weights $a = 1$ and
# $b = 2$. Its gradient $(bx, ax)$ is $(2, 1)$ at $x = 1$ and $(6, 3)$ at $x = 3$. So $\Theta(1, 3) = 2 \cdot 6 + 1 \cdot 3 = 15$.
#
# The loss is $L = \frac1{2n}\sum_i (f(x_i) - y_i)^2$ for $n$ training points. Write
# $r = f - y$ for the vector of residuals, and let $J$ have one row $J(x_i)$ per training point. The gradient of $L$ is
# $\frac1n J^\top r$. A step of size $\eta$ moves the weights by $-\frac\eta n J^\top r$, and the tangent's outputs by $J$ times that:
#
# $$r_{t+1} = \Big(I-\frac{\eta}{n}\,\Theta\Big)\,r_t, \qquad \Theta=JJ^\top.$$
#
# *In words:* an error at one point also changes the outputs at similar points. If $r$ is an eigenvector of $\Theta$ with the
# eigenvalue $\lambda_i$, a step multiplies it by $1 - \eta\lambda_i/n$. So each eigenvector, called a **mode**, is learned at its own rate.
#
# <details><summary>If you use PyTorch's loss</summary>
#
# `MSELoss` has no factor ½, so a step of size $\eta$ on it acts like a step of size $2\eta$ here.
#
# </details>

# %% [markdown]
# ## Predict
#
# Among our sixteen inputs, $\Theta$ is large for neighbors and small for distant inputs. The target is a sum of three waves, of size 0.4
# for $k = 1$, 0.5 for $k = 2$ and 0.6 for $k = 4$. Wave $k$ has $k$ periods on the circle.

# %%
lesson.predict("first")

# %% [markdown]
# ## By hand
#
# Four inputs lie on a circle, 90° apart. Neighbors are more similar than opposite inputs:
#
# $$\Theta = \begin{pmatrix} 8&4&2&4\\ 4&8&4&2\\ 2&4&8&4\\ 4&2&4&8\end{pmatrix}.$$
#
# The modes are waves around the circle. With $\eta = 0.2$ and $n = 4$, a step multiplies a mode by $1 - 0.05\lambda_i$. Each pattern
# begins with 1, so the first row of $\Theta$ times the pattern is the eigenvalue $\lambda_i$:
#
# | mode | pattern | first row times pattern | factor |
# |---|---|---|---|
# | constant | $(1, 1, 1, 1)$ | $8 + 4 + 2 + 4 = 18$ | 0.1 |
# | slow wave | $(1, 0, -1, 0)$ | $8 + 0 - 2 + 0 = 6$ | 0.7 |
# | fast wave | $(1, -1, 1, -1)$ | $8 - 4 + 2 - 4 = 2$ | 0.9 |
#
# The fourth mode is the slow wave moved by 90°, $(0, 1, 0, -1)$, again with eigenvalue 6.
#
# Let the residual be both waves together, $r = (2, -1, 0, -1)$. Then $\Theta r = (8, -2, -4, -2)$. One step leaves
# $r - 0.05\,\Theta r = (1.6, -0.9, 0.2, -0.9)$, which is 0.7 of the slow wave plus 0.9 of the fast one. After ten steps, 3 % of
# the slow wave and 35 % of the fast wave are left.
#
# ## Explain: why slow waves have large eigenvalues
#
# In the table, the two neighbors (4 and 4) add nothing for the slow wave, and take away 8 for the fast wave. With more inputs, a slow
# wave is nearly the same at close inputs, so their large entries add up. A fast wave changes its sign between them, so these entries cancel.
#
# For $n$ evenly spaced inputs, let $\Theta(\delta)$ be the kernel of two inputs that are the angle $\delta$ apart. The wave $k$ has the
# eigenvalue
#
# $$\lambda_k = \sum_{j=0}^{n-1} \Theta(\delta_j)\cos(k\,\delta_j), \qquad \delta_j = \frac{2\pi j}{n}.$$
#
# *In words:* this is the table's third column, for any wave. For our sixteen inputs and an infinitely wide network, $\lambda_k$ is 16.6,
# 6.4, 0.81 and 0.10 for $k = 0$, 1, 2 and 4 (computed in Problem 2). So slow waves are learned first, which is called
# **spectral bias**.
#
# <details><summary>Why are waves the eigenvectors?</summary>
#
# Entry $i$ of $\Theta$ times the wave is $\sum_j \Theta(\delta_j - \delta_i)\cos(k\delta_j)$. Shift the sum by $\delta_i$, which only
# changes the order of its terms around the circle. It becomes $\sum_j \Theta(\delta_j)\cos(k\delta_j + k\delta_i)$. The cosine of the
# sum is $\cos(k\delta_j)\cos(k\delta_i) - \sin(k\delta_j)\sin(k\delta_i)$. The sines cancel, because $\Theta(\delta) = \Theta(-\delta)$. What
# remains is $\lambda_k\cos(k\delta_i)$. The same works for $\sin(k\delta)$, so each $k$ between 0 and $n/2$ has two waves with one eigenvalue.
#
# </details>
#
# ## Exercise 1 · Write: `descent`
#
# Take `steps` steps at once, without a loop, in the fixed kernel matrix `K` (here $\Theta$). Return the outputs, not the residuals. By hand,
# with targets 0, outputs $(2, -1, 0, -1)$ at the start, $\eta = 0.2$ and one step, the result is $(1.6, -0.9, 0.2, -0.9)$.


# %%
@lesson.exercise("descent")
def descent(K, y, f0, lr, steps):
    """Outputs at the n points after so many steps in the fixed kernel K.  K (n, n), y (n,), f0 (n,) -> (n,)."""
    # BEGIN SOLUTION
    eigenvalues, U = torch.linalg.eigh(K)
    left = (1 - lr * eigenvalues / len(y)) ** steps
    return y + U @ (left * (U.T @ (f0 - y)))
    # END SOLUTION


# %% [markdown]
# ## Explain: the kernel of an infinitely wide network
#
# Hidden unit $j$ has a row $W_j$ of $W$ and an entry $a_j$ of $a$:
# $f(x) = \sqrt{2/h}\,\sum_j a_j\,\mathrm{relu}(W_j \cdot x)$. All weights start as independent Gaussian numbers with mean 0 and variance 1, and
# all are trained. The factor $\sqrt{2/h}$ makes this the **NTK parametrization**.
#
# A unit is **active** at $x$ if $W_j \cdot x > 0$. Let $1_j(x)$ be 1 if unit $j$ is active at $x$, and 0 if not. This is also the slope of
# its ReLU. So the derivative in $a_j$ is $\sqrt{2/h}\,\mathrm{relu}(W_j \cdot x)$, and the gradient in $W_j$ is
# $\sqrt{2/h}\,a_j\,1_j(x)\,x$. The kernel adds up their products:
#
# $$\Theta(x, x') = \frac2h\sum_j \Big[\mathrm{relu}(W_j\cdot x)\,\mathrm{relu}(W_j\cdot x') + a_j^2\,1_j(x)\,1_j(x')\;x\cdot x'\Big].$$
#
# *In words:* $\Theta$ is an average over the units. In its second part, only units count that are active at both inputs.
# - **Known before training.** The average tends to a limit, the same for every random start. Its error shrinks like $1/\sqrt h$.
# - **Constant during training.** The move of a weight shrinks like $1/\sqrt h$, as you predicted. So few units become active or
#   inactive, and $\Theta$ hardly moves.
#
# A step of the network changes its outputs by $-\frac\eta n\Theta r$, to first order, with the $\Theta$ of the moment. If $\Theta$ stays constant, the
# network follows the same rule as its tangent.
#
# The first part tends to a limit that we call $K'$. (Its prime means *next layer*.) In the second part, $a_j^2$ is 1 on average.
# Let $\theta$ be the angle between the vectors $x$ and $x'$ (not $\delta$, as $x$ has a third entry). A random unit is active at both with probability
# $(\pi - \theta)/2\pi$ (first box below). So the second part tends to $2 \cdot \frac{\pi - \theta}{2\pi}\,x \cdot x' = \frac{\pi - \theta}{\pi}\,x \cdot x'$.
#
# **Deeper networks.** A sum that enters a unit of the second layer is itself the output of a small network. Compare it at two inputs in two ways:
# - *How alike are its values?* Over the random weights, their covariance is $K$ (`nngp`).
# - *How alike are its gradients?* Their inner product is its tangent kernel, from now on $\Theta$ (`ntk`).
#
# A sum that enters the first layer is $W_j \cdot x$, with the covariance $x \cdot x'$ and the gradient $x$. So **both start as $x \cdot x'$**. A sum that enters
# the second layer is the $f$ above. Its $a_j$ are independent with variance 1, so its covariance is $K'$. Its tangent kernel is $K'$ plus
# $(\pi - \theta)/\pi$ times $x \cdot x'$.
#
# Here $x \cdot x'$ has two roles. As the covariance of the earlier sums, it gives the angle $\theta$, and so the share of units active at both. As
# the sums' tangent kernel, it is multiplied by $(\pi - \theta)/\pi$. One layer deeper, $K$ has the first role and, by the chain rule, $\Theta$ the second. The output is
# the last such sum, so its kernel is the last $\Theta$. One hidden layer turns $K$ and $\Theta$ into $K'$ and $\Theta'$:
#
# $$K' = \frac{s}{\pi}\big(\sin\theta+(\pi-\theta)\cos\theta\big), \qquad \Theta' = K' + \frac{\pi-\theta}{\pi}\,\Theta.$$
#
# *In words:* $s_{ij} = \sqrt{K_{ii}K_{jj}}$ is the product of the two lengths, and $\cos\theta = K/s$. The new layer's weights
# contribute $K'$. The earlier weights contribute $\Theta$, reduced because a change of an earlier weight passes only through active units.
#
# For a point of length 1 with itself, $K' = 1$ and $\Theta' = 1 + 1 = 2$. For two such points 60° apart, $\theta = \pi/3$ and
# $K = \Theta = \frac12$. Then $K' = 0.609$ and $\Theta' = 0.609 + \frac23 \cdot \frac12 = 0.942$.
#
# <details><summary>Where do the probability and the sine come from?</summary>
#
# A Gaussian $W_j$ has no preferred direction, so each direction in the plane of $x$ and $x'$ is
# equally likely. The directions that are active at $x$ form a half circle, and so do those for $x'$. The half circles overlap in the angle
# $\pi - \theta$. So a random unit is active at both with probability $(\pi - \theta)/2\pi$.
#
# $K'$ is the average of $2\,\mathrm{relu}(W_j \cdot x)\,\mathrm{relu}(W_j \cdot x')$. Let $x$ and $x'$ have length 1 and the directions $0$ and $\theta$ in their plane. Let
# $W_j$ have the length $R$ and the direction $\varphi$ there. Then the sums are $R\cos\varphi$ and $R\cos(\varphi - \theta)$, and the mean of $R^2$ is 2. Both sums
# are positive for $\varphi$ between $\theta - \frac\pi2$ and $\frac\pi2$. So
#
# $$K' = \frac{2 \cdot 2}{2\pi}\int_{\theta - \pi/2}^{\pi/2} \cos\varphi\,\cos(\varphi - \theta)\,d\varphi
# = \frac1\pi\int_{\theta - \pi/2}^{\pi/2} \big(\cos\theta + \cos(2\varphi - \theta)\big)\,d\varphi.$$
#
# *In words:* the product of two cosines is half the cosine of the difference plus half the cosine of the sum. The first term gives $(\pi - \theta)\cos\theta$, the
# second gives $\sin\theta$. This is the arc-cosine kernel of [Cho and Saul 2009](https://papers.nips.cc/paper/3628-kernel-methods-for-deep-learning). The
# name `nngp` stands for "neural network Gaussian process".
#
# </details>
#
# <details><summary>What is proved, and for which networks?</summary>
#
# Three words first. A function is *Lipschitz* if its slope is bounded. A random number tends to a limit *in probability* if the
# probability of any fixed error tends to zero. *Gradient flow* is gradient descent in the limit of tiny steps.
#
# - *The start.* [Jacot, Gabriel and Hongler 2018](https://arxiv.org/abs/1806.07572), Theorem 1: $\Theta$ tends to its limit in
#   probability as the widths go to infinity, one layer after the other. The activation has to be Lipschitz, as the ReLU is. The theorem
#   has no rate. That an average over $h$ independent units errs by about $h^{-1/2}$ is the central limit theorem.
# - *Training.* Their Theorem 2: $\Theta$ stays at its limit during gradient flow up to any fixed time, for activations with a bounded
#   second derivative. [Lee et al. 2019](https://arxiv.org/abs/1902.06720), Theorem 2.1, is for gradient
#   descent. The step must be below $2n/(\lambda_{\max} + \lambda_{\min})$, a little less than the $2n/\lambda_{\max}$
#   beyond which the formula diverges. (Theorem G.4 is the version for the parametrization of this page.) The limit has to be positive definite, and the *derivative* of the
#   activation has to be Lipschitz. Then, with high probability, the kernel never moves by more than a constant times $h^{-1/2}$. Both
#   theorems exclude the ReLU, whose slope jumps at 0.
# - *ReLU.* [Du, Zhai, Póczos and Singh 2019](https://arxiv.org/abs/1810.02054), Theorem 4.1 and Corollary 4.1, are for one hidden layer of
#   which only the first weights are trained, by small steps. Let $\lambda_{\min}$ be the smallest eigenvalue of that layer's kernel at infinite
#   width. The width must be of the order of $n^6/\lambda_{\min}^4$ or more. Then the training error falls geometrically, and each unit's
#   weights move by at most a constant times $h^{-1/2}$.
#
# The ReLU networks of this lesson are far narrower than that. What they do is measured here, not proved.
#
# </details>
#
# <details><summary>What do a hundred layers do?</summary>
#
# Apply the recursion $m$ times to points of length 1. On the diagonal $\theta = 0$, so $K$ stays 1, and each layer adds 1 to $\Theta$,
# which becomes $m + 1$. For two different points, expand the first formula for small $\theta$: $\cos\theta' = 1 - \theta^2/2 + \theta^3/(3\pi)$. So $\theta' = \theta - \theta^2/(3\pi)$. Each layer adds about $1/(3\pi)$ to $1/\theta$, so after $m$ layers $\theta \approx 3\pi/m$. All
# points become parallel: $K$ has forgotten which two they were.
#
# In the second formula, $K'$ is near 1 and $\theta/\pi$ near $3/m$. So the formula is close to $\Theta' = 1 + (1 - 3/m)\,\Theta$. Try
# $\Theta = cm$, which grows by $c$ per layer: then $c = 1 - 3c$, so $c = \frac14$ and $\Theta$ is about $m/4$. This becomes exact only slowly. For two points at a right angle we measured $\Theta = 27.5$ after 100
# layers, which is 10 % more than 25, and 253.5 after 1,000. A very deep
# kernel says only whether two points are equal.
#
# </details>
#
# ## Exercise 2 · Repair: `next_layer`
#
# The version below is right after one layer, and for a point with itself at any depth. But for the two points 60° apart, two
# layers give $\Theta = 1.302$, where 1.351 is right. A hundred layers give 2.0 instead of 28.0. Why did one
# layer not show the mistake?


# %%
@lesson.exercise("next_layer")
def next_layer(nngp, ntk):
    """Both kernels one layer on, entry by entry.  nngp (n, n), ntk (n, n) -> a tuple of two (n, n), nngp first."""
    # BEGIN SOLUTION
    q = nngp.diagonal()
    s = (q[:, None] * q).sqrt()
    theta = (nngp / s).clamp(-1, 1).arccos()
    nngp_next = s * (theta.sin() + (torch.pi - theta) * theta.cos()) / torch.pi
    return nngp_next, nngp_next + (torch.pi - theta) / torch.pi * ntk
    # BEGIN GIVEN
    # def lengths_and_angles(kernel):
    #     q = kernel.diagonal()
    #     s = (q[:, None] * q).sqrt()
    #     return s, (kernel / s).clamp(-1, 1).arccos()
    #
    # s, theta = lengths_and_angles(nngp)
    # nngp_next = s * (theta.sin() + (torch.pi - theta) * theta.cos()) / torch.pi
    # _, theta = lengths_and_angles(ntk)
    # return nngp_next, nngp_next + (torch.pi - theta) / torch.pi * ntk
    # END SOLUTION


# %% [markdown]
# ## Theory over experiment: the film
#
# Real networks learn the three waves. Over them lies what your two functions predict.
# - **Left:** the network (solid) and the formula (dashed) after the chosen number of steps.
# - **Right:** how much of each wave is left, against the steps. Symbols are the network, dashed lines the formula.
#
# **Step size** has the unit $n/\lambda_{\max}$, where $\lambda_{\max}$ is the largest eigenvalue. What does your formula
# leave of the wave $k = 2$ after ten steps of size 1? Write it down. Then look, with 2,048 **Hidden units**. Move **Steps taken**, try 8 hidden
# units, and step size 2.5.
#
# <details><summary>What does the formula leave, and what does the network?</summary>
#
# The formula leaves 60 % of the wave $k = 2$: $(1 - \lambda_2/\lambda_0)^{10}$, with unrounded eigenvalues. The network of 2,048 units has 61 %. After 300 steps, the formula
# leaves 15 % of the wave $k = 4$, and the network 24 %. (With the network's own kernel at the start, the formula leaves 15 % too.) In these 300 steps,
# this kernel moves by 1.7 %. Its length, the root of the sum of all squared entries, is about 18.5, so it moves by about 0.3. This is little beside the
# eigenvalue 16.6, but more than the 0.10 of the wave $k = 4$. So modes that are learned last are the hardest to predict.
#
# </details>

# %%
lesson.film.show()

# %% [markdown]
# ## Exercise 3 · Decide: which step?
#
# Return to the four inputs, with eigenvalues 18, 6 and 2. A mode shrinks if $|1 - \eta\lambda_i/4| < 1$, so all modes shrink if
# $\eta < 8/18$. The slowest mode has the largest $|1 - \eta\lambda_i/4|$. Choose the step that makes this largest size as small as possible.
# Give step and size as decimals. Why are steps just below $8/18$ worse?

# %%
# BEGIN SOLUTION
step = 2 * 4 / (18 + 2)  # the largest and the smallest eigenvalue get factors of one size
factor = abs(1 - step * 2 / 4)
# BEGIN GIVEN
# step, factor = TODO, TODO
# END SOLUTION
lesson.decide("step", step, factor)

# %% [markdown]
# ## Where it breaks
#
# - **A narrow network.** With 8 hidden units, the kernel starts far from its limit, and moves. The network's own kernel (**More controls**)
#   repairs only the start.
# - **A large step.** For $\eta > 2n/\lambda_{\max}$ the formula diverges. At step size 2.5, each step multiplies its constant part by $1 - 2.5 = -1.5$. (The target
#   has no constant part, but the random start has.) The network of 2,048 units does not diverge. Its outputs grow at first, to about 7 after eleven steps. Such large residuals move the weights far, and
#   the kernel by 36 %. The kernel moves toward a smaller $\lambda_{\max}$, until the step is allowed
#   ([Lewkowycz et al. 2020](https://arxiv.org/abs/2003.02218), [[large_steps]]).
#
# <details><summary>Does gradient flow predict as well?</summary>
#
# No: the formula of **gradient flow**, $e^{-\eta\lambda_i t/n}$ per mode, holds for tiny steps only. With step size 1.8, a step multiplies the constant
# part by $1 - 1.8 = -0.8$, where flow multiplies it by $e^{-1.8} = 0.17$. Choose it under **More controls**.
#
# </details>
#
# <details><summary>Why a large step makes the kernel smaller</summary>
#
# Take $f = abx$ again, at $x = 1$ with target 0. At $a = 1$, $b = 2$ the output is 2 and the kernel $a^2 + b^2 = 5$. The step $\eta = 0.5$ is
# too large for this kernel, because $0.5 > 2/5$. The tangent goes to $2 \cdot (1 - 2.5) = -3$. The weights go to
# $a = 1 - 0.5 \cdot 2 \cdot 2 = -1$ and $b = 2 - 0.5 \cdot 2 \cdot 1 = 1$. So the output is only $-1$, and the kernel is 2. Now the step is
# allowed, because $0.5 < 2/2$.
#
# In general, the step takes $a$ to $a - \eta f b$ and $b$ to $b - \eta f a$. So $\lambda = a^2 + b^2$ becomes
# $\lambda - 4\eta f ab + \eta^2 f^2\lambda = \lambda + \eta f^2(\eta\lambda - 4)$, because $ab = f$. The kernel falls as long as
# $\eta\lambda < 4$. The change is proportional to $f^2$, so large outputs change the kernel a lot.
#
# </details>
#
# **Discuss:** A kernel method fixes its kernel before training. With step size 2.5, is the network a kernel method? Which number below the film decides?
#
# <details><summary>An answer</summary>
#
# No. Its kernel moved by 36 %, which the last number below the film says. With step size 1 the same number stays below 5 %, and there the formula
# predicts the network.
#
# </details>
#
# ## Real digits
#
# Ridge regression with the kernel of your `next_layer` classifies handwritten digits: an infinitely wide network, without one
# step of training. Guess: is it worse than trained networks?
# - **Left:** error rates of the kernel against the penalty. Leave-one-out chooses it: each training digit is predicted from all others.
# - **Right:** the error rate on new digits, for the kernel and for trained networks.
#
# Move **Kernel's layers** from 0 up. Then make one label in five wrong.

# %%
lesson.digits.show()

# %% [markdown]
# Here the kernel is at least as good: with 400 digits, one layer has the error rate 3.0 %, and trained networks of 512 units have 4.5 to 5.0 %.
# [Arora et al. 2020](https://arxiv.org/abs/1910.01663) report the same for small data sets. With wrong labels the comparison is unfair, because only the kernel has a penalty.

# %% [markdown]
# ## Claims

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - **When can we predict every step?** When the network is so wide, and the step so small, that its kernel hardly moves. Then it trains like its
#   [tangent](GLOSSARY.md#tangent): linear regression with a fixed [tangent kernel](GLOSSARY.md#neural-tangent-kernel-ntk). With 2,048 units and step size 1,
#   the kernel moved by less than 5 %, and the formula erred by at most 7 %. With step size 2.5, the kernel moved by 36 %, and the formula diverged.
# - A step of size $\eta$ multiplies each mode by $1 - \eta\lambda_i/n$. Slow waves have large eigenvalues and are learned first:
#   [spectral bias](GLOSSARY.md#spectral-bias).
# - At infinite width the kernel follows from a recursion that starts at $x \cdot x'$.
#
# **What this does not show.** Networks in practice need not be kernels: the kernel of the network in [[learned_embeddings]] moved. On large
# image sets, networks are reported to stay ahead ([Arora et al. 2019](https://arxiv.org/abs/1904.11955)).

# %% [markdown]
# ## Problems
#
# <details><summary>1. Two layers by hand (easy)</summary>
#
# Two points of length 1 are at a right angle. Compute $K$ and $\Theta$ after one layer and after two.
#
# </details>
#
# <details><summary>2. How long for the fast wave? (checked below)</summary>
#
# The sixteen inputs are the rows of `x`. For an infinitely wide network and
# $\eta = n/\lambda_{\max}$, after how many steps is at most 1 % left of the wave $k = 1$? And of $k = 4$? Do not round the eigenvalues.
#
# </details>
#
# <details><summary>3. The kernel of a given network (checked below)</summary>
#
# Write the sum over units for $\Theta$ as code, without a loop. The explorers then
# run on it. Then `lesson.widths.show()` shows how fast theory becomes exact.
#
# </details>
#
# <details><summary>4. One wide network, or several? (hard)</summary>
#
# After training, a network that starts as the zero function differs from the infinitely wide one by two parts. A random part of about $C/\sqrt h$ is new for each start.
# A bias of about $B/h$ is the same for each start. The average of $N$ networks divides only the random part, by $\sqrt N$. Which $N$ is best for $Nh = 1024$
# hidden units? Then compare with `lesson.finite_width.show()`, which trains 64 networks per width.
#
# </details>
#
# <details><summary>5. The kernels of other networks (with code)</summary>
#
# The module `ddlearn.lessons.neural_tangent_kernel.architectures` has three functions. `architectures()` returns an MLP, a small
# convolutional network and a small transformer, of about 2,500 weights each. `digits()` returns 100 images and their labels.
# `trained(network, images, labels)` returns a trained copy of a network.
#
# Compute the kernel of each network before and after training, `ddlearn.tangent.empirical(network, images)`, and its eigenvalues. How
# many of them, the largest first, add up to 90 % of their sum? Does training make this number larger or smaller? Which of
# these networks trains like its tangent?
#
# </details>

# %%
angles = 2 * math.pi * torch.arange(16, dtype=torch.float64) / 16
x = torch.stack([angles.cos(), angles.sin(), torch.ones(16)], 1) / 2**0.5  # length 1; the constant acts as a bias

# BEGIN SOLUTION
nngp, ntk = next_layer(x @ x.T, x @ x.T)
of_waves = torch.stack([ntk[0] @ (k * angles).cos() for k in (1, 4)])
slow, fast = (math.log(0.01) / (1 - of_waves / torch.linalg.eigvalsh(ntk)[-1]).log()).ceil()
# BEGIN GIVEN
# slow, fast = TODO, TODO
# END SOLUTION
lesson.decide("patience", slow, fast)


# %%
@lesson.problem("empirical_ntk")
def empirical_ntk(x, x2, W, a):
    """Sum of products of gradients in W and a.  x (n, d), x2 (k, d), W (h, d), a (h,) -> (n, k)."""
    # BEGIN SOLUTION
    z, z2 = x @ W.T, x2 @ W.T
    readout = torch.relu(z) @ torch.relu(z2).T
    first = ((z > 0) * a) @ ((z2 > 0) * a).T * (x @ x2.T)
    return 2 / len(a) * (readout + first)
    # END SOLUTION


# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Problem 1</summary>
#
# The start is $K = \Theta = 0$. With $\theta = \pi/2$, one layer gives $K' = 1/\pi = 0.318$ and $\Theta' = 0.318 + \frac12 \cdot 0 = 0.318$. In the
# second layer $\theta = \arccos 0.318 = 1.247$, so $K'' = 0.494$ and $\Theta'' = 0.494 + 0.603 \cdot 0.318 = 0.686$. The points are no longer
# at a right angle: depth makes all points more similar.
#
# </details>
#
# <details><summary>Problem 2</summary>
#
# With $\eta = n/\lambda_{\max}$ the factor of a wave is $1 - \lambda_k/\lambda_{\max}$, which is 0.612 for $k = 1$ and 0.9938 for $k = 4$. The
# numbers of steps are the logarithm of 0.01, divided by the logarithm of the factor, and rounded up: 10 and 741.
#
# </details>
#
# <details><summary>Problem 3</summary>
#
# The derivative in $a_j$ is $\sqrt{2/h}\,\mathrm{relu}(W_j \cdot x)$. The gradient in $W_j$ is $\sqrt{2/h}\,a_j\,x$ where the unit is active,
# and zero elsewhere. The kernel is the sum of the products, see the cell above.
#
# The explorer `widths` shows four distances between a network and theory. The kernel at the start errs like $h^{-1/2}$, as every average over
# units does, and its dashed line is computed, constant and all. What training adds is smaller. Smooth units approach the slope −1 that a perturbation would give. The kinks of the ReLU keep its drift between the two at these
# widths. For smooth activations −½ is proved as an upper bound (Lee et al. 2019). Why does the ReLU drift more? About $h^{-1/2}$ of the units
# change their side, with signs that have nothing to do with one another. A random sum of so many terms of size $1/h$ gives about $h^{-3/4}$. This is our
# heuristic and not a theorem. Report the slope that you measure, with its seeds.
#
# </details>
#
# <details><summary>Problem 4</summary>
#
# The squared distance of the average is about $B^2/h^2 + C^2/(hN)$. With $hN$ fixed, the second term is the same for every $N$, and the first is
# smallest for the largest $h$. So one wide network is best. The explorer has the distance 0.019 for one network of 1,024 units. For the
# mean of 4 networks of 256 units it has 0.020, and for the mean of 16 of 64 units 0.030: the bias matters for narrow networks.
# [Geiger and others (2020)](https://arxiv.org/abs/1901.01608) measured such fluctuations in deep networks. If the networks start as random
# functions, one network's distance does not fall with its width at all: untick the box.
#
# </details>
#
# <details><summary>Problem 5</summary>
#
# The cell below prints the numbers.
#
# | network | eigenvalues with 90 % of the sum, before and after | share of the largest | sum after / before |
# |---|---|---|---|
# | MLP | 42, 23 | 21 %, 24 % | 15 |
# | convolutional | 35, 8 | 42 %, 57 % | 390 |
# | transformer | 4, 24 | 56 %, 27 % | 97 |
#
# Before training, four modes hold nearly the whole kernel of the transformer: its features hardly tell the images apart, because it
# averages over its tokens. The MLP needs 42 modes. Training concentrates the kernels of the MLP and of the convolutional
# network on fewer modes, and spreads that of the transformer over more. The sum of the eigenvalues grows in all three, at least
# tenfold. So none of these narrow networks trains like its tangent at the start.
#
# </details>

# %% tags=["solution"]
from ddlearn import tangent
from ddlearn.lessons.neural_tangent_kernel import architectures

images, labels = architectures.digits()
for name, network in architectures.architectures().items():
    for when, one in (("before", network), ("after", architectures.trained(network, images, labels))):
        eigenvalues = torch.linalg.eigvalsh(tangent.empirical(one, images)).flip(0)
        shares = eigenvalues.cumsum(0) / eigenvalues.sum()
        many = int((shares < 0.9).sum()) + 1
        print(f"{name}, {when}: {many} eigenvalues have 90 % of {eigenvalues.sum():.0f}, the largest {shares[0]:.0%}")

# %% [markdown]
# ## Further reading
#
# <details><summary>Three papers</summary>
#
# - Jacot, Gabriel, Hongler: [Neural tangent kernel](https://arxiv.org/abs/1806.07572) (2018). The limit.
# - Lee et al.: [Wide neural networks evolve as linear models](https://arxiv.org/abs/1902.06720) (2019). Experiments.
# - Rahaman et al.: [On the spectral bias of neural networks](https://arxiv.org/abs/1806.08734) (2019). Slow waves.
#
# </details>
#
# <details><summary>The kernel of your own network, and what small moves lose</summary>
#
# The function `ddlearn.tangent.empirical` takes any `torch.nn.Module`, on any device. Try a convolutional network on a few hundred images.
# Compare its kernel before and after training, with `tangent.drift` and `tangent.alignment`. What is lost when weights
# hardly move: Chizat, Oyallon, Bach, [On lazy training](https://arxiv.org/abs/1812.07956) (2019). How such kernels are computed fast:
# Novak et al., [Neural Tangents](https://arxiv.org/abs/1912.02803) (2020), and [Fast finite width NTK](https://arxiv.org/abs/2206.08720) (2022).
#
# </details>
#
# <details><summary>Credit for the digits</summary>
#
# The digits are those of E. Alpaydin and C. Kaynak,
# [Optical Recognition of Handwritten Digits](https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits),
# UCI Machine Learning Repository, 1998 ([CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)).
#
# </details>
#
# **Next:** [[leaving_the_lazy_regime]].
