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
# # 2 · Learned embeddings
#
# ![XOR in a square, and two bar charts: the weights of twelve coordinates before training, and the two that remain.](pictures/learned_embeddings.svg)
#
# *The class is the product of coordinates 4 and 9, each $+1$ or $-1$. The bars show each coordinate's weight in a small network.*
#
# **Question.** In [[fixed_embeddings]], the embedding was chosen before any label was seen. So it cannot know which inputs matter. A network
# finds its own embedding while it learns. What does this gain, and what does it cost?
#
# *Why care?* Suppose that 200 patients have 40 yes-or-no test results each, and that a disease is present exactly if two certain results differ. In our
# runs, a network learns from these patients which two. No kernel that is chosen beforehand can do so for every pair.
#
# **You will be able to**
# - measure how well an embedding suits the labels (Exercise 1);
# - build a kernel that no other kernel beats on average, and say why none does (Exercise 2);
# - predict on paper which weight decay removes noise, and check it with held-out examples (Exercise 3).
#
# **Before you start:** [[fixed_embeddings]] · [training recipe](refreshers/training_recipe.md) · [notation](NOTATION.md) ·
# [glossary](GLOSSARY.md)

# %%
from itertools import combinations

import torch

from ddlearn.lessons.learned_embeddings import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
# **Instructor: 40 minutes, of which 5 are slack.** 2 recap · 3 XOR, at the board · 4 predict, first explorer · 5 explain · 5 Exercise 1 ·
# 5 three parities, predict · 3 bound · 4 Exercise 2 · 4 network and bound.
#
# **Board.** The XOR table, and the two kernels with their errors.
#
# **The one question to ask:** "What has this embedding seen that the kernel has not?" (The labels.)
#
# **Discussion.** A fold has the answer.
#
# **Usual wrong answers.** *"A better kernel crosses the bound"*: ask which kernel may know the subset.
#
# **Exit ticket.** "What do gradient and decay do to weights on noise?"
#
# **If a machine is slow:** *3 of 40* trains longest.
#
# </details>

# %% [markdown]
# ## Recap

# %%
lesson.recap()

# %% [markdown]
# ## By hand: XOR
#
# Take two coordinates, each $+1$ or $-1$, and let the label be their product: the function XOR. The columns $u_1$ and $u_2$ are
# two ReLU units, where $\mathrm{relu}(z)$ is the larger of $z$ and 0.
#
# |$x_1$|$x_2$|label $y = x_1x_2$|$u_1 = \mathrm{relu}(x_1 + x_2)$|$u_2 = \mathrm{relu}(-x_1 - x_2)$|$u_1 + u_2 - 1$|
# |---|---|---|---|---|---|
# |1|1|1|2|0|1|
# |1|−1|−1|0|0|−1|
# |−1|1|−1|0|0|−1|
# |−1|−1|1|0|2|1|
#
# Take any function $c + w_1x_1 + w_2x_2$. Its values add up to $2c$ over the two rows with label $1$, and to $2c$ over the other two.
# If every value had the sign of its label, the first sum would be positive, and the second negative. So no such function separates the classes.
#
# With $u_1$ and $u_2$, a linear function is enough: $u_1 + u_2 - 1$ equals the label.
#
# ## Predict

# %%
lesson.predict("noise")

# %% [markdown]
# ## See
#
# The explorer trains a layer of 64 ReLU units on 300 examples. The first two of 22 coordinates are near a corner of XOR, and the others are
# noise.
# - **Left:** each coordinate's share of the sum of all squared weights. The dashed line shows equal shares.
# - **Right:** 300 *new* points. At each step, a linear function of the 64 features is fitted anew to the examples. Its value, the score, runs
#   across, and is 0 at the vertical line. The height only spreads the points.
#
# Move **Training step** to the right. At which step are all new points on their own side?

# %%
lesson.film.show()

