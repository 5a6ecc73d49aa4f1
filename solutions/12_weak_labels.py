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
# # 12 · Weak labels
#
# ![Left: three tubes with gray cells, each with the percentages of three cell types below. Right: a triangle whose corners are the types. Each tube is a point in it.](pictures/weak_labels.svg)
#
# *A blood test names no cell. Its three shares make each tube one point of the triangle.*
#
# **Question.** A camera sees thousands of white blood cells. Naming each is an expert's work. A blood test gives only the share of each type, but
# hospitals make it every day: where shares suffice, nobody has to name a cell. From some groups of cells, such shares teach a network to name 94 % of
# new cells correctly; from others, nothing. What decides?
#
# **You will be able to**
# - write a loss that needs no label of a cell (Exercise 1);
# - estimate from shares alone the loss that labels would give (Exercise 2);
# - compute before training what a set of tubes can teach (Exercise 3).
#
# **Before you start:** [[start_here]] · [singular values](refreshers/singular_values.md) · [logistic loss](refreshers/logistic_loss.md) ·
# [bias and variance](refreshers/bias_and_variance.md) · [notation](NOTATION.md) · [glossary](GLOSSARY.md)

# %%
import torch

from ddlearn.lessons.weak_labels import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 4 holograms · 5 two patients, at the board · 5 Exercise 1 · 5 learners · 6 explain and the triangle · 5 Exercise 2 and its explorer · 2 quiz. Exercise 3, claims and problems are homework.
#
# **Board.** The two patients, their system, and the four weights.
#
# **The one question to ask:** "Ten times more cells, all poured together: what do you ask for instead?" (The same cells, patient by patient.)
#
# **Discussion.** Small tubes of poured blood work, but somebody must count each of them.
#
# **Usual wrong answers.** *"Larger bags have more exact shares"*: exact, and all alike. *"64 cells, so the effective bag size is 64"*: only if they are independent. *"The loss is small, so it learned each cell"*: a constant can minimize it.
#
# **Exit ticket.** "Two cohorts have equally many cells. Which number decides?"
#
# **If a machine is slow:** the first picture of the learners also makes the cells.
#
# </details>

# %% [markdown]
# ## Recap

# %%
lesson.recap()

# %% [markdown]
# ## See: what the camera records
#
# - **Granulocytes** kill bacteria. They are full of granules, small grains of enzymes, and their nucleus has several lobes.
# - **Lymphocytes** recognize viruses and make antibodies. They are small, and a round nucleus nearly fills them.
# - **Monocytes** clear away dead cells. They are large and smooth, with a nucleus like a kidney.
#
# The explorer shows a typical cell of each type, and a fourth one. Name it, then tick **Show its type**.
# The upper row shows the cells through a lens, the lower row what a camera without a lens records, the **hologram**. Small cells have a narrow dark ring. Granules make
# the picture spotted outside this ring.

# %%
lesson.holograms.show()

# %% [markdown]
# <details><summary>Are these cells real, and what does a network see?</summary>
#
# A network gets 32 numbers per cell: the mean and the variance over each of 16 rings around its center. These numbers do not change when the cell turns.
#
# The cells are simulated. Sizes and nuclei follow measured ones; granules and optics are assumed. The setting is real: a lens-free camera, blood without its red cells, and the laboratory's counts
# ([Yellin, Haeffele, Roth, Vidal 2018](https://openaccess.thecvf.com/content_cvpr_2018/html/Yellin_Multi-Cell_Detection_and_CVPR_2018_paper.html)).
#
# </details>

# %% [markdown]
# ## By hand: two patients
#
# A **bag** is a group of cells of which only the shares of the types are known. The bag of patient 1 has 80 % granulocytes and 20 %
# lymphocytes, that of patient 2 has 40 % and 60 %. The mean of a feature, say the width of the ring, is 8.4 in bag 1 and 5.2 in bag 2.
# Let $g$ and $l$ be its unknown means over granulocytes and over lymphocytes. **Assume** that
# cells of one type look alike in all bags; otherwise the equations are wrong. Then
#
# $$0.8\,g + 0.2\,l = 8.4, \qquad 0.4\,g + 0.6\,l = 5.2.$$
#
# *In words:* each bag is one equation, and its shares are the coefficients. The solution is $g = 10$ and $l = 2$, and no cell had a label.
#
# The bags must differ. Subtract the second equation: $0.4\,(g - l) = 3.2$. An error of 0.1 in this 3.2 changes $g - l$ by $0.1/0.4 = 0.25$. With
# 62 % and 58 % granulocytes, we would divide by 0.04, and the change would be 2.5.

