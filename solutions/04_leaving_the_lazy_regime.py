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
# # 4 · Leaving the lazy regime
#
# ![Two bundles of arrows. On the left, the arrows are the same before and after training. On the right, a few have grown along the target's direction.](pictures/leaving_the_lazy_regime.svg)
#
# *Each arrow is a hidden unit: its input weights times the size of its output weight. Both networks have the same start and
# the same target, which depends on the dashed direction only. Each side has its own scale.*
#
# **Question.** A network is trained twice on the same 300 examples, from the same start, and fits them both times. Only a factor on the output differs.
# With the larger factor, the error on new inputs is 0.72, where predicting zero has 1. The weights hardly move, as in [[neural_tangent_kernel]]: training is
# **lazy**. With the smaller factor, the error is 0.005, and the weights move far. Why do they move, and what is gained?
#
# **Why care?** Usual code sets this factor without naming it. The factor decides whether a network learns what to look at, and whether a step size tuned
# at 64 units works at 1,024.
#
# **You will be able to**
# - start a network at zero, and keep its tangent kernel (Exercise 1);
# - carry a step size from a narrow network to a wide one (Exercise 2);
# - derive gradient descent for weights that enter squared (Exercise 3).
#
# **Before you start:** [[learned_embeddings]] · [[neural_tangent_kernel]] · [Jacobians](refreshers/jacobians.md) ·
# [least squares](refreshers/least_squares.md) · [training recipe](refreshers/training_recipe.md) · [notation](NOTATION.md) ·
# [glossary](GLOSSARY.md)

# %%
import torch

from ddlearn.lessons.leaving_the_lazy_regime import TODO, lesson, wide_sweep

lesson.start()

# %% [markdown] tags=["instructor"]
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 5 predict and the two weights, at the board · 4 output scale · 5 explain ·
# 4 Exercise 1 · 5 width · 6 the two inputs and the balls, at the board · 3 quiz.
#
# **Board.** The two weights and their table. The line, the circle, the diamond.
#
# **The one question to ask:** "Which number tells you whether a network is lazy?" (Not the width.)
#
# **Discussion.** The change of its kernel.
#
# **Usual wrong answers.** *"Wider means richer"*: not at $\alpha = \sqrt h$. *"Rich is better"*: digits.
#
# **Exit ticket.** "A wider network moves less. Name two explanations."
#
# **If a machine is slow:** the first picture takes five seconds.
#
# </details>

# %% [markdown]
# ## Recap

# %%
lesson.recap()

# %% [markdown]
# ## Predict
#
# The factor on the output is the **output scale** $\alpha$. Here the outputs start at zero and must reach targets of about 1.

# %%
lesson.predict("tenfold")

# %% [markdown]
# ## By hand: two weights
#
# The smallest network of this lesson has two weights, $u$ and $v$. For the input 1, its output is $f = \alpha\,(u^2 - v^2)$: the second term is a twin of
# the first, with the opposite sign. The tangent kernel is the sum of the squared derivatives of $f$,
# $\Theta = 4\alpha^2(u^2 + v^2)$. Start at $u = v = 1$, so that $f = 0$ and $\Theta = 8\alpha^2$.
#
# With the target 1 and the loss $\frac12 (f - 1)^2$, the gradient at the start is $(-2\alpha, 2\alpha)$. A step of size $\frac1\Theta = \frac{1}{8\alpha^2}$
# changes the tangent's output by $\frac1\Theta \cdot \Theta = 1$, and so fits the target at once. The network itself goes to $u = 1 + \varepsilon$ and $v = 1 - \varepsilon$ with $\varepsilon = \frac{1}{4\alpha}$, and $f = \alpha\,(u + v)(u - v) = 4\alpha\varepsilon = 1$. So this step fits the
# target at every $\alpha$, but the weights move by the share $\varepsilon$ of their length.
#
# | $\alpha$ | $u$ | $v$ | change of the weights | change of $\Theta$ |
# |---|---|---|---|---|
# | 10 | 1.025 | 0.975 | 2.5 % | 0.0625 % |
# | 1 | 1.25 | 0.75 | 25 % | 6.25 % |
# | 1/4 | 2 | 0 | 100 % | 100 % |
#
# The kernel changes by $\varepsilon^2$ only: $u^2 = 1 + 2\varepsilon + \varepsilon^2$ gains the $2\varepsilon$ that
# $v^2 = 1 - 2\varepsilon + \varepsilon^2$ loses.