# %% [markdown]
# After 30 steps, the two coordinates have 70 % of the squared weight, and all new points are on their own side. With infinitely many
# random units, only 79 % are. In the kernel of these units, every noise coordinate counts as much as each of the two.
#
# ## Explain: features that training changes
#
# Our networks have one hidden layer of $h$ units. They compute
#
# $$\varphi(x) = \tfrac{1}{\sqrt h}\,\mathrm{relu}(Wx+b), \qquad f(x) = \tfrac{1}{\sqrt h}\,v^\top\varphi(x).$$
#
# *In words:* unit $j$ multiplies the coordinates by its weights, row $j$ of $W$, and adds $b_j$. It is *active* at $x$ if the result is positive. The
# features $\varphi(x)$ are the embedding, and $v$ holds the weights of the output. At the start,
# $W$, $b$ and the signs $v_j = \pm 1$ are random. Training changes all three, so the embedding depends on the labels.
#
# **The recipe.** Training minimizes half the mean squared error, in 300 steps above and 2,000 below. Each step uses 32 random examples. The step size
# is 0.1, the momentum 0.9, and the **weight decay** 0.001 ([what these are](refreshers/training_recipe.md)).
#
# **The gradient.** Let $x^{(i)}$ be the $i$-th example, and $y_i$ its label. Averaged over the random draws, the gradient changes row $j$ of $W$ by a multiple of
#
# $$v_j \cdot \frac1n \sum_{i\,:\,\text{unit }j\text{ active at }x^{(i)}} \left(y_i-f(x^{(i)})\right)x^{(i)}.$$
#
# *In words:* add up the examples at which the unit is active, each multiplied by its remaining error, and divide by $n$. At first, $f$ is small, so the
# errors are the labels. A noise coordinate has the sign of the label in about half of the active examples. So the terms almost cancel: a mean of
# $n$ random signs has the size $1/\sqrt n$. In the two coordinates of XOR, the terms almost cancel over all examples, but over the active ones they can agree.
# If a unit is active only where $x_1 = 1$, the label there is $x_2$, so all its terms in the second coordinate are positive (problem 1). So
# the gradient finds these coordinates, but also puts some weight on noise.
#
# **Weight decay** subtracts $0.1 \cdot 0.001$ of each weight in each step. Momentum repeats each change, every time 0.9 as large, and
# $1 + 0.9 + 0.9^2 + \dots = 10$. So without a gradient, each step multiplies a weight by about $1 - 10 \cdot 0.1 \cdot 0.001 = 0.999$. After 2,000 steps, 14 % of the weight is left.
#
# **Both together.** Suppose that the network fits every example, so all errors and the gradient are zero. One step of decay shrinks all weights a
# little, and $f$ with them. Now each example has a small error with the sign of its label. In the two coordinates, the terms of the gradient agree and
# renew the weights. In a noise coordinate they almost cancel, and the weight keeps shrinking. So decay shrinks all weights, and the
# gradient renews those that the labels need.
#
# <details><summary>How large is this difference?</summary>
#
# Let all errors be a small multiple of the labels. For the unit of problem 1, the mean in the second coordinate is $\frac12$ times this multiple. In a noise
# coordinate, with 100 of 200 examples active, its size is about $\sqrt{100}/200 = 0.05$, a tenth of that.
#
# We computed the same means in the trained network of the explorer *The network and the bound*, with the labels of its 200 examples in place
# of the errors. Their root mean square over the units is 0.17 in the two coordinates, and 0.05 in the others: before rounding, 3.7 times as
# large. In the units with the largest weights, the two weights have about the same size, and the mean is about $\frac14$ in both coordinates.
# For example, $u_1$ is active only at $(1, 1)$, and has $\frac14(1, 1)$. Other units have less. The network's own errors are less regular,
# because each step sees only 32 random examples.
#
# </details>
#
# <details><summary>How far do features move, and what is known about random ones?</summary>
#
# The gradient changes $b_j$ by the same sum, with 1 in place of $x^{(i)}$. It changes $v_j$ by a similar sum, with the unit's output in
# place of $x^{(i)}$ and with 1 in place of $v_j$.
#
# The embedding has one factor $1/\sqrt h$, and $f$ has a second, so $f$ is an average over the $h$ units. This choice is called the mean-field
# scale. The gradients then have the factor $1/h$, and training multiplies them by $h$. So the weights of a unit move by an amount that does
# not depend on $h$. With one factor $1/\sqrt h$ only, they hardly move in a wide network: see [[neural_tangent_kernel]] and
# [[leaving_the_lazy_regime]]. [Karkada 2024](https://arxiv.org/abs/2404.19719) compares the two scales.
#
# [Yehudai and Shamir 2019](https://arxiv.org/abs/1904.00687) prove a limit of random features on Gaussian inputs. They cannot learn even a
# single ReLU neuron, unless their number or the size of their weights is exponential in the number of inputs.
#
# </details>
#
# ## Exercise 1 · Write: `alignment`
#
# Two questions remain: how good are these features, and could a fixed kernel do as well? For the first, compare the kernel matrix $K$ of the embedding with $yy^\top$, whose
# entries are $+1$ for two points of the same class and $-1$ otherwise.
#
# First *center* both: subtract from each feature, and from $y$, its mean over the points. Let $H$ be the identity minus $\frac1n$ in every
# entry. Then $y_c = Hy$ and $K_c = HKH$.
#
# The **alignment** is the cosine between $K_c$ and $y_cy_c^\top$, read as two long vectors: the sum of the products
# of matching entries, divided by both lengths ([Cortes et al. 2012](https://jmlr.org/papers/v13/cortes12a.html)).
#
# For the four rows of the table, the features $x_1, x_2$ have the alignment 0, and the single feature $x_1x_2$ has 1. The units $u_1, u_2$ predict the
# label exactly, yet they have only $1/\sqrt5 \approx 0.447$. So alignment does not measure whether the label is in the embedding, but how
# much else is in it.
#
# <details><summary>Why only 0.447?</summary>
#
# Let $q = u_1 - u_2 = x_1 + x_2$. Without their means, the units are $(y + q)/2$ and $(y - q)/2$, so $K_c = \frac12(yy^\top + qq^\top)$. The vector $q$
# is orthogonal to $y$, so it says nothing about the label. Its squared length is 8, and that of $y$ is 4. So the part $qq^\top$ of the kernel is twice as
# long as the part $yy^\top$, and the cosine is $1/\sqrt{1^2 + 2^2} = 1/\sqrt5$.
#
# </details>


