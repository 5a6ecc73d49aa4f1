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
# ![Left: three tubes with gray cells, each with the percentages of three cell types below. Right: a triangle whose corners are the cell types. Each tube is a point in it.](pictures/weak_labels.svg)
#
# *A blood test tells the shares of three cell types in each tube. The types of the single cells are unknown. So each tube is one point of the
# triangle.*
#
# **Question.** A camera sees thousands of white blood cells, and nobody says what any one of them is. A blood test tells only how large a share
# each type has. Are shares enough to train a network that names single cells?
#
# **You will be able to**
# - write a loss that needs no label of a cell (Exercise 1);
# - measure how much a set of tubes can teach, before training (Exercises 2 and 4);
# - repair a risk that is unbiased only with negative weights (Exercise 3).
#
# **Before you start:** [[start_here]] · [singular values](refreshers/singular_values.md) · [logistic loss](refreshers/logistic_loss.md) ·
# [bias and variance](refreshers/bias_and_variance.md) · [notation](NOTATION.md) · [glossary](GLOSSARY.md)

# %%
import torch

from ddlearn.lessons.weak_labels import TODO, lesson

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 4 holograms · 5 two patients, at the board · 4 Exercise 1 · 5 learners, first 512 cells
# per bag · 5 explain · 4 Exercise 2 and the triangle · 3 the kappas · 2 quiz. Exercises 3 and 4, claims and problems are homework.
#
# **Board.** The two patients, their system, and the four weights.
#
# **The one question to ask:** "A hospital offers ten times more cells from its blood bank, all poured together. What do you
# ask for instead?" (The same cells, patient by patient; or patients who differ more.)
#
# **Discussion.** Small tubes work, but somebody would have to count each of them. A quick group can ask what happens if only some
# cells of each patient are counted (problem 2). Let the room find settings of both kinds of bags that are worth the same: poured, six cells per bag,
# and the patients.
#
# **Usual wrong answers.** *"Larger bags have more exact shares, so they are better"*: exact, and all alike. *"Kappa is 64, because there are 64
# cells"*: that is the published rule, for another way of sampling. *"A negative risk is a bug"*: see the quiz. *"An unbiased estimate is a good
# one"*: with poured blood and large bags it has no bias and learns badly. *"The proportion loss is small, so it learned each cell"*: a constant can
# minimize it.
#
# **Exit ticket.** "Two cohorts have equally many cells. Which number do you compute before you choose?"
#
# **If a machine is slow:** the first picture of the learners also makes the cells, some seconds in all. Other settings there train for about two.
# The kappas train once for each kind of bags.

# %% [markdown]
# ## Recap
#
# From before.

# %%
lesson.recap()

# %% [markdown]
# ## Predict and see: what the camera sees
#
# Three types of white blood cell matter here.
# - **Granulocytes** attack bacteria. They are full of granules, and their nucleus has several lobes.
# - **Lymphocytes** recognize viruses and make antibodies. They are small, and a round nucleus fills most of the cell.
# - **Monocytes** clear away dead cells. They are large and smooth, and their nucleus often has the shape of a kidney.
#
# The explorer shows a typical cell of each type, and a fourth cell to name.
# - **Upper row:** the cells through a lens, for your eyes only.
# - **Lower row:** what a camera without a lens records, the **hologram**. Small cells have a narrow dark ring. Granules make the picture mottled
#   outside this ring.
#
# Commit yourself for round 1, then tick **Tell me**. Play a few rounds.

# %%
lesson.predict("fourth")

# %%
lesson.holograms.show()

# %% [markdown]
# The cells and holograms are simulated. Sizes and nuclei follow measured ones; granules and optics are assumed. The setting is
# real: a lens-free camera, lysed blood, and the laboratory's counts
# ([Yellin, Haeffele, Roth, Vidal 2018](https://openaccess.thecvf.com/content_cvpr_2018/html/Yellin_Multi-Cell_Detection_and_CVPR_2018_paper.html)).
# Our networks get the means and variances over rings, which do not change when a cell turns.