# %% [markdown]
# ## See
#
# A network with 128 hidden ReLU units learns a parity: the target is the product of the first two of 30 bits, each $+1$ or $-1$. The
# explorer trains it at eleven output scales, always to a perfect fit of 300 examples.
#
# **Which error can a lazy network reach?** Thirty bits have 435 pairs, whose products are orthogonal. From 300 examples, a fixed kernel predicts in
# at most 300 directions. So its mean error over the 435 products is at least $135/435 = 0.31$ ([[learned_embeddings]]). The kernel of a random
# start has no favorite pair, so a network that keeps it should not come below 0.31.
# - **Left:** the mean squared error on new inputs. The dashed line is at 0.31. The dash-dotted line is the error of the start's tangent kernel.
# - **Right:** for each bit, the length of its weights to all hidden units, divided by the mean length at the start.
#
# Guess at which scale the error falls below 0.31. Then move **Output scale** from 100 to 1. Set **Right panel** to *how far it moved*, and
# compare $\alpha = 10$ and 100.

# %%
lesson.scale.show()

# %% [markdown]
# ## Explain: from lazy to rich
#
# A network with $h$ hidden units is
#
# $$f(x) = \frac{\alpha}{h} \sum_{j=1}^h a_j\, \mathrm{relu}(w_j^\top x + b_j).$$
#
# *In words:* average the hidden units with output weights $a_j$, and multiply by the output scale. The weights $a_j$, $w_j$ and
# $b_j$ start with a size that does not depend on $h$ or $\alpha$.
#
# **Large $\alpha$: lazy.** The derivatives of $f$ are proportional to $\alpha$, so weights that change by about $1/\alpha$ are enough. Over so short
# a distance the derivatives hardly change, relative to their size. So $f$ stays near its tangent, and training is regression with a
# fixed kernel.
#
# **The step size.** We call the number that multiplies the gradient the *plain step*. From now on it is $\eta\, h/\alpha^2$, where
# $\eta$ is ours to choose. The factor $h/\alpha^2$ lets the output begin to move at the same speed for every $h$ and $\alpha$.
#
# <details><summary>Why this factor?</summary>
#
# With a plain step of 1, a weight moves in proportion to $\alpha/h$, because each derivative of $f$ contains $\alpha/h$. This move changes
# $f$ in proportion to $\alpha/h$ once more. The changes by all $h$ units add up, so $f$ changes in proportion to $\alpha^2/h$. The factor
# $h/\alpha^2$ cancels this.
#
# </details>
#
# **Small $\alpha$: [rich](GLOSSARY.md#rich-training).** A step of this size moves $w_j$ by $-\frac{\eta}{\alpha}\, a_j$ times a mean over all examples. An example contributes $x$ times its residual
# if unit $j$ is active there, and 0 if not. (At the start the residual is $-y$.) The width has canceled, and $1/\alpha$ is left: with a small $\alpha$ the weights move far.
#
# **Why along the two bits?** A unit with a positive weight on the second bit is active more often where $x_2 = 1$. There the target $x_1x_2$ equals
# $x_1$. So on its active examples the target goes with the first bit, and the step moves that bit's weight. In the same way, weights on the first bit
# move those on the second. The other bits go with the target by chance only.
#
# Growth feeds growth: the move of $w_j$ contains $a_j$, and that of $a_j$ the activation. So the two bits stand out, and the kernel
# [aligns](GLOSSARY.md#alignment) with the labels: at $\alpha = 1$, its alignment (1 for the kernel matrix $yy^\top$) rises from 0.05 to 0.30. The second
# calculation by hand shows what moving far gains.
#
# <details><summary>How were the networks of the explorer trained?</summary>
#
# By 1,200 steps with momentum 0.9 on random batches of 64 examples, with $\eta = 0.1$. Below $\alpha = 1$ the factor is $h/\alpha$, a smaller
# step. Weight decay helped the networks of [[learned_embeddings]]. Here there was none. The networks of the width explorer and of Exercise 2
# take steps of gradient descent on all examples, without momentum.
#
# </details>
#
# <details><summary>How far do lazy weights move?</summary>
#
# On its tangent, training ends at the nearest weights that fit. Let $J$ be the Jacobian of the $n$ outputs at the start, for $\alpha = 1$, and let
# $\Delta$ be the change of all weights. If the start is the zero function, $\alpha J \Delta = y$ must hold. The shortest solution has
#
# $$\lVert \Delta\rVert^2 = \frac{1}{\alpha^2}\, y^\top (JJ^\top)^{-1} y.$$
#
# *In words:* the distance is proportional to $1/\alpha$, and $JJ^\top$ is the tangent kernel. The dotted line of the right panel draws
# this length, relative to that of the weights. Nothing in it was fitted.
#
# </details>
#
# <details><summary>What is proved?</summary>
#
# [Chizat, Oyallon and Bach (2019)](https://arxiv.org/abs/1812.07956) divide the loss by $\alpha^2$, which is our factor $1/\alpha^2$ on the step. They
# assume gradient flow from $f = 0$, and a model whose derivative in the weights is Lipschitz. Up to a fixed time, the weights
# then move by $O(1/\alpha)$, and $f$ stays within $O(1/\alpha)$ of its tangent (Theorem 2.2). This holds for all times if, in
# addition, the tangent kernel matrix of the training points is positive definite and $\alpha$ is large enough (Theorem 2.4).
#
# A ReLU has a kink, so the theorems do not cover the networks above. Their kernel jumps where the kink of a unit passes an input. So the change of the
# kernel falls more slowly: from $\alpha = 10$ to 100 about fourfold, where the $1/\alpha^2$ of the two weights would give a hundredfold. The theorems do not treat
# the alignment of the kernel either, which we measure.
#
# </details>