# %%
@lesson.exercise("alignment")
def alignment(K, y):
    """The centered alignment of a kernel matrix with the labels.  K (n, n), y (n,) -> one number."""
    # BEGIN SOLUTION
    n = len(y)
    H = torch.eye(n).to(K) - 1 / n
    K, y = H @ K @ H, H @ y
    return y @ K @ y / (K.norm() * (y @ y))
    # END SOLUTION


# %% [markdown]
# ## By hand: one example, three parities
#
# The product of some coordinates that are each $+1$ or $-1$ is called a **parity**, and the number of its coordinates is its *size*. XOR has
# size 2. Three coordinates have three parities of size 2: $x_1x_2$, $x_1x_3$ and $x_2x_3$.
#
# Over all eight points, each of them has mean square 1. The product of two different ones has mean 0, for example
# $(x_1x_2)(x_1x_3) = x_2x_3$. So the three are *orthogonal*.
#
# You get one example, the point $z = (1, 1, 1)$. Its label is 1 for all three, so it does not say which parity is the target. A kernel
# method predicts $c\, k(x, z)$ with one coefficient $c$. Here are two kernels. (The coordinates of $k$'s second argument have a prime; at $z$ they are 1.) The
# errors are mean squares over all eight points, with the best $c$ for each target.
#
# |kernel|prediction|error for $x_1x_2$|for $x_1x_3$|for $x_2x_3$|mean|
# |---|---|---|---|---|---|
# |$x_1x_2 \cdot x_1'x_2'$|$c \cdot x_1x_2$|0|1|1|$\frac23$|
# |mean of all three products|$c \cdot (x_1x_2 + x_1x_3 + x_2x_3)/3$|$\frac23$|$\frac23$|$\frac23$|$\frac23$|
#
# For $x_1x_2$, the second kernel's best $c$ is 1. What remains is $\frac23x_1x_2 - \frac13x_1x_3 - \frac13x_2x_3$, with the mean square
# $\frac49 + \frac19 + \frac19 = \frac23$. The first kernel guesses the target, the second treats all alike, yet their means agree.
#
# No kernel has a smaller mean. Why? Read the eight numbers $k(x, z)$ as a vector $k(\cdot, z)$, and likewise each parity. Let $\rho_i$ be the cosine of the angle between
# $k(\cdot, z)$ and the $i$-th parity. With the best $c$, the error for this parity is $1 - \rho_i^2$. The parities are orthogonal, so
# $\rho_1^2 + \rho_2^2 + \rho_3^2 \le 1$. So the three errors add up to at least $3 - 1 = 2$, and their mean is at least $\frac23$.
#
# <details><summary>Why these two steps?</summary>
#
# The best $c$ projects the parity on $k(\cdot, z)$. The parity has length 1 in mean square, so its projection has the length $|\rho_i|$. By Pythagoras, the error is
# $1 - \rho_i^2$. Now project a vector of length 1 in the direction of $k(\cdot, z)$ on the three orthogonal parities. The parts have the lengths $|\rho_i|$. By
# Pythagoras, their squares add up to at most 1. This is Bessel's inequality.
#
# </details>
#
# ## Predict: 120 parities

