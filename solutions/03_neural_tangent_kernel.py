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
# A network's output bends with each of its weights, and training moves thousands of them at once. Who could predict that? Yet
# there is a limit in which anybody can, step by step and with a formula: make the network wide.
#
# **You will** build the kernel that does it, finite and infinite, and the formula of training. **You need** lesson 01 (ridge
# regression), eigenvectors, and one gradient. **Time** 50 minutes. **Difficulty** 3 of 5.

# %%
import torch

from ddlearn.lessons.neural_tangent_kernel import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 40 minutes.** 3 recap · 4 predict, and the walk with hands up for the width · 6 explain at the board: one gradient,
# one product · 6 `empirical_ntk` · 5 `next_layer`, after the picture of two overlapping half planes · 6 `descent` · 6 the film,
# together · 4 quiz. The widths and the digits read well at home.
#
# **The one question to ask:** "A net of ten thousand units hardly moves its weights. How can its output change at all?" (Many
# small moves, all in step.)
#
# **Usual wrong answers.** *"Wide nets do not learn, their weights stay"*: the weights' relative move goes to zero, the
# output's does not. *"The tangent is linear, so the curve is a line"*: it is linear in the weights, and in x as bent as ever.
# *"The biggest wave is learned first"*: let them find the eigenvalue in the picture.
#
# **If a machine is slow:** the film trains twenty nets once, a few seconds with a bar; then everything answers at once. Show it
# before you explain, so that it is there when you need it.

# %% [markdown]
# ## Recap
#
# Two questions from before. Guessing is fine.

# %%
lesson.recap()

# %% [markdown]
# ## Predict

# %%
lesson.predict("move")

# %% [markdown]
# ## See
#
# One input, an angle around a circle; sixteen points; a net of one hidden layer at its random start. We replace it by its
# **tangent** there, which is linear in the weights, find the nearest weights at which the tangent fits every point, and walk
# the *real* net to them. Does it follow? Try the narrowest and the widest, then walk slowly, then in a random direction.

# %%
lesson.walk.show()

# %% [markdown]
# ## Explain
#
# Near the start, a net is its **tangent**: $f(x; \theta) \approx f_0(x) + J(x)(\theta - \theta_0)$, with $J(x)$ the gradient in
# all weights. That is linear regression on $J(x)$: an embedding, fixed by the random start. Its kernel is the **neural tangent
# kernel**:
#
# $$\Theta(x, x') = \sum_{\text{weights } w} \frac{\partial f(x)}{\partial w}\, \frac{\partial f(x')}{\partial w}.$$
#
# Two things happen as the width $m$ grows. $\Theta$ is an average over units, so at the start it tends to a fixed kernel
# $\Theta_\infty$, the same for every random start. And to change the output by one, each weight need only move by about
# $1/\sqrt m$ of its size, so $\Theta$ stays what it was while the net trains.
#
# Then training is linear. The loss of this course is *half* the mean squared error,
# $L = \frac1{2N} \sum_i (f(x_i) - y_i)^2$ over $N$ points. Each step of size $\eta$ on it takes the residual $r = f - y$ to
#
# $$r_{t+1} = \Big(I - \frac{\eta}{N}\,\Theta\Big)\, r_t,$$
#
# and every eigenvector of $\Theta$ goes its own way, at a rate set by its eigenvalue. (PyTorch's `MSELoss` has no half, so there a step
# of size η counts as 2η here.)
#
# <details><summary>Where does this step come from?</summary>
#
# The gradient of $L$ is $\frac1N J^\top r$, with one row of $J$ for each point. Descent moves $\theta$ by $-\frac{\eta}{N} J^\top r$. On a tangent the outputs move by $J$ times that,
# $-\frac{\eta}{N} J J^\top r$, and $J J^\top = \Theta$.
#
# </details>
#
# This scaling of the weights, each divided by a root of the width, is a choice: the **NTK parametrization**.
#
# <details><summary>What is proved, and for which nets?</summary>
#
# - *The start.* [Jacot, Gabriel and Hongler 2018](https://arxiv.org/abs/1806.07572), Theorem 1: Θ tends to Θ∞ in probability as the widths
#   go to infinity, one layer after the other, for any Lipschitz activation. ReLU is one. The theorem has no rate. That an average
#   over $m$ independent units errs by about $m^{-1/2}$ is the central limit theorem.
# - *Training.* Their Theorem 2: Θ stays Θ∞ during gradient flow up to any fixed time, for activations with a bounded second
#   derivative. [Lee et al. 2019](https://arxiv.org/abs/1902.06720), Theorem 2.1 (in this parametrization G.4), is for gradient descent
#   with a step below $2N/(\lambda_{\min} + \lambda_{\max})$. It asks that Θ∞ is positive definite and that the *derivative* of the
#   activation is Lipschitz. Then, with high probability, the kernel never moves by more than a constant times $m^{-1/2}$. Both theorems
#   exclude ReLU, which has a kink.
# - *ReLU.* [Du, Zhai, Póczos and Singh 2019](https://arxiv.org/abs/1810.02054), Theorem 4.1 and Corollary 4.1, are for one hidden
#   layer of which only the first weights are trained, by small steps. The width must be of the order of $N^6/\lambda_0^4$ or more, where $\lambda_0$ is
#   the smallest eigenvalue of that layer's kernel at infinite width. Then the training error falls geometrically, and each unit's
#   weights move by at most a constant times $m^{-1/2}$.
#
# The ReLU nets of this lesson are far narrower than that. What they do is measured here, not proved.
#
# </details>

