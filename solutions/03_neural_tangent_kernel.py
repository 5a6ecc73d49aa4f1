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
# ![Left: the output of a narrow network bends away from its dashed tangent and misses the target. Right: a wide network follows its tangent to the target, after a tiny move of the weights.](pictures/neural_tangent_kernel.svg)
#
# *One output of two real networks, as their weights move from the start. The dashed tangent is a straight line with the same slope at the
# start. Only the wide network follows its tangent to the target.*
#
# **Question.** The output of a network is a curved function of its weights, and training moves thousands of them at once. When
# can we still predict every step of training in advance?
#
# **You will be able to**
# - compute where gradient descent leads in a fixed kernel, without a loop (Exercise 1);
# - compute the kernel of an infinitely wide layer (Exercise 2);
# - choose a step size from the eigenvalues of a kernel, and defend it with a number (Exercise 3).
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
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 3 predict and walk · 5 explain the step · 6 by hand, at
# the board · 5 Exercise 1 · 3 infinite width · 4 Exercise 2 · 4 film, together · 2 quiz. Exercise 3, the digits and the problems
# are homework.
#
# **Board.** Four points on a circle, the first row of the kernel matrix, the two waves below it. Then two overlapping half circles.
#
# **The one question to ask:** "A wide network hardly moves a weight. How can its output change?" (Many small helpful moves.)
#
# **Discussion.** No: its kernel moved until the largest eigenvalue allowed the step. The kernel of the start no longer describes it.
#
# **Usual wrong answers.** *"Wide networks do not learn, because their weights stay"*: the relative move of the weights goes to zero,
# that of the output does not. *"The tangent is linear, so its curve is a line"*: it is linear in the weights, not in $x$. *"The
# largest wave is learned first"*: its size does not enter the factor.
#
# **Exit ticket.** "Which two numbers decide how fast a mode is learned?"
#
# **If a machine is slow:** the film trains twenty networks once, in a few seconds.

# %% [markdown]
# ## Recap
#
# One question from [[fixed_embeddings]] and one from [[learned_embeddings]].

# %%
lesson.recap()

# %% [markdown]
# ## Predict
#
# The output of our network is a sum of $h$ terms, one per hidden unit, divided by $\sqrt h$. Suppose that each weight moves by
# a small $\delta$ in the direction that helps. Then each term changes by about $\delta$, and the output by about
# $h\,\delta/\sqrt h = \sqrt h\,\delta$.

# %%
lesson.predict("move")

# %% [markdown]
# ## See
#
# The **tangent** of a network is the model that is linear in the weights, and has the network's outputs and derivatives at its
# random start. We look for the nearest weights at which the tangent fits sixteen targets. Then we move the real network to them.
# An input is an angle on a circle.
# - **Left:** the outputs of the network (solid) and of its tangent (dashed), for all angles.
# - **Right:** the difference between the two, for five widths, on the way to these weights.
#
# Move **Hidden units** from one end to the other. Then choose a random **Direction**.

# %%
lesson.walk.show()