# %%
lesson.predict("bound")

# %% [markdown]
# ## Explain: a bound for every kernel
#
# Let $\chi_1, \dots, \chi_N$ be all parities of one size of $d$ coordinates. Fix a kernel and $n$ training
# points, *the same for all targets*. Every prediction is a linear combination of the $n$ functions $k(\cdot, x^{(j)})$. Let
# $\mathcal G$ be the set of these combinations, and let $\lVert g\rVert^2$ be the mean of $g(x)^2$ over all $2^d$ points. Then
#
# $$\frac1N\sum_{i=1}^N \min_{g\in\mathcal G}\lVert\chi_i-g\rVert^2 \;\ge\; 1-\frac nN.$$
#
# *In words:* averaged over the $N$ targets, even the best combination has an error of at least $1 - n/N$. By hand, $n = 1$ and $N = 3$.
#
# **Why?** Let $\rho_i$ be the largest cosine between $\chi_i$ and a $g$ in $\mathcal G$. The smallest error for $\chi_i$ is $1 - \rho_i^2$. The set
# $\mathcal G$ has at most $n$ orthogonal directions. By Pythagoras, $\rho_i^2$ is the sum of the squared cosines of $\chi_i$ with them. Over all $i$, each direction
# adds at most 1, as by hand. So the sum of all $\rho_i^2$ is at most $n$.
#
# **Who reaches the bound?** The **oracle kernel** $\frac1N\sum_i \chi_i(x)\chi_i(x')$ does, if $\mathcal G$ has $n$ dimensions (fold).
#
# The bound covers every kernel, penalty and choice of points that do not depend on the target.
#
# <details><summary>Why does each direction of the oracle kernel add exactly 1?</summary>
#
# For a training point $x'$, each $\chi_i(x')$ is $1$ or $-1$. So the function $k(\cdot, x')$ is a combination of the parities, and all directions in
# $\mathcal G$ are such combinations. A direction is a vector of length 1. Its parts along the parities make up all of it, so by Pythagoras the squares of
# their lengths add up to 1. If $\mathcal G$ has $n$ dimensions, the sum of all $\rho_i^2$ is $n$, and the mean error is $1 - n/N$.
#
# </details>
#
# <details><summary>The proof in one line, and the points x and −x</summary>
#
# With the orthogonal projection $\Pi$ on $\mathcal G$, $\;\sum_i \rho_i^2 = \sum_i \lVert \Pi\chi_i\rVert^2 = \sum_i \langle \chi_i, \Pi\chi_i\rangle \le \operatorname{tr} \Pi \le n$,
# because the $\chi_i$ are orthonormal. The argument is well known, and we know of no first source.
#
# The points $x$ and $-x$ together add only one dimension for the oracle kernel, because every parity is the same at both, or only changes its sign. The
# examples of the explorer contain no such pair.
#
# </details>
#
# The explorer checks the bound for all parities of size 2, 3 or 4 of 10 coordinates.
# - **Black line** (white in a dark theme): the bound. No kernel's mean can lie in the gray region.
# - **Orange squares:** the mean error of ridge regression with the chosen kernel. **Purple:** the error of its best parity.
# - **Green rings:** the oracle kernel, on the black line. It knows the size, but not the subset.
#
# Which kernel in the menu has a best parity with error 0? Why is this no contradiction?