# %% [markdown]
# ## By hand: two patients
#
# A **bag** is a group of cells of which only the class shares are known. Take two bags and two types. Patient 1 has 80 % granulocytes and 20 %
# lymphocytes; patient 2 has 40 % and 60 %. The mean of some feature, say the width of the ring, is 8.4 in the first bag and 5.2 in the second.
# Let $g$ and $l$ be its unknown means in the two types. If cells of one type look alike in all bags, then
#
# $$0.8\,g + 0.2\,l = 8.4, \qquad 0.4\,g + 0.6\,l = 5.2.$$
#
# *In words:* each bag is one equation, and its shares are the coefficients. The solution is $g = 10$ and $l = 2$. No cell was labeled.
#
# Subtract the second equation: $0.4\,(g - l) = 3.2$. We divide by 0.4, the difference of the shares. An error of 0.1 in this 3.2 changes
# $g - l$ by 0.25. If the patients had 62 % and 58 % granulocytes, we would divide by 0.04, and the same error would change $g - l$ by 2.5.
#
# **The assumption behind bags** is the one that we used: each type has one distribution of pictures, and bags differ only in how they mix
# the types. If one patient's lymphocytes look different, the equations are wrong.

# %% [markdown]
# ## Exercise 1 · Write: `proportion_loss`
#
# Now a network gives each cell a probability for each type. Let $\bar f_{bc}$ be the mean probability of type $c$ over the cells of bag
# $b$, and $a_{bc}$ the share that the test printed. The **proportion loss** of $B$ bags is
#
# $$L = -\frac1B \sum_{b=1}^{B} \sum_c a_{bc} \log \bar f_{bc}.$$
#
# *In words:* it is the cross-entropy of the bag's shares and the bag's mean prediction. It asks nothing of any single cell.


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
# Two other learners are in the menu. For each type, both compute the loss of a cell as if it were of that type, and multiply it by a weight that the bag's
# test determines. The **mean map** computes the weights for the bags at hand by least squares, as we solved the system by hand. It needs bags whose
# shares differ. **EasyLLP** has one formula for the weights, which we derive below. It needs bags of independent cells. Under its condition, each is
# *unbiased*: averaged over bags, it equals the loss with labels.
#
# All three kinds of bags have the same number of cells: blood of many people poured together, one healthy donor per bag, or one patient per bag.
# Healthy donors are much alike, and patients are not.
# - **Left:** which share of each type is recognized. Dots are single networks.
# - **Right:** the share of all cells that is named correctly. The horizontal axis is a number that is known before training, and explained below.
#
# Start with your loss and 512 cells per bag. Then try 8 cells, and the other two learners.

# %%
lesson.learners.show()

# %% [markdown]
# Large bags of poured blood teach your loss one thing: to call every cell a granulocyte. With one patient per bag, it names nearly all cells. EasyLLP
# does well on small bags of poured blood, and fails on patients.

