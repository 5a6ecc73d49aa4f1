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
# ![XOR, with the classes in opposite corners of a square, and two bar charts: the weights of twelve coordinates before training, and the two that remain.](pictures/learned_embeddings.svg)
#
# *The class is the product of coordinates 4 and 9, each $+1$ or $-1$. A small network learned it from examples, with weight decay: every step
# also shrinks all weights a little. The bars show how much weight its units give to each coordinate.*
#
# **Question.** In [[fixed_embeddings]], the embedding was chosen before any label was seen. A network finds its own while it learns. What does
# this gain, and what does it cost?
#
# **You will be able to**
# - measure how well an embedding suits the labels (Exercise 1);
# - build a kernel that no other kernel beats on average, and say why none does (Exercise 2);
# - choose the weight decay of a network, and defend the choice with a number (Exercise 3).
#
# **Before you start:** [[fixed_embeddings]] · [training recipe](refreshers/training_recipe.md) · [notation](NOTATION.md) ·
# [glossary](GLOSSARY.md)

# %%
from itertools import combinations

import torch

from ddlearn.lessons.learned_embeddings import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 40 minutes, of which 5 are slack.** 2 recap · 3 XOR, at the board · 4 predict, first explorer · 5 explain · 5 Exercise 1 ·
# 5 three parities, predict · 3 bound · 4 Exercise 2 · 4 network and bound. The rest is homework.
#
# **Board.** The XOR table, and the two kernels with their errors.
#
# **The one question to ask:** "What has this embedding seen that the kernel has not?" (The labels.)
#
# **Discussion.** The chosen kernel depends on the labels. But the mixtures of all ten kernels span at most $10n$ dimensions, so $1 - 10n/N$
# still bounds the mean.
#
# **Usual wrong answers.** *"A better kernel crosses the bound"*: ask which kernel may know the subset.
#
# **Exit ticket.** "What do gradient and decay do to weights on noise?"
#
# **If a machine is slow:** *3 of 40* trains longest.

# %% [markdown]
# ## Recap

# %%
lesson.recap()

# %% [markdown]
# ## By hand: XOR
#
# Take two coordinates, each $+1$ or $-1$, and let the label be their product. This function is called XOR. The columns $u_1$ and $u_2$ are
# two ReLU units, where $\mathrm{relu}(z)$ is the larger of $z$ and 0.
#
# |$x_1$|$x_2$|label $y = x_1x_2$|$u_1 = \mathrm{relu}(x_1 + x_2)$|$u_2 = \mathrm{relu}(-x_1 - x_2)$|$u_1 + u_2 - 1$|
# |---|---|---|---|---|---|
# |1|1|1|2|0|1|
# |1|−1|−1|0|0|−1|
# |−1|1|−1|0|0|−1|
# |−1|−1|1|0|2|1|
#
# No function $c + w_1x_1 + w_2x_2$ has the sign of the label in every row. Its sum over the two rows with label $1$ is $2c$, and its sum over
# the other two rows is $2c$ as well. But the first sum would have to be positive, and the second negative.
#
# With the features $u_1$ and $u_2$, a linear function is enough: $u_1 + u_2 - 1$ equals the label. A network must find such units from examples.
#
# ## Predict

# %%
lesson.predict("noise")

# %% [markdown]
# ## See
#
# The explorer trains a layer of 64 ReLU units on 300 examples. The first two of 22 coordinates are near a corner of XOR, and the others are
# noise. At step 0 the weights of the layer are random.
# - **Left:** each coordinate's share of the sum of all squared weights. The dashed line shows equal shares.
# - **Right:** 300 *new* points in the features of the layer. A plane was fitted to the examples in these features. You look along it, as in
#   [[fixed_embeddings]], so it is the vertical line.
#
# Move **Training step** to the right. At which step are all new points on their own side? How much weight do the two coordinates have there?

# %%
lesson.film.show()