# %%
lesson.bound.show()

# %% [markdown]
# ## Exercise 2 · Repair: `oracle_kernel`
#
# The function below should return the oracle kernel. It lists no subsets, because multiplying
# out $(x_1x_1' + x_2x_2' + x_3x_3')^2$ gives all products of two coordinates. But for size 2 and the points $(1, 1, 1)$ and
# $(1, 1, -1)$ it returns $\frac19$, where $(1 - 1 - 1)/3 = -\frac13$ is right.


# %%
@lesson.exercise("oracle_kernel")
def oracle_kernel(x, x2, size):
    """The mean of chi(x_i) chi(x2_j) over all parities chi of this size.  x (n, d), x2 (m, d) -> (n, m)."""
    # BEGIN SOLUTION
    subsets = list(combinations(range(x.shape[1]), size))
    one, other = (torch.stack([points[:, subset].prod(1) for subset in subsets], 1) for points in (x, x2))
    return one @ other.T / len(subsets)
    # BEGIN GIVEN
    # return (x @ x2.T / x.shape[1]) ** size
    # END SOLUTION


# %% [markdown]
# <details><summary>What would the given version do to the green rings?</summary>
#
# It is the polynomial kernel of the menu. For size 3 and 60 examples, the rings would lie at 0.62 instead of 0.50. Products that repeat a coordinate, such as
# $x_1x_1x_2 = x_2$, are parities of a smaller size. They take up a part of $\mathcal G$, and no target is one of them.
#
# </details>
#
# ## See: the network and the bound
#
# Now the target is the parity of the first two of 40 coordinates, so $N = 780$.
# - **Left:** mean squared errors on new points against the number of examples. The black line is the bound, and the blue line
#   with disks is the network. Green triangles: a linear function of the trained hidden layer's features. Purple: a Gaussian kernel.
# - **Right:** each coordinate's share of the squared weight, in one run, for the number of examples at the vertical line.
#
# Move **Training** to the right. Then untick **Weight decay**.

# %%
lesson.parity.show()

# %% [markdown]
# With 200 examples the bound is 0.74, and the network's error falls to 0.01. The theorem still holds: it speaks of kernels that are fixed
# before the target, and the target's labels changed the network.
#
# <details><summary>The bound is a mean over 780 parities. Why may we compare one?</summary>
#
# For a single parity, a fixed kernel can have a small error: it may prefer just these two coordinates. The network has no such preference. At its start it
# treats all coordinates alike, so its expected error is the same for each of the 780 parities, and the mean over them is that of one.
#
# </details>
#
# The trained layer defines a kernel too, and a linear function of its features predicts as well as the network (0.01). So the network has *learned a kernel*
# from the labels. Its alignment with the labels of 500 new points rises from 0.01 to 0.54, more than the 0.447 by hand. The alignment is at most 0.05 for a Gaussian kernel, and 0.06 for the oracle kernel.
# The oracle kernel, which no kernel beats on average, treats all 780 parities alike, so it is aligned with none of them.
#
# Without decay, the error is 0.15, and the two coordinates have 40 % of the squared weight instead of 86 %.
#
# ## Exercise 3 · Decide: how much decay?
#
# Five networks are trained on 150 examples of the same parity for 2,000 steps, with the decays 0, 0.001, 0.003, 0.01 and 0.1.
#
# **First on paper:** which is the smallest decay that leaves at most 1 % of a weight that the gradient does not renew? **Then measure**
# the alignment of each network's features with the labels of 50 held-out examples. Is it largest for your decay? Give your decay, its alignment,
# and that without decay.