# %% [markdown]
# ## Explain: where the output scale hides
#
# No library has a parameter $\alpha$. These choices set it.
#
# | choice | output scale |
# |---|---|
# | output weights of size about $1/\sqrt h$, as `nn.Linear(h, 1)` draws them | $\sqrt h$, because $1/\sqrt h = \sqrt h/h$: **NTK parametrization**, where a wide network is lazy |
# | output weights of size $1/h$ | 1: mean-field scaling; in deeper networks **muP**, the maximal update parametrization |
# | all weights and biases times $c$ | $c^2$ times as large (problem 2) |
# | all targets times $c$ | as if $1/c$ times as large |
#
# ## Exercise 1 · Repair: `doubled`
#
# The factor $\alpha$ also multiplies the random function of the start. So give every hidden unit a twin that cancels it: the network is
# then zero at every input.
#
# <details><summary>Do the twins keep the tangent kernel?</summary>
#
# Twins do not change the *product* of the kernel and the factor $h/\alpha^2$ of the step. A derivative of a twin is that of its unit, or has the opposite sign. So the kernel, a sum of products of two
# derivatives, has twice as many terms. Each is a quarter as large, because $h$ doubles in $\alpha/h$. So the kernel is halved, and the factor $h/\alpha^2$ doubles.
#
# Output weights $a_j = 0$ would make the network zero too. But then the derivatives in $w_j$ and $b_j$ vanish, and a part of the kernel is lost.
#
# </details>
#
# The function below should append the twins. But the unit $w = (1, 0)$, $b = 0$, $a = 1$ and its twin add up to 2 at the
# input $(2, 0)$ and to $-2$ at $(-2, 0)$. Repair it.


