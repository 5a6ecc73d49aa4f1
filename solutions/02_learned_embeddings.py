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
# ![Left: the product of two coordinates; the classes sit in opposite corners of a square, so no line separates them. Right: two bar charts of the weight per coordinate. Before training, twelve coordinates have about equal weight. After training, two have almost all of it.](pictures/learned_embeddings.svg)
#
# *The class is the product of coordinates 4 and 9, each $+1$ or $-1$. A small network was trained on examples, with weight decay. Before
# training, its weights treat all coordinates alike. Afterwards, almost all of the weight is on these two.*
#
# **Question.** In [[fixed_embeddings]], the embedding was chosen before any label was seen. A network finds its own embedding while
# it learns. What does this gain, and what does it cost?
#
# **You will be able to**
# - measure how well an embedding suits the labels (Exercise 1);
# - build the kernel that meets a bound for all kernels, and prove the bound (Exercise 2);
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
# **Instructor: 40 minutes, of which 5 are slack.** 2 recap · 3 XOR, at the board · 4 predict and first explorer · 5 explain · 5 Exercise 1 ·
# 5 three parities, predict · 3 bound and proof · 4 Exercise 2 · 4 network and bound. Exercise 3, quiz and problems are homework.
#
# **Board.** The XOR table with its two ReLU columns. Below it the two kernels for three parities, with errors $0, 1, 1$ and
# $\frac23, \frac23, \frac23$.
#
# **The one question to ask:** "What has this embedding seen that the kernel has not?" (The labels.)
#
# **Discussion.** The bound needs the kernel before the target. Cross-validation over many kernels already breaks this, and it is a
# mild form of learning features. So the difference between the two worlds is one of degree.
#
# **Usual wrong answers.** *"A better kernel crosses the bound"*: ask which kernel in the menu may know the subset. *"The network broke
# the theorem"*: the theorem fixes the kernel first. *"Zero training error means that the features were found"*: show 300 examples of
# size 3.
#
# **Exit ticket.** "What does the gradient do to the weights on noise, and what does weight decay do to them?"
#
# **If a machine is slow:** each training takes a few seconds once. The longest is *3 of 40*, and Cancel works.

# %% [markdown]
# ## Recap

# %%
lesson.recap()

# %% [markdown]
# ## By hand: XOR
#
# Take two coordinates, each $+1$ or $-1$, and let the label be their product. This function is called XOR. The last columns
# belong to two ReLU units, where $\mathrm{relu}(z)$ is the larger of $z$ and 0.
#
# | $x_1$ | $x_2$ | label $y = x_1x_2$ | $u_1 = \mathrm{relu}(x_1 + x_2)$ | $u_2 = \mathrm{relu}(-x_1 - x_2)$ | $u_1 + u_2 - 1$ |
# |---|---|---|---|---|---|
# | 1 | 1 | 1 | 2 | 0 | 1 |
# | 1 | −1 | −1 | 0 | 0 | −1 |
# | −1 | 1 | −1 | 0 | 0 | −1 |
# | −1 | −1 | 1 | 0 | 2 | 1 |
#
# No function $c + w_1x_1 + w_2x_2$ has the right signs. Its sum over the two rows with label $1$ is $2c$, and its sum over the other two
# rows is $2c$ as well. The first sum would have to be positive, and the second negative.
#
# With the features $u_1$ and $u_2$, a linear function is enough: $u_1 + u_2 - 1$ *is* the label. These units have weights on the two
# coordinates that decide. A network must find such weights from examples, also when most coordinates are noise.
#
# ## Predict

# %%
lesson.predict("noise")

# %% [markdown]
# ## See
#
# The explorer trains a layer of 64 ReLU units on 300 examples. The class depends on the first two of 22 coordinates, and the data
# look like the four corners of XOR, with some spread. At step 0 the weights are random.
# - **Left:** each coordinate's share of the sum of all squared weights. At the dashed line, all shares would be equal.
# - **Right:** 300 *new* points in the features of the layer. A plane was fitted to the examples in these features. You look along it, as in
#   [[fixed_embeddings]]: it is the vertical line.
#
# Move **Training step** slowly to the right. What happens first: do the two coordinates gain weight, or do the classes separate?

# %%
lesson.film.show()