# %%
from ddlearn.lessons.learned_embeddings.decisions import DECAYS, examples, trained

x, y = examples()  # x (200, 40), y (200,): the last 50 are held out
networks = {decay: trained(decay) for decay in DECAYS}
f, phi = networks[0.001]  # two functions: f(x) gives predictions (n,), and phi(x) features (n, 64)

# BEGIN SOLUTION
decay = min(one for one in DECAYS if (1 - one) ** 2000 <= 0.01)  # 10 * 0.1 * decay per step
aligned = {}
for one, (_, phi) in networks.items():
    held_out = phi(x[150:])
    aligned[one] = alignment(held_out @ held_out.T, y[150:])
best, without = aligned[decay], aligned[0.0]
# BEGIN GIVEN
# decay, best, without = TODO, TODO, TODO
# END SOLUTION
lesson.decide("weight_decay", decay, best, without)

# %% [markdown]
# <details><summary>Why not more decay, and why held-out examples?</summary>
#
# With the decay 0.1, each step multiplies a weight by about 0.9. The gradient cannot renew the weights so fast: the network has the error 0.18 even on its
# own examples. On these 150 examples, the features without decay have the alignment 0.50, and those of the best network 0.57. So the fitted
# examples hardly show the difference.
#
# </details>

# %% [markdown]
# ## Where it breaks
#
# **Too few examples.** In the last explorer, under *More controls*, choose *3 of 40* and 300 examples. The network fits them all, and its error
# is 1.45, worse than predicting 0. With 600 examples it is 0.08, but without decay 1.57.
#
# <details><summary>Can training be too long?</summary>
#
# In the first explorer, choose *moons*, two half circles. The share of the first two of its 22 coordinates rises to 51 % at step 20, and falls to 18 % at
# step 300. The later steps use the noise coordinates to fit the examples that still have errors, and decay is too slow to undo this.
#
# </details>
#
# **Discuss:** You try ten kernels and keep the one with the smallest leave-one-out error ([[fixed_embeddings]]). Does the bound still apply?
#
# <details><summary>An answer</summary>
#
# Not as stated, because the choice uses the labels. But the combinations of all $10n$ functions have at most $10n$ dimensions and contain every
# choice. So the mean is at least $1 - 10n/N$. A network chooses among infinitely many kernels, and this argument gives nothing.
#
# </details>

# %% [markdown]
# ## Claims
#
# *Test error*: the mean squared error on new points.

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - **The gain.** From 200 examples of a parity of 2 of 40 coordinates, the network's error was 0.01. A fixed [kernel](GLOSSARY.md#kernel) has a mean
#   error of at least 0.74 over all 780 such parities, and needs at least 773 examples for a mean of 0.01.
# - **The reason.** With a fixed kernel and $n$ examples, the mean error over $N$ orthogonal targets of mean square 1 is at least $1 - n/N$. A network's
#   [embedding](GLOSSARY.md#embedding) depends on the labels. The gradient finds the coordinates, and [weight decay](GLOSSARY.md#weight-decay) removes the rest.
# - **The cost.** The examples must also show which coordinates matter. From only 50, the network's error was 1.31, worse than predicting 0.
#
# **What this does not show.** No theorem here says how many examples a *network* needs. We measured one network and one recipe.

# %% [markdown]
# ## Problems
#
# **1. One step on XOR (easy).** Take the four rows of the XOR table as examples, and $f = 0$. A unit has the weights $(2, 1)$, $b_j = 0$ and
# $v_j = 1$. Compute the formula in "The gradient". Then add a noise coordinate: repeat each row with $x_3 = 1$ and with $x_3 = -1$, and let the
# third weight be 0. Which weights of the row change?
#
# **2. Beat two thirds.** The cell below prints the errors for the kernel $(x^\top z)^2$. Try your own. When is the mean exactly
# $\frac23$? Also write `features` (checked), the formula of $\varphi(x)$ in *Explain*.
#
# **3. Digits.** The table below shows error rates on new digits, 0 to 4 against 5 to 9. Why does a fixed embedding do well here?
#
# <details><summary>4. No list of subsets (hard; checked by Exercise 2)</summary>
#
# Let two points differ in $r$ of $d$ coordinates. Write the oracle kernel for size $s$
# as a formula in $r$, $d$ and $s$, and use it in `oracle_kernel`.
#
# </details>