# %% [markdown]
# ## Build: the kernel of the net that you have
#
# The net is $f(x) = \sqrt{2/m}\, \sum_j a_j\, \mathrm{relu}(w_j \cdot x)$, and all $w_j$ and $a_j$ are trained. Write its tangent
# kernel between the rows of `x` and those of `x2`. When it passes, the walk above runs on it.


# %%
@lesson.exercise("empirical_ntk")
def empirical_ntk(x, x2, W, a):
    """Sum of products of gradients in W and a.  x (n, d), x2 (k, d), W (m, d), a (m,) -> (n, k)."""
    # BEGIN SOLUTION
    z, z2 = x @ W.T, x2 @ W.T
    readout = torch.relu(z) @ torch.relu(z2).T
    first = ((z > 0) * a) @ ((z2 > 0) * a).T * (x @ x2.T)
    return 2 / len(a) * (readout + first)
    # END SOLUTION


# %% [markdown]
# ## Build: a layer of infinite width
#
# With infinitely many units the averages have a closed form. Two points at the angle θ (as a layer sees them) are both on the
# open side of a random unit with probability $(\pi - \theta)/2\pi$. A layer takes two kernels in, $K$ (the **nngp**, the neural network
# Gaussian process: inner products of its inputs) and $\Theta$ (the **ntk** so far), and gives two out. With $s_{ij} = \sqrt{K_{ii} K_{jj}}$ and
# $\cos\theta = K / s$,
#
# $$K' = \frac{s}{\pi}\big(\sin\theta + (\pi - \theta)\cos\theta\big), \qquad \Theta' = K' + \frac{\pi - \theta}{\pi}\,\Theta.$$
#
# The new layer's own weights bring $K'$, which is lesson 01's arc-cosine kernel; the earlier ones are heard through the gates
# that are open at both points.


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
    # END SOLUTION


# %% [markdown] tags=["instructor"]
# **Instructor.** Draw two points on a circle and the half circle of units open at each: the overlap is π − θ. That is the whole
# second formula. Ask what the ntk of a net is whose first layer is frozen (K′ alone: lesson 01). The commonest slip is the lost
# factor 2 of the weights' variance; it spoils nothing visible at first, and the claims catch it.

# %% [markdown]
# ## Build: all steps at once
#
# The step above, taken `steps` times, without a loop: turn the residual into eigenmodes of `K`, shrink each by its own factor, and
# turn back.


# %%
@lesson.exercise("descent")
def descent(K, y, f0, lr, steps):
    """Outputs at the N points after so many steps in the fixed kernel K.  K (N, N), y (N,), f0 (N,) -> (N,)."""
    # BEGIN SOLUTION
    lam, U = torch.linalg.eigh(K)
    left = (1 - lr * lam / len(y)) ** steps
    return y + U @ (left * (U.T @ (f0 - y)))
    # END SOLUTION


# %% [markdown]
# ## Theory over experiment: the film
#
# Real nets, trained by gradient descent, and your formula over them: nothing is fitted. The target is a sum of three waves
# around the circle, the quicker the larger. On evenly spaced points the modes of the infinite kernel *are* waves. Two predictions
# first.

# %%
lesson.predict("first")

# %%
lesson.predict("beyond")