# %% [markdown]
# ## Explain: features that training changes
#
# Our networks have one hidden layer of $h$ units. They compute
#
# $$\varphi(x) = \tfrac{1}{\sqrt h}\,\mathrm{relu}(Wx + b), \qquad f(x) = \tfrac{1}{\sqrt h}\, v^\top \varphi(x).$$
#
# *In words:* row $w_j$ of $W$ holds the weights of unit $j$, and $b_j$ shifts the place where the unit becomes active. The features
# $\varphi(x)$ are the embedding, and $v$ is the plane in it. If $W$ and $b$ stay as they were drawn, these are **random features**, which
# approximate a fixed kernel. Training changes $W$, $b$ and $v$, so the embedding depends on the labels.
#
# **The recipe.** Training minimizes half the mean squared error. Each step uses 32 random examples, step size 0.1, momentum 0.9
# and **weight decay** 0.001 ([what these are](refreshers/training_recipe.md)). The gradient is multiplied by $h$, because $f$ is an average over
# $h$ units. Two forces act on each weight.
#
# **The gradient** changes the weights of unit $j$ by a multiple of
#
# $$v_j \cdot \frac1n \sum_{i\,:\,\text{unit } j \text{ active at } x_i} \left(y_i - f(x_i)\right) x_i.$$
#
# *In words:* average the examples at which the unit is active, each multiplied by its remaining error. In a noise coordinate, positive
# and negative terms almost cancel: their average has a size of about $1/\sqrt n$. In a coordinate that decides the label, they need not
# cancel. So the gradient finds the two coordinates, but it also puts some weight on noise.
#
# **Weight decay** shrinks every weight. With momentum, a constant push acts ten times as strongly. So each step multiplies a weight by
# about $1 - 10 \cdot 0.1 \cdot 0.001 = 0.999$, apart from the gradient. A weight that the gradient no longer renews has 74 % of
# its size after 300 steps, and 14 % after 2,000. What remains is what *all* examples need.
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
# How well does an embedding suit the labels, before any plane is fitted? Compare two matrices: the kernel matrix $K$ of the embedding,
# and $yy^\top$. The second is $+1$ for two points of the same class, and $-1$ for two of different classes.
#
# First, *center* both: subtract from each feature its mean over the points, and from $y$ its mean. On the kernel matrix this acts as
# $K_c = HKH$ with $H = I - \frac1n \mathbf 1\mathbf 1^\top$, the identity minus $\frac1n$ in every entry. Likewise $y_c = Hy$.
#
# The **alignment** is the cosine between $K_c$ and $y_cy_c^\top$, each read as a list of $n^2$ numbers. So it is the sum of the products
# of matching entries, divided by both lengths ([Cortes et al. 2012](https://jmlr.org/papers/v13/cortes12a.html)).
#
# For the four rows of the table, the features $x_1, x_2$ have alignment 0, and $u_1, u_2$ have $1/\sqrt5 \approx 0.447$. The single feature
# $x_1x_2$ has 1. When your function passes, the sentence of the explorer runs on it.


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
# A **parity** of size $s$ is the product of $s$ coordinates that are each $+1$ or $-1$. XOR is the parity of size 2 of two
# coordinates. Three coordinates have three parities of size 2: $x_1x_2$, $x_1x_3$ and $x_2x_3$.
#
# Over all eight points, each of them has mean square 1. The product of two different ones has mean 0, for example
# $(x_1x_2)(x_1x_3) = x_2x_3$. So the three are *orthogonal*.
#
# You get one example, the point $z = (1, 1, 1)$. Its label is 1 for each of the three, so it does not say which parity is the target. A kernel
# method predicts $c\, k(x, z)$ with one coefficient $c$. Here are two kernels, with the smallest mean squared error over all eight points that any
# $c$ reaches:
#
# | kernel | prediction | error for $x_1x_2$ | for $x_1x_3$ | for $x_2x_3$ | mean |
# |---|---|---|---|---|---|
# | $x_1x_2 \cdot x_1'x_2'$ | $c \cdot x_1x_2$ | 0 | 1 | 1 | $\frac23$ |
# | mean of all three products | $c \cdot (x_1x_2 + x_1x_3 + x_2x_3)/3$ | $\frac23$ | $\frac23$ | $\frac23$ | $\frac23$ |
#
# The first kernel guesses the target. The second, with $c = 1$, treats the three alike. Their mean errors agree. The reason: one function can have a
# squared cosine $c_1^2$, $c_2^2$, $c_3^2$ with each target, but these three add up to at most 1. Its errors, $1 - c_i^2$, add up to at least 2.