# %% [markdown]
# ## Explain: the effective bag size
#
# If all bags have the same shares $a$, then the constant prediction $a$ for *every* cell minimizes the proportion loss. A perfect classifier minimizes it too,
# and no amount of such bags can tell the two apart. Large bags of poured blood are almost like this. From our starts, training ends at the constant. Its largest
# share is that of granulocytes, so every cell is called one. Bags must **differ**.
#
# How much they must differ is one number. Let $\pi_b$ be the true shares of bag $b$: those counted in poured blood, and a patient's own
# probabilities, whichever cells are photographed. Let $q$ be the shares in the whole population. Let $G$ be the mean
# of $\pi_b \pi_b^\top$ over bags. For two kinds of bags,
#
# $$G = qq^\top + \frac{\operatorname{diag}(q) - qq^\top}{m_{\text{eff}}}.$$
#
# *In words:* the second term is the spread of the bags. It is that of single labeled cells, divided by a number $m_{\text{eff}}$. We call it the
# **effective bag size**; code and explorers call it `kappa`.
# - For bags of $m$ **independent cells** that are counted, $m_{\text{eff}} = m$. Poured blood makes such bags.
# - For **patients**, $\pi_b$ is drawn from a Dirichlet distribution, the usual one for random shares: mean $q$, and a number $\alpha_0$ that says how alike
#   patients are. Then $m_{\text{eff}} = \alpha_0 + 1$, for any number of cells per patient.
#
# **What a cell is worth.** Suppose least squares estimates the mean of a feature in type $c$. Then one cell in a bag is worth
#
# $$e_c = \frac{1}{m_{\text{eff}}(1 - q_c) + q_c}$$
#
# labeled cells. *In words:* with $m_{\text{eff}} = 1$ it is worth one. With 512 it is worth almost nothing, above all for rare types.
#
# <details><summary>Whose is what?</summary>
#
# EasyLLP is that of [Busa-Fekete et al. 2023](https://arxiv.org/abs/2302.03115), for bags of independent cells (from the abstract: "i.i.d.
# bags"). That bags must differ is in [Scott and Zhang 2020](https://arxiv.org/abs/2006.07330). The name *mean map* is borrowed:
# [Quadrianto et al. 2009](https://jmlr.org/papers/v10/quadrianto09a.html) estimate the **mean operator**, the means of the features in each class, with the
# same pseudo-inverse of the shares, and train a linear model on it. Our mean map uses the pseudo-inverse to weigh the losses of any network. The
# effective bag size of patients and the formula for $e_c$ are our derivation.
#
# The proportion loss is not calibrated: it takes the logarithm of a mean of predictions. So for mixed bags, the predictions that minimize its mean are not the
# true probabilities.
#
# </details>
#
# ## Exercise 2 · Write: `kappa`
#
# The trace of $G - qq^\top$ is the mean of $\lVert a_b - q\rVert^2$ over bags. By the formula for $G$ it equals $(1 - \lVert q\rVert^2)/m_{\text{eff}}$. For the
# two patients, $q = (0.6, 0.4)$. Both squared distances are $0.2^2 + 0.2^2 = 0.08$, and $1 - \lVert q\rVert^2 = 0.48$. So $m_{\text{eff}} = 6$. A granulocyte
# mean then costs three times as many cells as with labels, and a lymphocyte mean four times. Return this number for any table of tests.


# %%
@lesson.exercise("kappa")
def kappa(a):
    """(1 - |q|^2) / (mean over bags of |a_b - q|^2), q the mean of the rows.  a (bags, types) -> a number."""
    # BEGIN SOLUTION
    q = a.mean(0)
    spread = ((a - q) ** 2).sum(1).mean()
    return float((1 - (q**2).sum()) / spread)
    # END SOLUTION


# %% [markdown]
# Nothing is trained here.
# - **Left:** each dot is a bag. The ellipses are the spread of the bags, as found and by theory.
# - **Right:** what your cells are worth in labeled cells. Your function gives the black marks.
#
# Make the patients more alike. Then pour their blood together and enlarge the bags. The sentence also gives the smallest eigenvalue of
# $\Pi^\top\Pi/B$, where the rows of $\Pi$ are the $\pi_b$. It is near zero if the bags hardly tell the types apart.

# %%
lesson.triangle.show()

# %% [markdown]
# ## Predict

# %%
lesson.predict("kappa")

# %% [markdown]
# ## Exercise 3 · Repair: `bag_risk`
#
# Let $\bar\ell_{bc}$ be the mean loss of the cells in bag $b$ if all of them were of type $c$. Give it the weight
#
# $$w_{bc} = m_{\text{eff}}\, a_{bc} - (m_{\text{eff}} - 1)\, q_c, \qquad R = \frac1B \sum_b \sum_c w_{bc}\, \bar\ell_{bc}.$$
#
# *In words:* the weight stretches the distance of the bag from the mean by $m_{\text{eff}}$. For our two patients, the weights are
# $(1.8, -0.8)$ and $(-0.6, 1.6)$. Look at the loss as a granulocyte. True granulocytes get the weight $\frac12(1.8 \cdot 0.8 - 0.6 \cdot 0.4) = 0.6$, their share.
# True lymphocytes get $\frac12(1.8 \cdot 0.2 - 0.6 \cdot 0.6) = 0$. So $R$ is the risk with labels. With $m_{\text{eff}} = m$ this is EasyLLP. Some weights are negative, so
# on a few bags $R$ can fall below zero, although no true risk does. Then the network has begun to fit the noise of these bags.
#
# The function below runs, but its risk is not that one. Repair it.