# %% [markdown]
# ## Explain: training a tangent
#
# Let the vector $w$ hold all weights, and $w_0$ their random start. The tangent is
#
# $$f(x) \approx f_0(x) + J(x)\,(w - w_0).$$
#
# *In words:* the output at the start, plus the gradient at the start (the row $J(x)$) times the move of the weights. The entries of
# $J(x)$ are features. The random start fixes them, so the tangent is a fixed embedding, as in [[fixed_embeddings]]. Its kernel is the
# **neural tangent kernel**,
#
# $$\Theta(x, x') = J(x)\,J(x')^\top.$$
#
# *In words:* multiply the derivatives at two inputs, weight by weight, and add. Take $f(x) = abx$ with the weights $a = 1$ and
# $b = 2$. Its gradient $(bx, ax)$ is $(2, 1)$ at $x = 1$ and $(6, 3)$ at $x = 3$. So $\Theta(1, 3) = 2 \cdot 6 + 1 \cdot 3 = 15$.
#
# Now take one step of gradient descent. The loss is $L = \frac1{2n}\sum_i (f(x_i) - y_i)^2$ for $n$ training points. Write
# $r = f - y$ for the vector of residuals, and let $J$ have one row $J(x_i)$ per training point. The gradient of $L$ is
# $\frac1n J^\top r$. A step of size $\eta$ moves the weights by $-\frac\eta n J^\top r$, and the tangent's outputs by $J$ times that:
#
# $$r_{t+1} = \Big(I - \frac{\eta}{n}\,\Theta\Big)\, r_t, \qquad \Theta = JJ^\top.$$
#
# *In words:* an error at one point also corrects the outputs at similar points. If $r$ is an eigenvector of $\Theta$ with the
# eigenvalue $\lambda_i$, a step multiplies it by $1 - \eta\lambda_i/n$. So each eigenvector, called a **mode**, is learned at its own rate.
#
# <details><summary>If you use PyTorch's loss</summary>
#
# `MSELoss` has no factor ½, so a step of size $\eta$ on it acts like a step of size $2\eta$ here.
#
# </details>