# %%
lesson.predict("bound")

# %% [markdown]
# ## Explain: a bound for every kernel
#
# Let $\chi_1, \dots, \chi_N$ be all parities of one size. Fix a kernel and $n$ training points, *the same for all targets*. Every prediction is a
# mixture of the $n$ functions $k(\cdot, x_j)$. Let $\mathcal G$ be the set of these mixtures, and $\lVert g\rVert^2$ the mean of $g(x)^2$ over all
# $2^d$ points. Then
#
# $$\frac1N \sum_{i=1}^N \min_{g \in \mathcal G} \lVert \chi_i - g\rVert^2 \;\ge\; 1 - \frac nN.$$
#
# *In words:* averaged over the $N$ targets, even the best mixture has an error of at least $1 - n/N$. By hand, $n = 1$ and $N = 3$. The reason is the
# same: $n$ functions span at most $n$ dimensions, and these have room for only $n$ of $N$ orthogonal targets.
#
# The bound holds for every kernel, every penalty and every choice of points, if they do not depend on the target. It says nothing about
# one parity alone: the first kernel above has the error 0 on its own.
#
# <details><summary>Proof</summary>
#
# Let $P$ be the orthogonal projection on $\mathcal G$. Each $\chi_i$ has length 1, so $\min_g \lVert \chi_i - g\rVert^2 = 1 - \lVert P\chi_i\rVert^2$.
# The $\chi_i$ are orthonormal, so $\sum_i \lVert P\chi_i\rVert^2 = \sum_i \langle \chi_i, P\chi_i\rangle \le \operatorname{tr} P \le n$. Divide by $N$.
# The argument is well known, and we know of no first source.
#
# </details>
#
# The explorer checks it for all parities of size 2, 3 or 4 of 10 coordinates.
# - **Black line:** the bound. No kernel's mean can lie in the gray region.
# - **Orange squares:** the mean error of the chosen kernel over all $N$ parities. **Purple:** the error of its best parity.
# - **Green rings:** the **oracle kernel**, the mean of the products of all $N$ parities, as in the second row above. It knows the size, but
#   not the subset.
#
# Which kernel has a best parity with the error 0? Why is this no contradiction?

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
#   plane that is fitted anew in the network's hidden layer.
# - **Right:** each coordinate's share of the squared weight, for the number of examples at the vertical line.
#
# Move **Training** to the right. Then untick **Weight decay**.

# %%
lesson.parity.show()

# %% [markdown]
# With 200 examples the bound is 0.74, and the network's error falls to 0.01. The theorem stands: it is for kernels that are fixed
# before the target. The network treats all coordinates alike before training, so on average it learns any other parity as well.
#
# The network did not leave the world of kernels. The plane in its trained layer is a kernel method, and it predicts as
# well as the network (0.01). The network has *learned a kernel* from the labels.
#
# Without decay, the network still fits all examples, and its error is 0.15. The two coordinates have 40 % of the squared weight instead of 86 %. In the
# first 100 steps both networks grow weights on all 40 coordinates. With decay, the weights on the other 38 then fade. So *the gradient finds
# the coordinates, and weight decay removes the rest*.
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
# - **Too few examples.** In the last explorer, under *More controls*, choose *3 of 40* and 300 examples. The network fits them all, and its error is 1.45, worse
#   than predicting 0. No coordinate stands out. Features must be estimated, too.
# - **No decay.** With 600 examples of *3 of 40*, the error is 0.08 with decay and 1.57 without. A kernel needs 8,892 examples for a mean error
#   of 0.1, because $N = 9{,}880$.
# - **Training for too long.** In the first explorer, choose *moons*. The weight of the two coordinates rises to 46 % at step 40 and falls to 18 % at
#   step 300. At the end, 81 % of the new points are on their side. Infinitely many untrained units reach 86 %.
# - **A good fixed embedding.** On small images of digits, the Gaussian kernel beats the same network (problem 3).
#
# **Discuss:** You try ten kernels and keep the one with the smallest leave-one-out error. Does the bound still apply?