# %% [markdown]
# ## Exercise 1 · Write: `proportion_loss`
#
# Now a network gives each cell a probability for each type. Let $\bar f_{bc}$ be the mean of its probabilities for type $c$ over the cells of bag
# $b$. Let $a_{bc}$ be the share of this type in the bag's blood test. The **proportion loss** of $B$ bags is
#
# $$L = -\frac1B \sum_{b=1}^{B} \sum_c a_{bc} \log \bar f_{bc}.$$
#
# *In words:* it is the cross-entropy between a bag's shares and its mean prediction. It asks nothing of a single cell.


# %%
@lesson.exercise("proportion_loss")
def proportion_loss(logits, a):
    """The proportion loss.  logits (bags, cells, types), a (bags, types) -> a tensor ()."""
    # BEGIN SOLUTION
    predictions = logits.softmax(-1)
    mean = predictions.mean(1)
    return -(a * mean.log()).sum(1).mean()
    # END SOLUTION


# %% [markdown]
# ## Predict

# %%
lesson.predict("poured")

# %% [markdown]
# ## See: spread, not amount
#
# By hand, 1.5 times the first equation minus 0.5 times the second is $g = 1.5 \cdot 8.4 - 0.5 \cdot 5.2$. So the mean over granulocytes is a weighted sum
# of the bags' means, and the weights depend on the shares alone.
#
# Such weights serve any feature. Take as the feature the network's loss on a cell, *as if the cell were a granulocyte*. The same weighted sum estimates the mean
# loss of the granulocytes. Do the same for the other types, and average the results, weighted by the types' shares. This estimates the **risk with labels**: the mean of
# every cell's loss as its true type. Two learners minimize such estimates.
# - The **mean map** solves the bags' equations by least squares. Its weights come from the pseudo-inverse of the table of shares: above, 1.5 and
#   $-0.5$. It needs bags whose shares differ.
# - **EasyLLP** has a formula for the weights (Exercise 2). It is for **independent cells**, drawn at random from the same blood, as in poured bags.
#
# Each learner gets 16,384 cells in each kind of bag. **Poured together**: blood of many people, mixed and divided again. **Healthy donors**, who
# are alike, and **patients**, who are not, have one bag per person.
# - **Left:** the share of each type that is recognized. Dots are single networks.
# - **Right:** the share of all cells named correctly, against the **worth** of the bags. This is the number of labeled
#   monocytes, the rarest type, that tell as much about monocytes (formula below).
#
# Start with 512 cells per bag. Try 8, and other learners.

# %%
lesson.learners.show()

# %% [markdown]
# With large bags of poured blood, your loss learns to call every cell a granulocyte. With patients it names 94 % correctly. EasyLLP
# reaches 94 % with 8 poured cells per bag, but recognizes no monocyte with 64 cells per patient. Why does the same
# blood teach in bags of 8, but not of 512? And why does EasyLLP fail on patients?