# %% [markdown]
# ## By hand
#
# Four inputs lie on a circle, 90° apart. Let $\Theta$ be 8 for an input with itself, 4 with a neighbor, and 2 with the opposite
# input:
#
# $$\Theta = \begin{pmatrix} 8 & 4 & 2 & 4\\ 4 & 8 & 4 & 2\\ 2 & 4 & 8 & 4\\ 4 & 2 & 4 & 8 \end{pmatrix}.$$
#
# *In words:* neighbors are more similar than opposite inputs. The modes are waves around the circle. With $\eta = 0.2$ and $n = 4$, a step
# multiplies a mode by $1 - 0.05\lambda_i$:
#
# | mode | pattern | first row of $\Theta$ times pattern | eigenvalue $\lambda_i$ | factor per step |
# |---|---|---|---|---|
# | constant | $(1, 1, 1, 1)$ | $8 + 4 + 2 + 4$ | 18 | 0.1 |
# | slow wave | $(1, 0, -1, 0)$ | $8 + 0 - 2 + 0$ | 6 | 0.7 |
# | fast wave | $(1, -1, 1, -1)$ | $8 - 4 + 2 - 4$ | 2 | 0.9 |
#
# For the slow wave, the third column gives 6, which is 6 times its first entry. Let the residual be the sum of both waves, $r = (2, -1, 0, -1)$. Then $\Theta r = (8, -2, -4, -2)$. One step leaves
# $r - 0.05\,\Theta r = (1.6, -0.9, 0.2, -0.9)$, which is 0.7 times the slow wave plus 0.9 times the fast one. After ten steps, 3 % of
# the slow wave and 35 % of the fast wave are left.
#
# ## Explain: why slow waves have large eigenvalues
#
# The third column of the table adds up the entries of $\Theta$, each multiplied by the wave at that input. The large entries belong
# to inputs that are close together. A slow wave changes little between them, so the large terms add up. A fast
# wave changes its sign between them, so the terms cancel. For $n$ evenly spaced inputs, let $\Theta(\delta)$ be the kernel of two inputs that are the angle
# $\delta$ apart. The wave that goes $k$ times around the circle has the eigenvalue
#
# $$\lambda_k = \sum_{j=0}^{n-1} \Theta(\delta_j)\cos(k\,\delta_j), \qquad \delta_j = \frac{2\pi j}{n}.$$
#
# *In words:* multiply the kernel by the wave, and add. For our sixteen inputs and an infinitely wide network, $\lambda_k$ is 16.6,
# 6.4, 0.81 and 0.10 for $k = 0$, 1, 2 and 4. So slow waves are learned first, which is called **spectral bias**.
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
# Take `steps` steps at once, without a loop. Return the outputs at the training points, not the residuals. By hand, with
# targets 0, outputs $(2, -1, 0, -1)$ at the start, $\eta = 0.2$ and one step, the result is $(1.6, -0.9, 0.2, -0.9)$.


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
# Our network has $h$ hidden units, each with a row $W_j$ of $W$ and an entry $a_j$ of $a$:
# $f(x) = \sqrt{2/h}\,\sum_j a_j\,\mathrm{relu}(W_j \cdot x)$. A unit is **active** at $x$ if $W_j \cdot x > 0$. All weights start as
# independent Gaussian numbers, and all are trained. This scaling by the root of the width is called the **NTK parametrization**. It makes $\Theta$
# predictable in two ways.
# - **Known before training.** $\Theta$ is an average over the units. It tends to a limit, the same for every random start.
#   The error of the average shrinks like $1/\sqrt h$.
# - **Constant during training.** Each weight moves by about $1/\sqrt h$ of its size, as you predicted. So few units become active or
#   inactive, and $\Theta$ hardly moves.
#
# The limit is computed layer by layer, with two kernels. $K$ holds the inner products of a layer's outputs at two inputs (in code `nngp`,
# for "neural network Gaussian process"). $\Theta$ is the tangent kernel so far (`ntk`). **The recursion starts before the first hidden
# layer.** There the layer's output is $x$ itself, and $f(x) = W \cdot x$ has the gradient $x$. So $K$ and $\Theta$ both start as $x \cdot x'$.
# One hidden layer changes them to
#
# $$K' = \frac{s}{\pi}\big(\sin\theta + (\pi - \theta)\cos\theta\big), \qquad \Theta' = K' + \frac{\pi - \theta}{\pi}\,\Theta.$$
#
# *In words:* $s_{ij} = \sqrt{K_{ii}K_{jj}}$ is the product of the two lengths, and $\theta$ is the angle between the two points, with
# $\cos\theta = K/s$. The new layer's weights contribute $K'$. The earlier weights contribute $\Theta$, times a probability: a unit
# that is active at one point is also active at the other.
#
# For a point of length 1 with itself, $K' = 1$ and $\Theta' = 1 + 1 = 2$. For two such points 60° apart, $\theta = \pi/3$ and
# $K = \Theta = \frac12$. Then $K' = 0.609$ and $\Theta' = 0.609 + \frac23 \cdot \frac12 = 0.942$.
#
# <details><summary>Where does the probability come from?</summary>
#
# A unit is active at $x$ if $W_j \cdot x > 0$. A Gaussian $W_j$ has no preferred direction, so each direction in the plane of $x$ and $x'$ is
# equally likely. The directions that are active at $x$ form a half circle, and so do those for $x'$. The half circles overlap in the angle
# $\pi - \theta$. So a random unit is active at both with probability $(\pi - \theta)/2\pi$. It is active at $x$ with probability ½, and
# the ratio of the two is $(\pi - \theta)/\pi$. The first formula is the average of
# $2\,\mathrm{relu}(W_j \cdot x)\,\mathrm{relu}(W_j \cdot x')$ over Gaussian $W_j$, the arc-cosine kernel of
# [Cho and Saul 2009](https://papers.nips.cc/paper/3628-kernel-methods-for-deep-learning).
#
# </details>
#
# <details><summary>What is proved, and for which networks?</summary>
#
# - *The start.* [Jacot, Gabriel and Hongler 2018](https://arxiv.org/abs/1806.07572), Theorem 1: $\Theta$ tends to its limit in
#   probability as the widths go to infinity, one layer after the other. The activation has to be Lipschitz, as the ReLU is. The theorem
#   has no rate. That an average over $h$ independent units errs by about $h^{-1/2}$ is the central limit theorem.
# - *Training.* Their Theorem 2: $\Theta$ stays at its limit during gradient flow up to any fixed time, for activations with a bounded
#   second derivative. [Lee et al. 2019](https://arxiv.org/abs/1902.06720), Theorem 2.1 (in this parametrization G.4), is for gradient
#   descent with a step below $2n/(\lambda_{\min} + \lambda_{\max})$. The limit has to be positive definite, and the *derivative* of the activation
#   has to be Lipschitz. Then, with high probability, the kernel never moves by more than a constant times $h^{-1/2}$. Both theorems exclude
#   the ReLU, which has a kink.
# - *ReLU.* [Du, Zhai, Póczos and Singh 2019](https://arxiv.org/abs/1810.02054), Theorem 4.1 and Corollary 4.1, are for one hidden layer of
#   which only the first weights are trained, by small steps. The width must be of the order of $n^6/\lambda_0^4$ or more. Here $\lambda_0$ is the
#   smallest eigenvalue of that layer's kernel at infinite width. Then the training error falls geometrically, and each unit's weights move by
#   at most a constant times $h^{-1/2}$.
#
# The ReLU networks of this lesson are far narrower than that. What they do is measured here, not proved.
#
# </details>
#
# ## Exercise 2 · Repair: `next_layer`
#
# The version below should return $K'$ and $\Theta'$. It runs, and it is right for a point with itself and for points at a right angle. For
# the two points 60° apart it returns $\Theta' = 1.109$. Find the mistake, and repair it. In the film below, the wrong version would predict
# that the wave $k = 4$ needs about twenty times as many steps as it does.


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
    # q = nngp.diagonal()
    # s = (q[:, None] * q).sqrt()
    # theta = (nngp / s).clamp(-1, 1).arccos()
    # nngp_next = s * (theta.sin() + (torch.pi - theta) * theta.cos()) / torch.pi
    # return nngp_next, nngp_next + ntk
    # END SOLUTION