# %%
@lesson.exercise("bag_risk")
def bag_risk(logits, a, p, kappa):
    """The risk R.  logits (bags, cells, types), a (bags, types), p = q (types,), kappa = m_eff -> a tensor ()."""
    # BEGIN SOLUTION
    weights = kappa * a - (kappa - 1) * p
    losses = -logits.log_softmax(-1).mean(1)
    return (weights * losses).sum(1).mean()
    # BEGIN GIVEN
    # weights = kappa * a - (kappa - 1) * p
    # losses = -logits.log_softmax(-1).mean(1)
    # return (weights.clamp(min=0) * losses).sum(1).mean()
    # END SOLUTION


# %% [markdown]
# <details><summary>Why these weights, and what goes wrong with another effective bag size?</summary>
#
# A cell of bag $b$ has the mean loss $\sum_{c'} \pi_{bc'} E_{c'}[\ell_c]$ as type $c$, where $E_{c'}$ is the mean over cells of type $c'$. So the mean of $R$ is the
# risk with labels if the mean of $w_b\pi_b^\top$ over bags is $\operatorname{diag}(q)$. Let the bags have the size $m_0$, and the weights $m_{\text{eff}}$. Then this mean is
# $m_{\text{eff}}\, G - (m_{\text{eff}} - 1)qq^\top = \frac{m_{\text{eff}}}{m_0} \operatorname{diag}(q) + (1 - \frac{m_{\text{eff}}}{m_0})\, qq^\top$. So the mean risk is
# $\frac{m_{\text{eff}}}{m_0} R_1 + (1 - \frac{m_{\text{eff}}}{m_0})\, R_0$. Here $R_1$ is the risk with labels, and $R_0$ that of labels that have nothing to do with
# the cell. The bias is $(\frac{m_{\text{eff}}}{m_0} - 1)(R_1 - R_0)$: our derivation.
#
# </details>
#
# ## See: which effective bag size is right?
#
# - **Left:** the bias of your risk for one fixed network on new bags (dots), and the line of the fold.
# - **Right:** what networks find that were trained with each value.
#
# The explorer starts where the published rule stands: 64 cells per bag, so 64. Repair it. Then change to poured blood.

# %%
lesson.kappas.show()

# %% [markdown]
# A value that is too small draws every prediction toward the mean shares, so rare cells are lost first. A value that is too large rewards being sure:
# networks become very sure, and wrong. More patients would not help, because a bias does not shrink. Your function reads the right number from the tests.

# %% [markdown]
# ## Exercise 4 · Decide: which cells?
#
# Monocytes have the share 0.11. Offer A is 4,000 cells of poured blood, in counted bags of 4. Offer B is 16,384 cells of patients with $\alpha_0 = 5.26$, 64 cells
# each. Offer C is 160,000 cells of healthy donors with $\alpha_0 = 80$, 64 cells each. In B and C, a blood test without errors tells each person's shares. Which is worth most for the monocytes? Give the letter as a text,
# and its worth in labeled monocytes: the number of cells, times 0.11, times $e_c$.

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
# - **The worth is not a score.** It is about class means by least squares. It orders the bags, and predicts no accuracy.
# - **The proportion loss follows no such formula.** Small bags of healthy donors teach it nothing, where the mean map learns.
# - **Reports have errors**, which look like spread. So the effective bag size of healthy donors comes out too small.
# - **Poured blood teaches nothing** from our starting weights. From larger ones, about one network in six escaped.
#
# **Discuss:** A hospital offers ten times more cells from its blood bank, all poured together. What do you ask for instead?