# %% [markdown]
# ## Explain: the effective bag size
#
# **Why large poured bags fail.** They have nearly the same shares. If all have exactly the shares $a$, then predicting $a$ for *every* cell minimizes the
# proportion loss, as a perfect classifier does. A new network predicts much the same for all cells, and a few steps move this prediction to about $a$. There the
# loss is nearly minimal, so nothing teaches it to tell cells apart. It names all of them granulocytes, the most frequent type.
#
# **How much bags differ is one number.** Each bag is a point $\pi_b$ of the triangle. For poured blood, $\pi_b$ are the shares of the bag's own cells, which the
# test counts. For a person, $\pi_b$ are the shares in all of the person's blood, of which the bag is a sample. The report $a_b$ is $\pi_b$, up to errors. Let $q$ be
# the mean of $\pi_b$ over all possible bags. Bags of one cell lie in the corners. The **effective bag size** compares their distances from
# $q$ with those of your bags:
#
# $$m_{\text{eff}} = \frac{1 - \lVert q\rVert^2}{\text{mean over bags of } \lVert \pi_b - q\rVert^2}.$$
#
# *In words:* it is the mean squared distance from $q$ of bags of one cell (fold), divided by that of your bags. So $m_{\text{eff}}$ is 1 for labeled cells, and grows as bags become more alike.
# - **By hand:** $q = (0.6, 0.4)$, both squared distances are $0.2^2 + 0.2^2 = 0.08$, and $m_{\text{eff}} = (1 - 0.36 - 0.16)/0.08 = 6$.
# - **Independent cells:** $m_{\text{eff}} = m$ for $m$ cells per bag, because the variance of a mean is that of one cell, divided by $m$.
# - **Patients:** their shares follow a Dirichlet distribution, with the mean $q$ and a number $\alpha_0$ that says how alike
#   patients are. Its variance is that of one cell, divided by $\alpha_0 + 1$. So $m_{\text{eff}} = \alpha_0 + 1$, for any number of cells per patient.
#
# **What cells are worth.** Let least squares estimate the mean of a feature over type $c$ from $N$ cells in bags, as by hand. About $Nq_c$ of them are of this type.
# The estimate has the same variance as the mean over $Nq_c\,e_c$ labeled cells of type $c$, with $e_c = 1/(m_{\text{eff}}(1 - q_c) + q_c)$ (problem 3). This number,
# $Nq_c\,e_c$, is the bags' **worth**.
# *In words:* for a rare type, $e_c$ is nearly $1/m_{\text{eff}}$. For monocytes, $q_c = 0.11$, and $e_c$ is 0.18 for our
# patients ($\alpha_0 = 5.26$), but 0.0022 for bags of 512 independent cells.
#
# <details><summary>Is one number enough, and who found what?</summary>
#
# A bag of one cell is a corner of the triangle. With probability $q_c$ it is corner $c$, at the squared distance $1 - 2q_c + \lVert q\rVert^2$ from $q$. The mean of this
# distance is $1 - \lVert q\rVert^2$, the numerator above.
#
# Let $G$ be the mean of $\pi_b \pi_b^\top$ over bags. The variance of least squares is proportional to the diagonal of $G^{-1}$, so it depends on the bags through $G$ alone. For both
# kinds of bags above, $G = qq^\top + (\operatorname{diag}(q) - qq^\top)/m_{\text{eff}}$. So one number is enough. The sentence of the next explorer gives the smallest eigenvalue of $G$ for the bags
# drawn. It is near zero if they hardly separate the types.
#
# Real reports have errors, which look like spread. So for healthy donors ($\alpha_0 = 80$), the effective bag size found from reports is 57 to 68 instead of 81.
#
# The proportion loss is that of Ardehaly and Culotta, [Co-training for demographic classification using deep learning from label proportions](https://arxiv.org/abs/1709.04108) (2017).
# EasyLLP is that of Busa-Fekete et al., [Easy learning from label proportions](https://arxiv.org/abs/2302.03115) (2023), for bags of independent cells (from the abstract: "i.i.d.
# bags"). That bags must differ is in [Scott and Zhang 2020](https://arxiv.org/abs/2006.07330). The name *mean map* is borrowed:
# [Quadrianto et al. 2009](https://jmlr.org/papers/v10/quadrianto09a.html) estimate the **mean operator**, the means of the features in each class, with the
# same pseudo-inverse of the shares, and train a linear model on it. Our mean map uses the pseudo-inverse to weigh the losses of any network. The
# effective bag size of patients and the formula for $e_c$ are our derivation.
#
# The proportion loss does not lead to true probabilities. Take cells that look half like a granulocyte and half like a monocyte. A network with the
# probabilities that are true in average blood gives these cells the same prediction in every bag. But in a bag rich in monocytes, more of these cells are
# monocytes. So the network's mean prediction over this bag differs from the bag's shares. Shifted predictions can fit the shares better.
#
# Not every network ends at the constant. From larger initial weights, 3 of 120 escaped it with large poured bags.
#
# </details>
#
# - **Left:** each dot in the triangle is a bag. Two ellipses show the spread, of these bags and by theory.
# - **Right:** the worth for each type.
#
# Make the patients more alike: what happens to the worth? Then pour their blood together and enlarge the bags.

# %%
lesson.triangle.show()