# %% [markdown]
# ## Theory over experiment: the film
#
# Real networks now learn a target of three waves around the circle: size 0.4 for $k = 1$, 0.5 for $k = 2$, and 0.6 for $k = 4$.

# %%
lesson.predict("first")

# %% [markdown]
# The explorer shows real training, and over it what your two functions predict.
# - **Left:** the network (solid) and the formula (dashed) after the chosen number of steps.
# - **Right:** how much of each wave is left, against the steps. Symbols are the network, dashed lines the formula.
#
# **Step size** counts in units of $n/\lambda_{\max}$, where $\lambda_{\max}$ is the largest eigenvalue. Move **Steps taken**. Then try 8
# hidden units, then step size 2.5.

# %%
lesson.film.show()

# %% [markdown]
# ## Exercise 3 · Decide: which step?
#
# Return to the four inputs, with eigenvalues 18, 6 and 2. A mode shrinks if $|1 - \eta\lambda_i/4| < 1$, so all modes shrink if
# $\eta < 8/18$. Choose the step for which the slowest mode shrinks as fast as possible. Give the step and the size of that mode's
# factor, as decimals. Then explain in one sentence why steps just below $8/18$ are worse.

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
# - **Tiny steps.** Many texts use the formula of **gradient flow**, $e^{-\eta\lambda_i t/n}$ per mode. It holds for tiny steps only. Choose it
#   under **More controls**, with step size 1.8.
# - **A narrow network.** With 8 hidden units the kernel starts far from its limit, and it moves. The network's own kernel (**More controls**)
#   repairs only the start.
# - **A large step.** The formula converges for $0 < \eta < 2n/\lambda_{\max}$. At step size 2.5 it diverges. The network of 2,048 units does
#   not: its kernel moves by 36 %, to where $\lambda_{\max}$ is small enough for the step
#   ([Lewkowycz et al. 2020](https://arxiv.org/abs/2003.02218)). [[real_steps_real_widths]] continues from here.
#
# **Discuss:** After training with step size 2.5, is the network still a kernel method?

# %% [markdown]
# ## Real digits
#
# Your `next_layer` now classifies real digits. Leave-one-out chooses the penalty, as in [[fixed_embeddings]].
# - **Left:** error rates of the kernel against the penalty.
# - **Right:** the error rate on new digits, for the kernel and for trained networks.
#
# Move **Kernel's layers** from 0 up. Then let one label in five be wrong.

# %%
lesson.digits.show()