# %% [markdown]
# ## Claims
#
# In the claims, kappa or κ stands for the effective bag size, $k$ for the number of cells per bag, and $p$ for $q$.

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - [Weak labels](GLOSSARY.md#weak-labels) such as shares can teach single cells, if the [bags](GLOSSARY.md#bag) differ. Spread teaches, not amount.
# - The effective bag size tells it before training: $m$ for independent cells, $\alpha_0 + 1$ for patients.
# - Unbiased holds under a condition. Ask how the data were drawn, then choose the effective bag size.
#
# **What this does not show.** The cells come from a pool of nine thousand, so many are met more than once. There is one simulator, three types, and
# one distribution of patients, fitted to thirty old blood samples.

# %% [markdown]
# ## Problems
#
# **1. Two more patients (easy, checked).** The shares are $(0.9, 0.1)$ and $(0.5, 0.5)$, and the means of the bags are 6.6 and 5. Give the means of both types,
# and the effective bag size.
#
# **2. Counted patients (checked).** If only $m$ cells of each patient are counted, $m_{\text{eff}} = m(\alpha_0 + 1)/(m + \alpha_0)$. Let $\alpha_0 = 5$. Give the value
# for $m = 10$, and the number of cells $m$ at which it reaches 5.4. One cell checks both problems. Why does it grow with $m$?
#
# **3. Where does $e_c$ come from?** Least squares from $N$ cells has the variance $\sigma^2 [G^{-1}]_{cc}/N$ for the mean of type $c$, and $Nq_c$ labeled cells have
# $\sigma^2/(Nq_c)$. Show that $G^{-1} = m_{\text{eff}} \operatorname{diag}(1/q) - (m_{\text{eff}} - 1)\mathbf 1\mathbf 1^\top$, and derive $e_c$.
#
# **4. Impure tubes (hard).** `ddlearn.blood.purity(0.1)` gives the shares of three tubes, each with a tenth of the other types.
# `ddlearn.weak_labels.mixing_efficiency(mixtures, p)` gives $e_c$ of any bags. Compare three pure tubes, these, and your patients, for the monocytes. Why can a
# tube cell be worth more than one labeled cell?

# %%
# BEGIN SOLUTION
first, second, size, ten, cells = 7, 3, 5.25, 4, 45
# BEGIN GIVEN
# first, second, size, ten, cells = TODO, TODO, TODO, TODO, TODO
# END SOLUTION
lesson.decide("sizes", first, second, size, ten, cells)

# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** Subtract: $0.4\,(g - l) = 1.6$, so $g - l = 4$. From $0.5\,(g + l) = 5$ follow $g = 7$ and $l = 3$. Here $q = (0.7, 0.3)$, the spread is 0.08, and
# $1 - \lVert q\rVert^2 = 0.42$. The quotient is 5.25.
#
# **2.** $10 \cdot 6/15 = 4$, and $6m = 5.4\,(m + 5)$ gives $m = 45$. Counting few cells adds the spread of counting, so the bags differ more. With $m = 1$ every cell
# is labeled. The claims test the formula.
#
# **3.** Multiply: $G\,\operatorname{diag}(1/q) = q\mathbf 1^\top + (I - q\mathbf 1^\top)/m_{\text{eff}}$, and $G\mathbf 1 = q$. The product is
# $m_{\text{eff}}\, q\mathbf 1^\top + I - q\mathbf 1^\top - (m_{\text{eff}} - 1)\, q\mathbf 1^\top = I$. So $[G^{-1}]_{cc} = m_{\text{eff}}/q_c - m_{\text{eff}} + 1$, and
# $e_c = 1/(q_c [G^{-1}]_{cc}) = 1/(m_{\text{eff}}(1 - q_c) + q_c)$.
#
# **4.** Compute `mixing_efficiency(torch.eye(3).double(), q)[2]` for pure tubes. A third of their cells are monocytes, so a rare type is over-sampled, and a cell
# is worth $1/(3q_c)$ labeled cells of the blood. [[purified_specimens]] buys such tubes.
#
# **Without a solution.** Every setting of the learners takes about two seconds. Try seeds of your own:
# `lesson.learners.compute("mean map", "512", seed=7).accuracy`. On a machine with a GPU the networks train there.
#
# </details>

# %% [markdown]
# ## Further reading
#
# - Dulac-Arnold et al.: [Deep multi-class learning from label proportions](https://arxiv.org/abs/1905.12909) (2019). The proportion loss.
# - Ardehaly, Culotta: [Co-training for demographic classification using deep learning from label proportions](https://arxiv.org/abs/1709.04108) (2017). The same loss, earlier.
# - Patrini et al.: [(Almost) no label no cry](https://papers.nips.cc/paper/5453-almost-no-label-no-cry) (2014). The mean operator.
# - Busa-Fekete et al.: [Easy learning from label proportions](https://arxiv.org/abs/2302.03115) (2023). The unbiased risk.
#
# **Next:** [[purified_specimens]], Purified specimens.