# %% [markdown]
# ## Exercise 2 · Repair: `bag_risk`
#
# Let $\bar\ell_{bc}$ be the mean loss over the cells of bag $b$ as
# if all of them were of type $c$. These weights turn it into an estimate of the risk with labels:
#
# $$w_{bc} = m_{\text{eff}}\, a_{bc} - (m_{\text{eff}} - 1)\, q_c, \qquad R = \frac1B \sum_b \sum_c w_{bc}\, \bar\ell_{bc}.$$
#
# *In words:* the weight starts from the mean shares $q$ and stretches the difference $a_b - q$ by $m_{\text{eff}}$.
#
# By hand, $m_{\text{eff}} = 6$ gives the two patients the weights $(1.8, -0.8)$ and $(-0.6, 1.6)$. Take the loss as a granulocyte. True granulocytes are 0.8 of
# bag 1 and 0.4 of bag 2. So in $R$ they count with $\frac12(1.8 \cdot 0.8 - 0.6 \cdot 0.4) = 0.6$, their share. True lymphocytes count with
# $\frac12(1.8 \cdot 0.2 - 0.6 \cdot 0.6) = 0$. The same holds for the loss as a lymphocyte, so $R$ is the risk with labels.
#
# For bags drawn at random, $R$ is **unbiased** if $m_{\text{eff}}$ is right: its mean over draws is the risk with labels. EasyLLP takes $m_{\text{eff}} = m$.
# Some weights are negative. So on a few bags $R$ can fall below zero, although no true risk can. Then the network has begun to fit the noise of these bags.
#
# The function below is right only for bags of one cell. Repair it.


# %%
@lesson.exercise("bag_risk")
def bag_risk(logits, a, q, m_eff):
    """The risk R.  logits (bags, cells, types), a (bags, types), q (types,), m_eff a number -> a tensor ()."""
    # BEGIN SOLUTION
    weights = m_eff * a - (m_eff - 1) * q
    losses = -logits.log_softmax(-1).mean(1)
    return (weights * losses).sum(1).mean()
    # BEGIN GIVEN
    # weights = m_eff * a - (m_eff - 1) * q
    # losses = -logits.softmax(-1).mean(1).log()
    # return (weights * losses).sum(1).mean()
    # END SOLUTION


# %% [markdown]
# <details><summary>Why these weights, and what goes wrong with another effective bag size?</summary>
#
# A cell of bag $b$ has the mean loss $\sum_{c'} \pi_{bc'} E_{c'}[\ell_c]$ as type $c$, where $E_{c'}$ is the mean over cells of type $c'$. So the mean of $R$ is
# $\sum_{c, c'} M_{cc'} E_{c'}[\ell_c]$, where $M$ is the mean of $w_b\pi_b^\top$ over bags. The risk with labels is $\sum_c q_c E_c[\ell_c]$. The two agree if
# $M = \operatorname{diag}(q)$. Let the bags have the effective size $m_0$, and the weights $m_{\text{eff}}$. If the reports have no errors, $a_b = \pi_b$. Then $M$ is
# $m_{\text{eff}}\, G - (m_{\text{eff}} - 1)qq^\top = \frac{m_{\text{eff}}}{m_0} \operatorname{diag}(q) + (1 - \frac{m_{\text{eff}}}{m_0})\, qq^\top$. So the mean risk is
# $\frac{m_{\text{eff}}}{m_0} R_1 + (1 - \frac{m_{\text{eff}}}{m_0})\, R_0$. Here $R_1$ is the risk with labels, and $R_0$ that of labels that have nothing to do with
# the cell. The bias is $(\frac{m_{\text{eff}}}{m_0} - 1)(R_1 - R_0)$: our derivation.
#
# **Far too large.** With 64 in the place of 6.26, the mean risk is $10.2\,R_1 - 9.2\,R_0$. Let the loss as a monocyte be a large number $T$ for all granulocytes and
# lymphocytes, and for four of five monocytes too. Let it be nearly 0 for the fifth. In $R_1$ only monocytes bear the label monocyte; in $R_0$ every cell bears it with probability 0.11. So the loss as a monocyte adds about $0.11\,T\,(10.2 \cdot 0.8 - 9.2\,(0.89 + 0.11 \cdot 0.8)) = -0.09\,T$.
# The risk falls as $T$ grows, although most monocytes are lost.
#
# </details>
#
# ## See: which effective bag size is right?
#
# - **Left:** the bias of your risk: its mean minus the risk with labels. Dots are one fixed network, judged on new bags; the line is theory (fold).
# - **Right:** what networks learn with each effective bag size.
#
# The explorer starts at 64, EasyLLP's choice for 64 cells per bag. Find the right one for these patients. Then choose poured blood.