# %%
@lesson.exercise("doubled")
def doubled(W, b, a):
    """The units, then their twins.  W (h, d), b (h,), a (h,) -> (2h, d), (2h,), (2h,)."""
    # BEGIN SOLUTION
    W = torch.cat([W, W])
    b = torch.cat([b, b])
    a = torch.cat([a, -a])
    return W, b, a
    # BEGIN GIVEN
    # W = torch.cat([W, -W])
    # b = torch.cat([b, -b])
    # a = torch.cat([a, -a])
    # return W, b, a
    # END SOLUTION


# %% [markdown]
# ## See: width
#
# The examples are 50 digits, with the target $+1$ for 5 to 9 and $-1$ for 0 to 4.
# - **Left:** the relative change of the weights, the features (the outputs of the hidden units) and the kernel, for $\eta = 0.3$. The dotted
#   lines have the slopes derived below.
# - **Right:** the training error after 100 steps, against $\eta$, at three widths.
#
# Choose $\alpha = 1$. What still depends on the width? Then untick **Multiply the step by h/α²**: every width takes
# the plain step of 64 units.

# %%
lesson.width.show()

# %% [markdown]
# ## Explain: what the width changes
#
# **What moves.** At $\alpha = \sqrt h$, weights and features change as $1/\alpha = h^{-1/2}$. The kernel changes as $1/\alpha^2 = h^{-1}$, because
# its first-order changes cancel: the step of unit $j$ changes the kernel in proportion to $a_j$ (next fold), and its twin has $-a_j$. At $\alpha = 1$, none of these
# changes depends on the width.
#
# **Step sizes that transfer.** With the factor, the curves on the right nearly agree: tune $\eta$ on a narrow network, use it on a wide one.
#
# **Not trained is not lazy.** At $\alpha = 1$ and $\eta = 0.3$ without the factor, the network of 1,024 units moves little. But its training error is 0.82. With the factor, it is 0.09.
#
# <details><summary>Why does a unit change the kernel in proportion to its output weight?</summary>
#
# For the inputs $x$ and $x'$, let $z$ and $z'$ be the values of $w_j^\top x + b_j$. The kernel is the sum over the units of
# $\mathrm{relu}(z)\,\mathrm{relu}(z') + a_j^2\,(x^\top x' + 1)$, times a constant. The second term counts only where $z$ and $z'$ are positive.
# - The first term is the product of the derivatives in $a_j$. It changes with $w_j$ and $b_j$. Their derivatives contain $a_j$, so a step moves them, and this
#   term, in proportion to $a_j$.
# - The second term comes from the derivatives in $w_j$ and $b_j$. A step changes $a_j^2$ by $2a_j$ times the move of $a_j$. This move is the same for both twins, because
#   the derivative in $a_j$ is the activation. So this change is in proportion to $a_j$ too.
#
# So, to first order, a unit and its twin change the kernel by opposite amounts. Left out here are units whose kink passes an input. The last of these folds says what they do.
#
# </details>
#
# <details><summary>How far does this go?</summary>
#
# [Yang and others (2022)](https://arxiv.org/abs/2203.03466) carry step sizes to large networks this way, in muP. `wide_sweep.show()` in a new cell trains up to 8,192 units. That takes a minute or two, with a bar, and can be cancelled. On one core, or with 2 GB, it ends at 2,048 units. On a GPU machine it trains ten starts per width.
#
# </details>
#
# <details><summary>Which plain step suits usual code?</summary>
#
# The table above gives the output scale at the start. How fast each layer then moves depends on how the code stores the weights. Let it store output weights of size $1/\sqrt h$, and let all layers take one plain step. Of the steps that we tried, the best for 64, 256 and 1,024 units were
# 0.2, 0.05 and 0.013: a quarter for four times the width. The reason: each output weight changes the output by about the plain
# step, so all $h$ of them change it by $h$ times as much. The step must therefore fall as $1/h$. For the input weights, such a step is too small. An
# output weight of size $1/\sqrt h$ enters twice: in the move of an input weight, and in the effect of this move on the output. So the input weights of one unit change the output by about the plain step times $1/h$, and those of all $h$ units by the plain step.
# This is the share $1/h$ of the whole change. A step size per layer would restore the transfer.
#
# </details>
#
# <details><summary>What is proved about the exponents?</summary>
#
# For the kernel, perturbation theory expects $h^{-1}$ ([Dyer and Gur-Ari 2020](https://arxiv.org/abs/1909.11304)). The rate that is usually proved is
# $h^{-1/2}$, as in Theorem 2.1 of [Lee and others (2019)](https://arxiv.org/abs/1902.06720), for smooth activations. We measure $-0.91$ with ReLU and $-0.98$ with
# erf units, a smooth activation. A ReLU's kernel jumps where the kink of a unit passes an input, and this part falls a little slower.
# All exponents here are for a fixed number of steps, not for training to the end.
# [Yang and Hu (2021)](https://arxiv.org/abs/2011.14522) show which scalings of a deep network learn features in the limit of infinite width (from their abstract).
# The two limits of one hidden layer are those of [Mei, Montanari and Nguyen (2018)](https://arxiv.org/abs/1804.06561), $\alpha = 1$, and of
# [Jacot, Gabriel and Hongler (2018)](https://arxiv.org/abs/1806.07572), $\alpha = \sqrt h$.
#
# </details>
#
# ## Exercise 2 · Decide: which step at 1,024 units?
#
# With 64 units, 100 steps leave the training error 0.020 at $\alpha = 1$ (plain step 51.2) and 0.016 at $\alpha = \sqrt h$ (plain step 3.2).
# (Each output scale has its own $\eta$.) But with 1,024 units and $\alpha = 1$, 51.2 leaves 0.56. Choose plain steps for 1,024 units: `step_mup` for $\alpha = 1$
# and `step_ntk` for $\alpha = \sqrt h$. Give the error with the first too: `trained_error(1024, scale, step)` returns it, with the number $\alpha$ as `scale`.