# %% [markdown]
# After 30 steps, the two coordinates have 70 % of the squared weight, and all new points are on their own side. Infinitely many random units put
# only 79 % there, because in their fixed kernel every noise coordinate counts as much as the two.
#
# ## Explain: features that training changes
#
# Our networks have one hidden layer of $h$ units. They compute
#
# $$\varphi(x) = \tfrac{1}{\sqrt h}\,\mathrm{relu}(Wx + b), \qquad f(x) = \tfrac{1}{\sqrt h}\, v^\top \varphi(x).$$
#
# *In words:* unit $j$ multiplies the coordinates by its weights, row $j$ of $W$, and adds $b_j$. It is *active* at $x$ if the result is positive. The
# features $\varphi(x)$ are the embedding, and $v$ is the plane in it. At the start $W$ and $b$ are random. Training changes them, so the
# embedding depends on the labels.
#
# **The recipe.** Training minimizes half the mean squared error. Each step uses 32 random examples, step size 0.1, momentum 0.9
# and **weight decay** 0.001 ([what these are](refreshers/training_recipe.md)). The gradient is multiplied by $h$, because $f$ is an average over
# $h$ units. Two forces act on each weight.
#
# **The gradient.** Let $x^{(i)}$ be the $i$-th example, and $y_i$ its label. The row of unit $j$ changes by a multiple of
#
# $$v_j \cdot \frac1n \sum_{i\,:\,\text{unit } j \text{ active at } x^{(i)}} \left(y_i - f(x^{(i)})\right) x^{(i)}.$$
#
# *In words:* add up the examples at which the unit is active, each multiplied by its remaining error, and divide by $n$. In a noise coordinate,
# positive and negative terms almost cancel, and what is left has a size of about $1/\sqrt n$. In a coordinate that decides the label, they need
# not cancel (problem 1). So the gradient finds the two coordinates, but it also puts some weight on noise.
#
# **Weight decay** shrinks every weight. Momentum makes a constant force $1/(1 - 0.9) = 10$ times as strong. So each step multiplies a weight by
# about $1 - 10 \cdot 0.1 \cdot 0.001 = 0.999$, apart from the gradient. A weight that the gradient no longer renews has 74 % of
# its size after 300 steps, and 14 % after 2,000. Once the labels are explained, decay makes a small new error at
# every step. The gradient of this error renews the weights on the two coordinates that explain the labels, and not those on noise.
#
# <details><summary>How far do features move, and what is known about random ones?</summary>
#
# The factor $1/\sqrt h$ in $f$ is a choice, the mean-field scale. With it, features move by an amount that does not depend on $h$. With
# another scale, a wide network hardly moves its features: see [[neural_tangent_kernel]] and [[leaving_the_lazy_regime]].
# [Karkada 2024](https://arxiv.org/abs/2404.19719) compares the two.
#
# [Yehudai and Shamir 2019](https://arxiv.org/abs/1904.00687) prove a limit of random features on Gaussian inputs. They cannot learn even a
# single ReLU neuron, unless their number or the size of their weights is exponential in $d$.
#
# </details>
#
# ## Exercise 1 · Write: `alignment`
#
# How well does an embedding suit the labels? Compare the kernel matrix $K$ of the embedding with $yy^\top$, whose
# entries are $+1$ for two points of the same class and $-1$ otherwise.
#
# First *center* both: subtract from each feature, and from $y$, its mean over the points. This turns $y$ into $y_c = Hy$ and $K$ into
# $K_c = HKH$, where $H$ is the identity minus $\frac1n$ in every entry.
#
# The **alignment** is the cosine between $K_c$ and $y_cy_c^\top$, each read as a list of $n^2$ numbers. So it is the sum of the products
# of matching entries, divided by both lengths ([Cortes et al. 2012](https://jmlr.org/papers/v13/cortes12a.html)).
#
# For the four rows of the table, the features $x_1, x_2$ have the alignment 0, and $u_1, u_2$ have $1/\sqrt5 \approx 0.447$. The single
# feature $x_1x_2$ has 1. When your function passes, the explorer reports it.


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
# method predicts $c\, k(x, z)$ with one coefficient $c$. For two kernels, the table shows the smallest mean squared error over all eight points
# that any $c$ reaches.
#
# |kernel|prediction|error for $x_1x_2$|for $x_1x_3$|for $x_2x_3$|mean|
# |---|---|---|---|---|---|
# |$x_1x_2 \cdot x_1'x_2'$|$c \cdot x_1x_2$|0|1|1|$\frac23$|
# |mean of all three products|$c \cdot (x_1x_2 + x_1x_3 + x_2x_3)/3$|$\frac23$|$\frac23$|$\frac23$|$\frac23$|
#
# The first kernel guesses the target, and the second treats the three alike. Yet their mean errors agree, and no kernel has a smaller one. Let
# $\rho_i$ be the cosine of the angle between $k(\cdot, z)$ and the $i$-th parity, as vectors of eight numbers. With the best $c$, the error is $1 - \rho_i^2$.
# The parities are orthogonal, so $\rho_1^2 + \rho_2^2 + \rho_3^2 \le 1$. The three errors add up to at least 2, so their mean is at least $\frac23$.
#
# ## Predict: 120 parities

# %%
lesson.predict("bound")