# %%
lesson.effective_size.show()

# %% [markdown]
# **Too small.** A wrong size mixes in the risk of *random labels*, which have the shares $q$ whatever the cell (fold). With 2 instead of 6.26, $R$ is on average
# 0.32 times the risk with labels plus 0.68 times that of random labels. For a cell that is surely a monocyte, the first asks for the probability 1 of monocyte,
# the second for 0.11. So $R$ asks for $0.32 + 0.68 \cdot 0.11 = 0.39$. But granulocyte gets $0.68 \cdot 0.61 = 0.41$, and wins. Rare types are lost first:
# choose 2.
#
# **Too large.** For patients, EasyLLP takes 64: $R$ is 10.2 times the risk with labels *minus* 9.2 times that of random labels. Sure predictions make the latter
# enormous. This lowers $R$ without limit, even if four of five monocytes are lost (fold). No number of patients removes a bias.

# %% [markdown]
# ## Exercise 3 · Decide: which cells?
#
# Monocytes have the share 0.11 in all offers. All tests are exact. Offer A is 4,000 cells of poured blood, in bags of 4. Offer B is 16,384 cells of patients with
# $\alpha_0 = 5.26$, 64 cells each. Offer C is 160,000 cells of healthy donors with $\alpha_0 = 80$, 64 cells each. Which offer is worth most for the
# monocytes? Give its letter in quotes, and its worth.

# %%
# BEGIN SOLUTION
offer, worth = "B", 16_384 * 0.11 / (6.26 * 0.89 + 0.11)
# BEGIN GIVEN
# offer, worth = TODO, TODO
# END SOLUTION
lesson.decide("offer", offer, worth)

# %% [markdown]
# ## Where it breaks
#
# - **The worth is not a score.** It orders the bags for the mean map only. With 8 cells per healthy donor, the mean map names 87 % correctly, and the
#   proportion loss learns nothing. Donors are so alike that a constant again nearly minimizes it. The mean map's weights magnify the small differences.
# - **Bags may look different**, for example if the camera is focused anew for each. Then the equations are wrong: [[purified_specimens]].
#
# **Discuss:** A hospital offers ten times more cells, all poured together. What do you ask for instead?

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
# - **What decides?** How much the [bags](GLOSSARY.md#bag) differ. The [weak labels](GLOSSARY.md#weak-labels) of 32 bags of poured blood taught your loss nothing: 61 %
#   named correctly, all as granulocytes. Those of 32 patients taught it to name 94 %.
# - The [effective bag size](GLOSSARY.md#effective-bag-size) says so before training: 512 for these poured bags, 6.26 for the patients.
# - A risk is unbiased under a condition. With 64 instead of 6.26, EasyLLP recognized no monocyte. Ask how the bags were drawn.
#
# **What this does not show.** One simulator made 9,000 cells, so many lie in several bags. Patients follow one distribution, fitted to thirty samples.

# %% [markdown]
# ## Problems
#
# <details><summary>Four problems: 1 and 2 are checked below, 3 and 4 are hard</summary>
#
# **1. Any table of reports.** Two other patients have the shares $(0.9, 0.1)$ and $(0.5, 0.5)$. Another feature has the means 6.6 and 5 in their bags. Give its means over
# both types (`first`, `second`), and the effective bag size (`size`). Then write the function `kappa` below, which computes this size from reports.
#
# **2. Counted patients.** Now the test counts only the $m$ cells in a patient's bag, so $\pi_b$ are their shares. Then $m_{\text{eff}} = m(\alpha_0 + 1)/(m + \alpha_0)$. Let $\alpha_0 = 5$. Give the value
# for $m = 10$ (`ten`), and the $m$ at which it reaches 5.4 (`cells`). Why does it grow with $m$?
#
# **3. Where does $e_c$ come from?** Least squares from $N$ cells has the variance $\sigma^2 [G^{-1}]_{cc}/N$ for type $c$, and $Nq_c$ labeled cells have
# $\sigma^2/(Nq_c)$. Show that $G^{-1} = m_{\text{eff}} \operatorname{diag}(1/q) - (m_{\text{eff}} - 1)\mathbf 1\mathbf 1^\top$ ($G$ is in the fold of *Explain*), and derive $e_c$.
#
# **4. Impure tubes.** Take three tubes of equal size, each mostly of one type. `ddlearn.blood.purity(0.1)` gives their shares, with a tenth of other types in each.
# `ddlearn.weak_labels.mixing_efficiency(mixtures, q)` gives $e_c$ of any bags, with `q = ddlearn.blood.mean_blood()`. It compares $N$ cells in bags with $N$ labeled cells drawn
# from blood, of which $Nq_c$ are of type $c$. Compare $e_c$ of the monocytes for three pure tubes, for these impure ones, and for our patients. Why can $e_c$ be above 1?
#
# </details>