# %%
from ddlearn.lessons.leaving_the_lazy_regime.width import trained_error

# BEGIN SOLUTION
step_mup = 51.2 * 1024 / 64
step_ntk = 3.2
error = trained_error(1024, 1, step_mup)
# BEGIN GIVEN
# step_mup, step_ntk, error = TODO, TODO, TODO
# END SOLUTION
lesson.decide("step", step_mup, step_ntk, error)

# %% [markdown]
# ## By hand: which fit is found?
#
# What is gained by moving far? Take an input with two entries, and weights as above for each:
# $f(x) = \omega_1 x_1 + \omega_2 x_2$ with the coefficients $\omega_i = \alpha\,(u_i^2 - v_i^2)$. The one example is $x = (2, 1)$ with the target 2. Every
# point of the line $2\omega_1 + \omega_2 = 2$ fits it.
#
# The derivative of $f$ in $u_i$ is $2\alpha x_i u_i$. So a step multiplies $u_i$ by a number, and with tiny steps the growth rate of $u_1$ is twice that
# of $u_2$, as $x_1 = 2x_2$. If $u_2$ has grown from 1 to $g$, then $u_1$ has grown to $g^2$, and $\omega_1/\omega_2 = g^2 + g^{-2}$ (fold). While $u$ and $v$ hardly move, this ratio is 2.
# When they move far, $\omega_1$ takes almost everything.
#
# <details><summary>Why this ratio, and which α belongs to it?</summary>
#
# In the same way, $v_2$ and $v_1$ have shrunk to $1/g$ and $1/g^2$. Therefore
#
# $$\frac{\omega_1}{\omega_2} = \frac{g^4 - g^{-4}}{g^2 - g^{-2}} = g^2 + g^{-2}.$$
#
# *In words:* a numerator $p^2 - q^2$ over $p - q$ is $p + q$, with $p = g^2$ and $q = g^{-2}$. The line of fits then gives $\omega_2$, and
# $\alpha = \omega_2/(g^2 - g^{-2})$.
#
# </details>
#
# | $g$ | $\omega_1$ | $\omega_2$ | $\alpha$ |
# |---|---|---|---|
# |near 1|0.8|0.4|large|
# |2|0.895|0.211|0.056|
# |4|0.970|0.060|0.0038|
#
# ![A circle touches the line of fits at (0.8, 0.4), a diamond at its corner (1, 0).](pictures/leaving_the_lazy_regime_balls.svg)
#
# *Grow a ball until it touches the line. The round [l2](GLOSSARY.md#l1-and-l2-norm) ball finds the smallest $\omega_1^2 + \omega_2^2$. The l1 ball finds the
# smallest $|\omega_1| + |\omega_2|$, and touches with a corner: one coefficient is zero.*
#
# So a large output scale finds the smallest l2 norm, as a kernel does. A small one comes close to the smallest l1 norm, which prefers few
# large coefficients.
#
# ## Exercise 3 · Write: `diagonal_step`
#
# Now there are $d$ entries and $n$ examples. Rename $\sqrt\alpha\, u_i$ and $\sqrt\alpha\, v_i$ to $u_i$ and $v_i$. Then $\omega_i = u_i^2 - v_i^2$, and all weights start at
# $\sqrt\alpha$. Write one step of gradient descent on $\frac12 \lVert X\omega - y\rVert^2$ for $u$ and $v$, with the plain step `lr`.