# %% [markdown]
# ## Explain: a bound for every kernel
#
# Let $\chi_1, \dots, \chi_N$ be all parities of one size of $d$ coordinates. Fix a kernel and $n$ training points, *the same for all targets*. Every
# prediction is a mixture of the $n$ functions $k(\cdot, x^{(j)})$. Let $\mathcal G$ be the set of these mixtures, and $\lVert g\rVert^2$ the mean of
# $g(x)^2$ over all $2^d$ points. Then
#
# $$\frac1N \sum_{i=1}^N \min_{g \in \mathcal G} \lVert \chi_i - g\rVert^2 \;\ge\; 1 - \frac nN.$$
#
# *In words:* averaged over the $N$ targets, even the best mixture has an error of at least $1 - n/N$. By hand, $n = 1$ and $N = 3$. The reason is the
# same. Let $\rho_i$ be the largest cosine between $\chi_i$ and a mixture. The smallest error is $1 - \rho_i^2$, and all $\rho_i^2$ add up to at
# most $n$, because $\mathcal G$ has at most $n$ dimensions.
#
# The bound holds for every kernel, every penalty and every choice of points, if they do not depend on the target. It says nothing about
# one parity alone: by hand, the first kernel has the error 0 on $x_1x_2$.
#
# <details><summary>Proof</summary>
#
# Let $P$ be the orthogonal projection on $\mathcal G$. Each $\chi_i$ has length 1, so $\min_g \lVert \chi_i - g\rVert^2 = 1 - \lVert P\chi_i\rVert^2$.
# The $\chi_i$ are orthonormal, so $\sum_i \lVert P\chi_i\rVert^2 = \sum_i \langle \chi_i, P\chi_i\rangle \le \operatorname{tr} P \le n$. Divide by $N$.
# The argument is well known, and we know of no first source.
#
# </details>
#
# The explorer checks the bound for all parities of size 2, 3 or 4 of 10 coordinates.
# - **Black line:** the bound. No kernel's mean can lie in the gray region.
# - **Orange squares:** the mean error of the chosen kernel over all $N$ parities. **Purple:** the error of its best parity.
# - **Green rings:** the **oracle kernel**, the mean of the products of all $N$ parities, as in the table's second row. It knows the size,
#   but not the subset.
#
# Which kernel in the menu has a best parity with the error 0? Why is this no contradiction?

# %%
lesson.bound.show()

# %% [markdown]
# ## Exercise 2 · Repair: `oracle_kernel`
#
# The function below should return the oracle kernel, $\frac1N\sum_i \chi_i(x)\chi_i(x')$. It runs. But for size 2 and the points $(1, 1, 1)$ and
# $(1, 1, -1)$ it returns $\frac17$, where $(1 - 1 - 1)/3 = -\frac13$ is right. Find the mistake, and repair it. When it passes, the
# green rings run on your function.


# %%
@lesson.exercise("oracle_kernel")
def oracle_kernel(x, x2, size):
    """The mean of chi(x_i) chi(x2_j) over all parities chi of this size.  x (n, d), x2 (m, d) -> (n, m)."""
    # BEGIN SOLUTION
    subsets = list(combinations(range(x.shape[1]), size))
    one, other = (torch.stack([points[:, subset].prod(1) for subset in subsets], 1) for points in (x, x2))
    return one @ other.T / len(subsets)
    # BEGIN GIVEN
    # subsets = [subset for count in range(size + 1) for subset in combinations(range(x.shape[1]), count)]
    # one, other = (torch.stack([points[:, subset].prod(1) for subset in subsets], 1) for points in (x, x2))
    # return one @ other.T / len(subsets)
    # END SOLUTION


# %% [markdown]
# <details><summary>What would the given version do to the green rings?</summary>
#
# The rings would lie above the bound: for size 3 and 60 examples at 0.66 instead of 0.50. A part of the 60 dimensions then goes to
# parities of other sizes, and no target is one of these.
#
# </details>
#
# ## See: the network and the bound
#
# Now 40 coordinates, and the target is the parity of the first two. There are $N = 780$ parities of size 2. The bound is drawn before
# anything is trained.
# - **Left:** mean squared errors on new points against the number of examples. Predicting 0 has the error 1. The green triangles are a
#   plane that is fitted anew in the network's hidden layer. The lines are means of three runs.
# - **Right:** each coordinate's share of the squared weight, in one run, for the number of examples at the vertical line.
#
# Move **Training** to the right. Then untick **Weight decay**.

# %%
lesson.parity.show()

# %% [markdown]
# With 200 examples the bound is 0.74, and the network's error falls to 0.01. The theorem is not violated, because it is for kernels that are fixed
# before the target. This parity is not special: before training, the network treats all coordinates alike.
#
# The trained layer defines a kernel too, and a plane in it predicts as well as the network (0.01). So the network has *learned a kernel* from
# the labels.
#
# Without decay, the network still fits all examples, but its error is 0.15. The two coordinates have 40 % of the squared weight instead of 86 %. In the
# first 100 steps, all weights grow, with decay and without. With decay, those on the other 38 coordinates then fade. So *the gradient
# finds the two coordinates, and weight decay removes the rest*.
#
# ## Exercise 3 · Decide: how much decay?
#
# Here are 200 examples of the same parity. Five networks are trained on the first 150, each with another weight decay. Choose a decay by
# the mean squared error on the 50 held-out examples. Give the decay, this error with two digits, and the share of squared weight on the
# first two coordinates.