# %%
# BEGIN SOLUTION
first, second, size, ten, cells = 7, 3, 5.25, 4, 45
# BEGIN GIVEN
# first, second, size, ten, cells = TODO, TODO, TODO, TODO, TODO
# END SOLUTION
lesson.decide("sizes", first, second, size, ten, cells)


# %%
@lesson.problem("kappa")
def kappa(a):
    """The effective bag size.  a (bags, types), its mean row taken for q -> a number."""
    # BEGIN SOLUTION
    q = a.mean(0)
    spread = ((a - q) ** 2).sum(1).mean()
    return float((1 - (q**2).sum()) / spread)
    # END SOLUTION


# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** Subtract: $0.4\,(g - l) = 1.6$, so $g - l = 4$. From $0.5\,(g + l) = 5$ follow $g = 7$ and $l = 3$. Here $q = (0.7, 0.3)$, the spread is 0.08, and
# $1 - \lVert q\rVert^2 = 0.42$. The quotient is 5.25. The library's `ddlearn.weak_labels.kappa` computes the same number from $m$ and $\alpha_0$.
#
# **2.** $10 \cdot 6/15 = 4$, and $6m = 5.4\,(m + 5)$ gives $m = 45$. Counting few cells adds the spread of counting, so the bags differ more. With $m = 1$ every cell
# is labeled. The claims test the formula.
#
# **3.** Multiply: $G\,\operatorname{diag}(1/q) = q\mathbf 1^\top + (I - q\mathbf 1^\top)/m_{\text{eff}}$, and $G\mathbf 1 = q$. The product is
# $m_{\text{eff}}\, q\mathbf 1^\top + I - q\mathbf 1^\top - (m_{\text{eff}} - 1)\, q\mathbf 1^\top = I$. So $[G^{-1}]_{cc} = m_{\text{eff}}/q_c - m_{\text{eff}} + 1$, and
# $e_c = 1/(q_c [G^{-1}]_{cc}) = 1/(m_{\text{eff}}(1 - q_c) + q_c)$.
#
# **4.** `mixing_efficiency(torch.eye(3).double(), q)[2]` is 2.97 for pure tubes, and the impure tubes have 2.37. Our patients have 0.18. Of $N$ cells in pure tubes, $N/3$ are monocytes, and their type is known.
# Of $N$ labeled cells drawn from blood, only $Nq_c$ are. So $e_c = (N/3)/(Nq_c) = 1/(3q_c)$, which is above 1 for a type that is rarer in the blood than in the tubes. A monocyte
# of a tube is worth no more than a labeled monocyte. [[purified_specimens]] buys such tubes.
#
# **Without a solution.** Every setting of the learners takes about two seconds. Try seeds of your own:
# `lesson.learners.compute("mean map", "512", seed=7).accuracy`. On a machine with a GPU the networks train there.
#
# </details>

# %% [markdown]
# ## Further reading
#
# <details><summary>Two papers</summary>
#
# - Dulac-Arnold et al.: [Deep multi-class learning from label proportions](https://arxiv.org/abs/1905.12909) (2019). The proportion loss.
# - Patrini et al.: [(Almost) no label no cry](https://papers.nips.cc/paper/5453-almost-no-label-no-cry) (2014). The mean operator.
#
# </details>
#
# **Next:** [[purified_specimens]], Purified specimens.