# %%
@lesson.exercise("diagonal_step")
def diagonal_step(u, v, X, y, lr):
    """One step of gradient descent on |X (u² - v²) - y|² / 2.  u, v (d,), X (n, d), y (n,) -> the new (u, v)."""
    # BEGIN SOLUTION
    residual = X @ (u**2 - v**2) - y
    g = X.T @ residual
    return u - 2 * lr * u * g, v + 2 * lr * v * g
    # END SOLUTION


# %% [markdown]
# Here are a hundred coefficients and forty examples without noise. Five true coefficients are not zero.
# - **Left:** the coefficients found at this $\alpha$, and those five (circles).
# - **Right:** the squared distance of the found coefficients from the true ones. Dots are descent with your steps, and the
#   dashed curve is exact for tiny steps.
#
# Move **Output scale** to the left. Then let the target use **all 100 coefficients**.

# %%
lesson.diagonal.show()

# %% [markdown]
# <details><summary>After Exercise 3: where does the closed form come from?</summary>
#
# Let $r = X^\top(X\omega - y)$. Your step multiplies $u$ by $1 - 2\,\mathtt{lr}\, r$ and $v$ by $1 + 2\,\mathtt{lr}\, r$, entry by entry. With tiny steps, the products of
# these factors are exponentials: $u = \sqrt\alpha\, e^{z/2}$ and $v = \sqrt\alpha\, e^{-z/2}$, where $z$ is $-4$ times the integral of $r$ over time. So
#
# $$\omega = u^2 - v^2 = 2\alpha \sinh z, \qquad z = X^\top \nu.$$
#
# *In words:* $r$ is $X^\top$ times a residual, so $z$ is $X^\top$ times a vector $\nu$, with one entry per example. Which $\nu$ makes $\omega$ fit? Take the convex
# function $2\alpha \sum_i \cosh((X^\top \nu)_i) - y^\top \nu$. Its gradient in $\nu$ is $X\omega - y$. So $\omega$ fits exactly where this function is smallest. If
# the rows of $X$ are independent, that is at one $\nu$ only.
#
# Which fit is this? Let $q(0) = 0$ and $q'(t) = \operatorname{arcsinh}(t/2)$. The fit that minimizes $\sum_i q(\omega_i/\alpha)$ has
# $\operatorname{arcsinh}(\omega_i/(2\alpha)) = (X^\top\nu)_i$, where the entries of $\nu$ are $\alpha$ times the Lagrange multipliers. That is the formula above. For large
# $\alpha$, every $t = \omega_i/\alpha$ is near 0, and there $q(t)$ is near $t^2/4$: the l2 norm is minimized. For small $\alpha$, every $t$ that is not 0 is large, and
# there $q(t)$ is near $|t|\ln|t| = \frac{|\omega_i|}{\alpha}\left(\ln\frac1\alpha + \ln|\omega_i|\right)$. As $\alpha$ falls, the first logarithm outweighs the second. The first is
# the same for all $i$, so nearly the sum of the $|\omega_i|$ is minimized: the l1 norm.
#
# The derivation is ours. That the size of the start interpolates between the two norms is the result of
# [Woodworth and others (2020)](https://arxiv.org/abs/2002.09277), of which we read the abstract. Their size of the start is our $\sqrt\alpha$.
# Descent is run only at the output scales where it is quick. From a smaller start it leaves zero very slowly.
#
# </details>