# %%
@lesson.problem("features")
def features(x, W, b):
    """relu(w_j . x_i + b_j) / sqrt(h) for all points and units.  x (n, d), W (h, d), b (h,) -> (n, h)."""
    # BEGIN SOLUTION
    return torch.relu(x @ W.T + b) / len(W) ** 0.5
    # END SOLUTION


# %%
cube = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0])] * 3)  # all eight points
parities = torch.stack([cube[:, i] * cube[:, j] for i, j in ((0, 1), (0, 2), (1, 2))], 1)
g = cube.sum(1) ** 2  # your kernel k(x, z) at these points, with z = (1, 1, 1)
mine = 1 - (parities.T @ g) ** 2 / (8 * g @ g)
print(mine, mine.mean())

# %%
from ddlearn.lessons.learned_embeddings import digits

print(digits.table())

# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** The unit is active at $(1, 1)$ and $(1, -1)$, with labels 1 and $-1$. The formula gives $\frac14[(1, 1) - (1, -1)] = (0, \frac12)$. With the third
# coordinate and eight rows, it gives $(0, \frac12, 0)$: the noise cancels. So a step moves $(2, 1)$ toward the diagonal, where $u_1$ of the
# table lies. With a sample of examples in place of all rows, the third entry is not exactly zero.
#
# **2.** The mean is $\frac23$ exactly if $k(\cdot, z)$ is a linear combination of the three parities. $(x^\top z)^2$ is 3 plus twice their sum, and its
# constant part is wasted: the mean is $\frac{17}{21} \approx 0.81$. In `features`, `x @ W.T` has shape $(n, h)$, and adding `b` shifts each column.
#
# **3.** The Gaussian kernel has the fewest errors at every size, and 64 learned units have fewer than 64 random units.
# Images that are close in pixels mostly show the same digit, so distances are already useful. Among noise coordinates, they are not.
# The kernel has the best of six settings. Leave-one-out can choose them instead, and the kernel still wins (see the claims).
# [Arora et al. 2020](https://arxiv.org/abs/1910.01663) report the same for tangent kernels on many small data sets.
#
# **4.** A parity changes its sign once per differing coordinate in its subset. There are $\binom rj\binom{d-r}{s-j}$ subsets with $j$ of these, so the
# kernel is $\sum_j (-1)^j \binom rj\binom{d-r}{s-j} / \binom ds$, a Krawtchouk polynomial in $r$. Since $x^\top x' = d - 2r$, the
# matrix `((d - x @ x2.T) / 2).round().long()` holds all $r$. Compute the formula for $r = 0, \dots, d$ with `math.comb`, and look the values up. The
# function `ddlearn.parities.krawtchouk` is this table. There may now be a thousand coordinates.
#
# </details>

# %% [markdown]
# ## Further reading
#
# <details><summary>Three papers</summary>
#
# - Ghorbani, Mei, Misiakiewicz, Montanari: [When do neural networks outperform kernel methods?](https://arxiv.org/abs/2006.13409) (2020). Noise in
#   the inputs.
# - Barak, Edelman, Goel, Kakade, Malach, Zhang: [Hidden progress in deep learning](https://arxiv.org/abs/2207.08799) (2022). How networks
#   find parities.
# - Cristianini, Shawe-Taylor, Elisseeff, Kandola: [On kernel-target alignment](https://papers.nips.cc/paper/1946-on-kernel-target-alignment) (2001).
#   The first alignment.
#
# </details>
#
# <details><summary>Data</summary>
#
# The digits are those of E. Alpaydin and C. Kaynak,
# [Optical Recognition of Handwritten Digits](https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits),
# UCI Machine Learning Repository, 1998 ([CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)).
#
# </details>
#
# **Next:** [[neural_tangent_kernel]], Neural tangent kernel.