# %% [markdown]
# The **step size** counts in units of $N/\lambda_{\max}$. Drag **Steps taken**; then try 8 hidden units; then step size 1.8 with the
# formula *of flow*, $e^{-\eta\lambda t/N}$, which holds for vanishing steps only; then the step size beyond 2.

# %%
lesson.film.show()

# %% [markdown]
# Three assumptions, and you have watched each of them break. *Vanishing steps*: algebra repairs that, your `descent` is exact for any
# step. It converges if $|1 - \eta\lambda/N| < 1$ for every eigenvalue, that is for $0 < \eta < 2N/\lambda_{\max}$: linear algebra, no theorem
# about nets. *A kernel that is the infinite one*: choose the net's own. *A kernel that stays*: a narrow net moves it, and beyond the step
# $2N/\lambda_{\max}$ a wide one must, or diverge. There the formula ends, and the net finds a place where its kernel is small enough for the step
# ([Lewkowycz et al. 2020](https://arxiv.org/abs/2003.02218)). Lesson 05 goes on from here.

# %% [markdown]
# ## How wide is wide?
#
# Four distances between a net and its theory, over seeds. For the first of them the dashed line was computed, constant and all.

# %%
lesson.widths.show()

# %% [markdown]
# Averages over units err like $m^{-1/2}$, and so does the start. What training adds is smaller. Smooth units approach the slope
# −1 that a perturbation would give; ReLU's kinks hold its drift between the two at these widths. The bound that is proved for smooth
# activations is −½ (Lee et al. 2019). Report the slope that you measure, with its seeds, and not the one that you expect.

# %% [markdown] tags=["instructor"]
# **Instructor.** Good discussion: why does ReLU drift more? (Some units change sides. A share of about $m^{-1/2}$ of the gates flips, with
# signs that have nothing to do with one another; the random sum gives about $m^{-3/4}$. This is our heuristic, no theorem.)
#
# **Misconception to hunt:** "real networks are in this regime". They are not obliged to be; lesson 02 showed one that was not,
# and lesson 04 turns the dial.

# %% [markdown]
# ## Real digits
#
# A kernel of infinite width on real digits: no net is trained, the penalty is chosen by leave-one-out as in lesson 01. Against it,
# nets that *are* trained. Move the number of digits, and the number of layers, from none at all. Then spoil one label in five.

# %%
lesson.digits.show()

# %% [markdown]
# On data as small as these the kernel holds its own, as others found on other small sets
# ([Arora et al. 2020](https://arxiv.org/abs/1910.01663)). With wrong labels the comparison is not a fair one: the kernel had a penalty,
# the nets had nothing to stop them from learning each wrong label.
#
# The digits are those of E. Alpaydin and C. Kaynak,
# [Optical Recognition of Handwritten Digits](https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits),
# UCI Machine Learning Repository, 1998 ([CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)).

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
# - A wide net in this parametrization trains like linear regression on its gradients: a fixed embedding, lesson 01 again.
# - Its kernel is known before training, and so is every step: each eigenmode loses the share ηλ/N of itself, slow waves first.
# - At finite width and real steps the theory is approximate, and one can measure by how much.
#
# **What this does not show.** That networks in practice are kernels. The parametrization, full-batch descent, squared error and large
# width were chosen so that the kernel stays. On a parity, lesson 02's net had a smaller error than any fixed kernel has on
# average over such parities, because its own kernel moved. And on large image sets trained networks are reported to stay ahead of
# their kernels ([Arora et al. 2019](https://arxiv.org/abs/1904.11955)). Lesson 04 asks when the kernel moves.

# %% [markdown]
# ## Go further
#
# A stretch, unchecked: call `next_layer` a hundred times on the `x @ x.T` of a few points of length 1, and print both kernels. What
# has a very deep and infinitely wide net forgotten about its inputs? Which of the two kernels still grows, and how fast?
#
# On a machine with a GPU the digits above ran on it already. `ddlearn.tangent.empirical` takes any `torch.nn.Module` and
# any device: try the kernel of a convolutional net of yours on a few hundred images, before and after training, with `tangent.drift`
# and `tangent.alignment`.
#
# [Chizat, Oyallon, Bach 2019](https://arxiv.org/abs/1812.07956) on lazy training ·
# [Novak et al. 2020](https://arxiv.org/abs/1912.02803) and [2022](https://arxiv.org/abs/2206.08720) on computing these kernels ·
# [Cho and Saul 2009](https://papers.nips.cc/paper/3628-kernel-methods-for-deep-learning) for the first of them.