# %% [markdown]
# ## Claims
#
# Each line is a statement, its band, and what your machine measured. The control repeats the measurement without the cause.

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
# - Learning an embedding takes examples. With too few, it can be worse than none.
#
# **What this does not show.** Parities were made to be hard for kernels, and on the digits a kernel wins. The bound says nothing about one
# kernel on one target. No theorem here says how many examples the *network* needs: we measured this, for one small network and one recipe.

# %% [markdown]
# ## Problems
#
# **1. One step on XOR (easy).** Take the four rows of the XOR table, and $f = 0$. A unit has the weights $(2, 1)$, no shift, and $v_j = 1$. Compute the
# average in "the gradient". Then add a third coordinate: repeat each row with $x_3 = 1$ and $x_3 = -1$. Let the third weight be 0. Which weights change?
#
# **2. The features (checked below).** Write `features`. When it passes, the explorers run on it.
#
# **3. Digits (run the cell below).** The classes are small images of 0 to 4 and of 5 to 9. The table shows the error rates of four methods on new
# digits. The Gaussian kernel has the best of six settings, which favors it. Why does a fixed embedding do well here, and not on XOR among
# noise?
#
# **4. No list of subsets (hard; checked by Exercise 2).** Let two points differ in $r$ of $d$ coordinates. Write the oracle kernel as a formula in
# $r$, $d$ and the size $s$. Rewrite `oracle_kernel` with it.


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
# **1.** The unit is active at $(1, 1)$ and $(1, -1)$, with labels 1 and $-1$. The average is $\frac14[(1, 1) - (1, -1)] = (0, \frac12)$. With the third
# coordinate, the average over eight rows is $(0, \frac12, 0)$: the noise cancels. So a step moves $(2, 1)$ toward the diagonal, where $u_1$ of the
# table lies. With a sample of examples in place of all rows, the third entry is not exactly zero.
#
# **2.** See the cell above. `x @ W.T` has shape $(n, h)$, and adding `b` shifts each column.
#
# **3.** The Gaussian kernel has the fewest errors at every size, and the learned units have fewer than as many random ones.
# Images that are close in pixels mostly show the same digit, so distances are already useful. Among noise coordinates, they are not.
# Leave-one-out can choose the settings instead, and the kernel still wins (see the claims).
# [Arora et al. 2020](https://arxiv.org/abs/1910.01663) report the same for tangent kernels on many small data sets.
#
# **4.** A parity changes its sign once per differing coordinate in its subset. There are $\binom rj\binom{d-r}{s-j}$ subsets with $j$ of these, so the
# kernel is $\sum_j (-1)^j \binom rj\binom{d-r}{s-j} / \binom ds$, a Krawtchouk polynomial in $r$. Since $x^\top x' = d - 2r$,
#
# `((d - x @ x2.T) / 2).round().long()` holds all $r$. Compute the formula for $r = 0, \dots, d$ with `math.comb`, and look the values up. The
# function `ddlearn.parities.krawtchouk` is this table. There may now be a thousand coordinates.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Ghorbani, Mei, Misiakiewicz, Montanari: [When do neural networks outperform kernel methods?](https://arxiv.org/abs/2006.13409) (2020). How the
#   answer depends on where the inputs vary.
# - Barak, Edelman, Goel, Kakade, Malach, Zhang: [Hidden progress in deep learning](https://arxiv.org/abs/2207.08799) (2022). When networks find
#   parities, and how progress hides before it shows.
# - Daniely, Malach: [Learning parities with neural networks](https://arxiv.org/abs/2002.07400) (2020). A proof for one class of networks.
# - Cristianini, Shawe-Taylor, Elisseeff, Kandola: [On kernel-target alignment](https://papers.nips.cc/paper/1946-on-kernel-target-alignment) (2001).
#   Where the alignment comes from.
#
# The digits are those of E. Alpaydin and C. Kaynak,
# [Optical Recognition of Handwritten Digits](https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits),
# UCI Machine Learning Repository, 1998 ([CC BY 4.0](https://creativecommons.org/licenses/by/4.0/)).
#
# **Next:** [[neural_tangent_kernel]], Neural tangent kernel.