# %% [markdown]
# On such small data the kernel is as good as the networks, as [Arora et al. 2020](https://arxiv.org/abs/1910.01663) found
# elsewhere. With wrong labels the comparison is not fair: only the kernel has a penalty.

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
# - A wide network in this parametrization trains like its [tangent](GLOSSARY.md#tangent): linear regression with a fixed
#   [tangent kernel](GLOSSARY.md#neural-tangent-kernel-ntk).
# - A step of size $\eta$ multiplies each mode by $1 - \eta\lambda_i/n$. Slow waves have large eigenvalues:
#   [spectral bias](GLOSSARY.md#spectral-bias).
# - At infinite width the kernel follows from a recursion that starts at $x \cdot x'$.
#
# **What this does not show.** That networks in practice are kernels. The parametrization, full-batch descent, squared loss and
# large width were chosen so that the kernel stays. In [[learned_embeddings]] a network had a smaller error than any fixed kernel has on
# average over such parities, because its own kernel moved. On large image sets, trained networks are reported to stay ahead of their kernels
# ([Arora et al. 2019](https://arxiv.org/abs/1904.11955)).

# %% [markdown]
# ## Problems
#
# **1. Two layers by hand (easy).** Two points of length 1 are at a right angle. Compute $K$ and $\Theta$ after one layer and after two.
#
# **2. How long for the fast wave? (checked below)** The sixteen inputs are the rows of `x`. Take an infinitely wide network and the step
# size $\eta = n/\lambda_{\max}$. After how many steps is at most 1 % left of the wave $k = 1$? And of $k = 4$?
#
# **3. The kernel of a given network (checked below).** Write $\Theta$ for $f(x) = \sqrt{2/h}\,\sum_j a_j\,\mathrm{relu}(W_j \cdot x)$. The
# explorers then run on it. If you have time, run `lesson.widths.show()` in a new cell: how fast does theory become exact?
#
# **4. A hundred layers (hard).** Apply `next_layer` many times to the `x @ x.T` of a few points of length 1. Explain what you see:
# after $t$ layers, $\Theta$ is $t + 1$ on the diagonal, and about $t/4$ everywhere else.

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
# On the diagonal $\theta = 0$, so $K$ stays 1, and each layer adds 1 to $\Theta$. For two different points, expand the first formula for
# small $\theta$: $\cos\theta' = 1 - \theta^2/2 + \theta^3/(3\pi)$. So $\theta' = \theta - \theta^2/(3\pi)$, and after $t$ layers $\theta \approx 3\pi/t$. All
# points become parallel: $K$ has forgotten which two they were. For $\Theta$ the recursion is close to $\Theta' = 1 + (1 - 3/t)\,\Theta$. Try $\Theta = ct$:
# then $c = 1 - 3c$, so $c = \frac14$. For two points at a right angle we measured $\Theta = 27.5$ after 100 layers and 253.5 after 1,000. A very deep
# kernel says only whether two points are equal.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Jacot, Gabriel, Hongler: [Neural tangent kernel](https://arxiv.org/abs/1806.07572) (2018). The kernel and its limit.
# - Lee et al.: [Wide neural networks evolve as linear models](https://arxiv.org/abs/1902.06720) (2019). Real networks beside the formula.
# - Rahaman et al.: [On the spectral bias of neural networks](https://arxiv.org/abs/1806.08734) (2019). Slow waves first.
# - Chizat, Oyallon, Bach: [On lazy training](https://arxiv.org/abs/1812.07956) (2019). What is lost when weights hardly move.
# - Novak et al.: [Neural Tangents](https://arxiv.org/abs/1912.02803) (2020),
#   [Fast finite width NTK](https://arxiv.org/abs/2206.08720) (2022). How to compute these kernels.
#
# <details><summary>The kernel of your own network</summary>
#
# The function `ddlearn.tangent.empirical` takes any `torch.nn.Module`, on any device. Try a convolutional network on a few hundred images.
# Compare its kernel before and after training, with `tangent.drift` and `tangent.alignment`.
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