# %%
from ddlearn.lessons.learned_embeddings.decisions import DECAYS, examples, trained

x, y = examples()  # x (200, 40), y (200,)
networks = {decay: trained(decay) for decay in DECAYS}  # each one is f, W: f(x) predicts, W (64, 40) are its weights

# BEGIN SOLUTION
errors = {decay: (f(x[150:]) - y[150:]).square().mean() for decay, (f, W) in networks.items()}
decay = min(errors, key=errors.get)
W = networks[decay][1]
error, share = errors[decay], W[:, :2].square().sum() / W.square().sum()
# BEGIN GIVEN
# decay, error, share = TODO, TODO, TODO
# END SOLUTION
lesson.decide("weight_decay", decay, error, share)

# %% [markdown]
# ## Where it breaks
#
# - **Too few examples.** In the last explorer, under *More controls*, choose *3 of 40* and 300 examples. The network fits them all, and its error
#   is 1.45, worse than predicting 0.
# - **No decay.** With 600 examples of *3 of 40*, the error is 0.08 with decay and 1.57 without. There $N = 9{,}880$, so a kernel needs at least
#   8,892 examples for a mean error of 0.1.
# - **Training for too long.** In the first explorer, choose *moons*. The share of the two coordinates rises to 51 % at step 20, and falls to 18 % at
#   step 300. The later steps fit the last examples with noise coordinates.
# - **A good fixed embedding.** On small images of digits, a Gaussian kernel beats our network (problem 3).
#
# **Discuss:** You try ten kernels and keep the one with the smallest leave-one-out error. Does the bound still apply?

# %% [markdown]
# ## Claims
#
# [[start_here]] explains band and control. *Test error* means the mean squared error on new points.

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - With a fixed [kernel](GLOSSARY.md#kernel) and $n$ examples, the mean error over $N$ orthogonal targets is at least $1 - n/N$.
# - A network goes below this mean because its [embedding](GLOSSARY.md#embedding) depends on the labels. The gradient finds the coordinates, and
#   [weight decay](GLOSSARY.md#weight-decay) removes the rest.
# - Learning an embedding takes examples. With too few, the result is worse than predicting 0.
#
# **What this does not show.** On real data a kernel may win, as on the digits. No theorem here says how many examples
# the *network* needs. We measured this, for one small network and one recipe.

# %% [markdown]
# ## Problems
#
# **1. One step on XOR (easy).** Take the four rows of the XOR table as examples, and $f = 0$. A unit has the weights $(2, 1)$, $b_j = 0$ and
# $v_j = 1$. Compute the formula in "The gradient". Then add a noise coordinate: repeat each row with $x_3 = 1$ and with $x_3 = -1$, and let the
# third weight be 0. Which weights change?
#
# **2. The features (checked below).** Write `features`. The explorers then run on it.
#
# **3. Digits (run the cell below).** The classes are small images of 0 to 4 and of 5 to 9. The table shows error rates on new digits, for the
# Gaussian kernel with the best of six settings. Why does a fixed embedding do well here, and not on XOR among noise?
#
# **4. No list of subsets (hard; checked by Exercise 2).** Let two points differ in $r$ of $d$ coordinates. Write the oracle kernel for size $s$
# as a formula in $r$, $d$ and $s$, and use it in `oracle_kernel`.


# %%
@lesson.problem("features")
def features(x, W, b):
    """relu(w_j . x_i + b_j) / sqrt(h) for all points and units.  x (n, d), W (h, d), b (h,) -> (n, h)."""
    # BEGIN SOLUTION
    return torch.relu(x @ W.T + b) / len(W) ** 0.5
    # END SOLUTION


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
# **2.** See the cell above. `x @ W.T` has shape $(n, h)$, and adding `b` shifts each column.
#
# **3.** The Gaussian kernel has the fewest errors at every size, and 64 learned units have fewer than 64 random units.
# Images that are close in pixels mostly show the same digit, so distances are already useful. Among noise coordinates, they are not.
# Leave-one-out can choose the settings instead, and the kernel still wins (see the claims).
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
# - Ghorbani, Mei, Misiakiewicz, Montanari: [When do neural networks outperform kernel methods?](https://arxiv.org/abs/2006.13409) (2020). Noise in
#   the inputs.
# - Barak, Edelman, Goel, Kakade, Malach, Zhang: [Hidden progress in deep learning](https://arxiv.org/abs/2207.08799) (2022). How networks
#   find parities.
# - Cristianini, Shawe-Taylor, Elisseeff, Kandola: [On kernel-target alignment](https://papers.nips.cc/paper/1946-on-kernel-target-alignment) (2001).
#   The first alignment.
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