# %% [markdown]
# ## Where it breaks
#
# - **Spread-out targets.** With a hundred true coefficients, the small output scale is the *worse* choice.
# - **Digits.** Guess the error curve, then choose them under **More controls** of the first explorer.
# - **A random start.** With the parity, untick **Start from the zero function** there. At $\alpha = 100$, the random function of the start is large. Training removes it at the
#   examples only: the error on new inputs is 4.1.
#
# **Discuss:** All of these networks fit every label. Which number shows, without new inputs, that they differ?
#
# <details><summary>An answer</summary>
#
# The change of the kernel, or its alignment with the labels. For the parity, the kernel changes by 3 % at $\alpha = 100$ and by 110 % at $\alpha = 1$. Its
# alignment stays at 0.05 with $\alpha = 100$, and rises to 0.30 with $\alpha = 1$.
#
# </details>
#
# <details><summary>What do the digits show?</summary>
#
# The error is near 0.2 at every output scale, and the tangent kernel of the start has 0.23. This kernel already suits the labels, so moving far gains
# little.
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

# %% [markdown]
# ## Claims
#
# The last two belong to problem 4.

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - **Why do the weights move?** At the [output scale](GLOSSARY.md#output-scale) 100, weights that move by 4 % fit the labels, and the
#   [tangent kernel](GLOSSARY.md#neural-tangent-kernel-ntk) changes by 3 %. At 1 they must move far: the kernel changes by 110 %.
# - **What is gained?** The [lazy](GLOSSARY.md#lazy-training) network predicts hardly better than the kernel of its start: 0.72 beside 0.74. The rich one grew
#   its weights on the two bits: 0.005. On digits, little is gained.
# - Width makes a network lazy only if its output scale grows.
# - With the plain step $\eta h/\alpha^2$, one $\eta$ suits all widths.
# - At a small output scale, weights that enter squared find a fit with few large coefficients.
#
# **What this does not show.** That rich is always better, or that real networks are at either end.

# %% [markdown]
# ## Problems
#
# **1. How far did it move? (easy, checked)** Write `drift`: the length of a change, relative to the length before.
#
# **2. All weights times c.** Run B has the output scale $c^2\alpha$. Run A has the output scale $\alpha$, and starts from $c > 0$ times B's weights and biases,
# with $c^2$ times B's plain step. Show that after each step, A's weights are $c$ times B's.
#
# **3. Between (checked).** Let $\alpha = h^{1/4}$. With which powers of $h$ do the weights and the kernel change, and with which does the factor
# $h/\alpha^2$ grow? Enter the three exponents.
#
# **4. Adam and two hidden layers (hard).** One step of Adam changes every weight by about the learning rate. A layer has $h$ inputs of size 1, and all
# changes move an output in the same direction. How far does one step move this output? How must the learning rate fall with $h$, so that this distance stays the
# same? In muP, the code divides the rate of a hidden layer by its number of inputs. How must the rate that you set then change with $h$?


# %%
@lesson.problem("drift")
def drift(before, after):
    """|after - before| / |before|, Frobenius norms.  Two tensors of one shape, vectors or matrices -> a number."""
    # BEGIN SOLUTION
    change = after - before
    return float(change.norm() / before.norm())
    # END SOLUTION


# %%
# BEGIN SOLUTION
weights, kernel, factor = -1 / 4, -1 / 2, 1 / 2
# BEGIN GIVEN
# weights, kernel, factor = TODO, TODO, TODO
# END SOLUTION
lesson.decide("between", weights, kernel, factor)

# %% [markdown]
# **Left:** the loss after ten steps of Adam. **Right:** the best learning rate per width; the dotted line has the slope of
# problem 4.

# %%
lesson.transfer.show()

# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** See the cell above. Subtract first: a vector can turn around completely and keep its length.
#
# **2.** For $c > 0$, $\mathrm{relu}(cz) = c\,\mathrm{relu}(z)$, so weights $c\theta$ make a hidden unit $c$ times as large as weights $\theta$, and the
# output $c^2$ times. Write A's weights as $c\theta$. As a function of $\theta$, A's loss is that of B. By the chain rule, its gradient in $\theta$ is $c$ times the gradient in $c\theta$.
# Let $\gamma$ be B's plain step. A moves $c\theta$ by $c^2\gamma$ times the gradient in $c\theta$, which is $c\gamma$ times the gradient in $\theta$. So $\theta$ moves by $\gamma$ times
# its gradient, as in B. In practice, a larger initialization is a larger output scale.
#
# **3.** Weights and features change as $1/\alpha = h^{-1/4}$ and the kernel as $1/\alpha^2 = h^{-1/2}$. The factor is $h/\alpha^2 = h^{1/2}$. The explorer measures
# $-0.26$, $-0.21$ and $-0.44$.
#
# **4.** All $h$ changes have the size of the learning rate and the sign that helps. They add up, so an output changes by about $h$ times the learning rate. For
# the same change at every width, the rate has to fall as $1/h$. In muP the division by $h$ does this, so one rate suits all widths. The explorer measures the slope $-0.83$ in the standard
# parametrization and $-0.07$ in muP. Tuned at 32 units, a standard network of 512 units ends at the loss 0.70, a muP network at 0.007. Choose plain
# descent under **More controls**: its step shrinks with the gradient, and here both parametrizations have one best rate for all widths.
#
# **Two experiments without a solution.** Change your `diagonal_step` to weights with three factors, $u^3 - v^3$. The card will object, because this is another
# model. From which output scale on does descent find the five coefficients now? And on a machine with a GPU, `ddlearn.training.train` takes an `Ensemble` that is stored there: do
# the exponents change at widths of ten thousand and more?
#
# </details>

# %% [markdown]
# ## Further reading
#
# <details><summary>Four papers</summary>
#
# - Chizat, Oyallon, Bach: [On lazy training in differentiable programming](https://arxiv.org/abs/1812.07956) (2019). The output scale.
# - Woodworth and others: [Kernel and rich regimes](https://arxiv.org/abs/2002.09277) (2020). The solved model.
# - Yang, Hu: [Feature learning in infinite-width networks](https://arxiv.org/abs/2011.14522) (2021). Which scalings learn features.
# - Karkada: [Lazy (NTK) and rich (µP) regimes](https://arxiv.org/abs/2404.19719) (2024). A tutorial.
#
# </details>
#
# **Next:** [[large_steps]], Large steps.
