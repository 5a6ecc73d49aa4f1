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
# # 15 · Capstone
#
# ![Four boxes in a row: your table, a question, an experiment with several seeds and a control, and a verdict. The verdict is an interval inside a band, outside it, or across its edge.](pictures/capstone.svg)
#
# *The green band is what the claim allows, and is decided first. Each line is an interval: what an experiment leaves possible.*
#
# **Question.** A clinic wants to predict how diabetes progresses, and is offered a model with 64 times as many features (numbers computed from a patient's row).
# A colleague objects: "On the diabetes table, more features are not better. With 64 times as many, the error is 2.3 times as large." Is that so, or luck? If it is so, the clinic would pay for worse
# predictions. Whoever checks the result after each measurement, and stops when pleased, can be wrong four times as often as whoever checks once. How do you state such a claim, and
# judge it on one page?
#
# **You will be able to**
# - compute the interval that a few measurements leave possible (Exercise 1);
# - judge a claim by a band that was stated before (Exercise 2);
# - choose the number of seeds before a run, and defend it (Exercise 3).
#
# **Before you start:** any two lessons from [[fixed_embeddings]] to [[weak_labels]] ·
# [binomial and tails](refreshers/binomial_and_tails.md) · [notation](NOTATION.md) · [glossary](GLOSSARY.md)

# %%
from ddlearn.lessons.capstone import TODO, bring, lesson, t_value, write_page

lesson.start()

# %% [markdown] tags=["instructor"]
# <details><summary>For the instructor: the plan, the question to ask, the usual answers</summary>
#
# **Instructor: 40 minutes, of which 5 are slack.** 3 recap · 4 predict and by hand, at the board · 4 explain · 6 Exercise 1 · 6
# Exercise 2 · 4 look at a table, choose a question, record the prediction, all before anybody ticks **Run it** · 4 run, and write the page · 4
# two pages read aloud. Exercise 3, the quiz and the problems are homework. Ask for own tables a week before.
#
# **Board.** The band, and three intervals: inside, outside, across the edge. Beside it, the control.
#
# **The one question to ask:** "What would you have had to measure for your claim to be false?" Who has no answer has no claim.
#
# **Discussion.** "Cannot tell" is worth reporting if the number of seeds was decided before.
#
# **Usual wrong answers.** *"It holds, the mean is in the band"*: so it would be with two seeds. *"It does not hold, the interval sticks
# out"*: that is "cannot tell". *"My control failed"*, said as bad news: it must. *"Theory says 1, we measured 1.02, so theory is wrong"*: the
# band was stated before for just that.
#
# **Fixed or learned** has no theory. Its band is a baseline, and the network is favored: it stops where it is best on the unseen rows. Ask what else one would
# try before saying "networks are worse on tables".
#
# **How to grade a page:** ten points, in the instructor guide, and none for the verdict.
#
# **Exit ticket.** "Your interval crosses the edge of the band. What do you do next?"
#
# **If a machine is slow:** every question is answered in a second or two on one core; stay with *an eighth of the rows*.
#
# </details>

# %% [markdown]
# ## Recap
#
# From [[fixed_embeddings]] and [[learning_curves]]. If you have not read one, guess: the answer explains itself.

# %%
lesson.recap()

# %% [markdown]
# ## Predict
#
# A **seed** starts one independent repetition of an experiment, with its own random draws, and gives one number. "Three seeds" are three
# such numbers. The **truth** is the mean over infinitely many seeds.
#
# The mean of $n$ seeds has the standard error $s/\sqrt n$, where $s$ is their standard deviation. The interval reaches 1.96 standard errors to either side of
# the mean. For normal seeds, with the *true* standard deviation in the place of $s$, it holds the truth in 95 % of all experiments. But $s$ is an estimate, and with
# few seeds it is often too small.

# %%
lesson.predict("three seeds")

# %% [markdown]
# ## By hand
#
# **The claim.** A formula predicts the error of a fit ([[learning_curves]]). The measured error, divided by the predicted one, is 1. We accept 0.85 to 1.15: this is the **band**.
#
# **The measurement.** Three seeds give 0.9, 1.0 and 1.1. Their mean is 1, and $s = 0.1$, so the standard error is $0.1/\sqrt3 = 0.058$. Since so few seeds often make $s$ too small, a factor larger than 1.96 is
# needed: the **t value**. For three seeds it is 4.30.
#
# | factor | reach on either side | interval | inside the band? |
# |---|---|---|---|
# | 1.96 | 0.113 | 0.887 to 1.113 | yes |
# | 4.30 | 0.248 | 0.752 to 1.248 | no |
#
# The correct interval crosses both edges. These seeds **cannot tell**, although their mean is 1. With the same mean and $s$, five
# seeds have the t value 2.78 and the interval 0.876 to 1.124. So five seeds would decide.
#
# Could the measurement fail at all? In the **control** we take away what should make the claim true: the formula gets shuffled targets. It then predicts too large an error, so the ratio falls. Three seeds measure 0.3, 0.4 and 0.5, with the interval 0.152 to 0.648. It
# is outside the band, so the measurement can fail.
#
# ## See
#
# Each experiment has a few seeds, and the truth is zero.
# - **Left:** the intervals of 40 experiments. Those that miss the truth are dashed.
# - **Right:** the share of 600 experiments whose interval holds the truth, against the number of seeds. The dashed line is theory for normal seeds.
#
# Change the **Rule** from the t value to 1.96 standard errors, and move **Seeds** from 3 to 20. Then let the seeds be skewed.

# %%
lesson.rule.show()

# %% [markdown]
# With 1.96, the interval of three normal seeds holds the truth in 81 of 100 experiments, not in 95.
#
# ## Explain: a claim and its verdict
#
# A [claim](GLOSSARY.md#claim) has five parts.
#
# 1. **A sentence that may be false**, and a number that it is about.
# 2. **A [band](GLOSSARY.md#band)**, stated before the measurement. Where theory gives a number, we choose the margin around it. Where it gives none, we choose the edge, and say why.
# 3. **A measurement**, one number $x_i$ per seed. The values that $n$ seeds leave possible form the **interval** (formula below).
# 4. **A [control](GLOSSARY.md#control)**: the same measurement without the cause. It must leave the band.
# 5. **What it does not show.**
#
# With the mean $\bar x$ of the measured numbers, the interval is
#
# $$\bar x \pm t_{n-1} \, \frac{s}{\sqrt n}, \qquad s^2 = \frac{1}{n-1} \sum_{i=1}^n (x_i - \bar x)^2.$$
#
# *In words:* more seeds make the interval smaller, through $\sqrt n$ and through the t value $t_{n-1}$ (Student, 1908). For $n = 2, 3, 5$ the t value is 12.7, 4.30 and 2.78, and it
# approaches 1.96. Its index $n - 1$, the *degrees of freedom*, counts the free differences $x_i - \bar x$: they add up to zero, so $n - 1$ of them give the last. For normal seeds
# the interval holds the truth in 95 % of all experiments.
#
# The claim **holds** if the measured interval lies inside the band and the control's interval lies outside. It **does not hold** if the measured interval
# lies wholly outside. Otherwise we **cannot tell**.
#
# The rule is a **test of equivalence**. The usual test asks whether a difference was seen. With few seeds it seldom sees one, and "not seen" is then mistaken for "equal". With our rule, few seeds that scatter prove
# nothing: their interval is too wide for the band. For normal seeds, a wrong "holds" has probability 1/40 at most, a wrong "does not hold" 1/20 at most.
#
# <details><summary>How often is the rule wrong?</summary>
#
# There are two ways to be wrong.
#
# *The rule says "holds", and the truth lies outside the band*, for example above its upper edge. Then the interval's upper end is below the
# edge, so it is below the truth. A 95 % interval lies wholly below the truth in one experiment of forty. So this mistake has probability 1/40
# at most.
#
# *The rule says "does not hold", and the truth lies inside the band.* Then the interval misses the truth, on either side. A 95 % interval
# does so in one experiment of twenty, so this mistake has probability 1/20 at most. How near the probability comes to 1/20 depends on the band:
# - The band is narrow compared with the standard error. An interval that misses the truth then mostly misses the band too, and the probability is almost 1/20.
# - The band is wide, and the truth is near its upper edge. An interval above the truth may lie above the band. An interval below the truth hardly ever lies below
#   the whole band. So only one side counts, and the probability is hardly above 1/40.
# - The band has one end only. Then only one side counts, and the probability is 1/40 at most.
#
# Both bounds hold for any number of seeds. The price of few seeds is that they cannot tell.
#
# *Why no control for "does not hold"?* The control guards against a measurement that says "holds" to everything. An interval outside the band has already shown that the measurement can leave it.
#
# The literature calls the procedure *two one-sided tests* ([Schuirmann 1987](https://doi.org/10.1007/BF01068419)). A test at level 5 % for each edge asks for the 90 % interval to lie within the band.
# The reason: at each edge only one end of the interval counts, and 5 % lie beyond that end. Our 95 % interval leaves out 2.5 % on each side, so our rule is stricter.
#
# </details>
#
# ## Exercise 1 · Write: `interval`
#
# The tensor `measured` holds $n$ seeds, and `t_value(n - 1)` gives $t_{n-1}$. For the three seeds above the result is (0.752, 1.248).


# %%
@lesson.exercise("interval")
def interval(measured):
    """The 95 % interval of the mean of a few seeds.  measured (n,) -> (low, high), two numbers."""
    # BEGIN SOLUTION
    n = len(measured)
    error = measured.std() / n**0.5
    reach = t_value(n - 1) * error
    return float(measured.mean() - reach), float(measured.mean() + reach)
    # END SOLUTION


# %% [markdown]
# ## Exercise 2 · Repair: `verdict`
#
# The function gets three pairs `(low, high)`: the measured interval, the control's, and the band, whose upper end may be infinite. It
# returns 1 if the claim holds, −1 if it does not hold, and 0 if the seeds cannot tell. For the three seeds above it returns 1. Repair it. Your rule then judges
# every question below.


# %%
@lesson.exercise("verdict")
def verdict(measured, control, band):
    """1 if the claim holds, -1 if it does not, 0 if the seeds cannot tell.  Three pairs (low, high) -> a number."""
    # BEGIN SOLUTION
    outside = [high < band[0] or band[1] < low for low, high in (measured, control)]
    if outside[0]:
        return -1
    inside = band[0] <= measured[0] and measured[1] <= band[1]
    return 1 if inside and outside[1] else 0
    # BEGIN GIVEN
    # outside = [high < band[0] or band[1] < low for low, high in (measured, control)]
    # if outside[0]:
    #     return -1
    # return 1 if outside[1] else 0
    # END SOLUTION


# %% [markdown]
# ## Exercise 3 · Decide: how many seeds?
#
# A first run of five seeds gave the numbers below. The band is 0.85 to 1.15, and the interval, 0.950 to 1.210, crosses its upper edge. You will run
# the experiment once more, with new seeds. Assume that mean and standard deviation stay the same. Give the smallest number of seeds whose interval lies within the
# band, and its reach $t_{n-1}\, s/\sqrt n$ to three significant digits.

# %%
import torch

first_run = torch.tensor([0.94, 1.20, 1.02, 1.16, 1.08])

# BEGIN SOLUTION
spread, distance = float(first_run.std()), 1.15 - float(first_run.mean())
reaches = {n: t_value(n - 1) * spread / n**0.5 for n in range(2, 50)}
seeds = next(n for n, reach in reaches.items() if reach <= distance)
reach = reaches[seeds]
# BEGIN GIVEN
# seeds, reach = TODO, TODO
# END SOLUTION
lesson.decide("seeds", seeds, reach)

# %% [markdown]
# **Would you sign this plan?** The interval only just fits if the new mean is 1.08 again. But new seeds have another mean. If the truth is 1.08, their mean lies above it in
# half of all runs, and then the interval mostly crosses the edge. So your number of seeds decides in 56 % of all runs, little better than a coin, and twice as many in 88 %.
# Take twice as many.
#
# ## A table
#
# Three real tables are here (tumors, wines and diabetes), and there is room for yours. Save your spreadsheet as CSV, and put the file beside this notebook. Write its name and the column to predict below:
# `bring("my_table.csv", target="price")`. Or leave the cell as it is.
#
# <details><summary>What your table may hold</summary>
#
# - **Rows:** 20 to 5,000, below a row of names.
# - **The column to predict:** numbers, or the names of 2 to 20 classes.
# - **The other columns**, at most 200: numbers, with a decimal point or comma, or two different words, such as yes and no.
#
# Dates, columns with three or more different words, signs such as € beside numbers, and rows with gaps cannot be used. If there are any, a message below the cell names them, and gives a line of code that leaves them out. Copy it into the cell.
#
# </details>

# %%
bring("", target=None)

# %% [markdown]
# - **Left:** one point per row, in the plane in which the rows vary most.
# - **Right:** the leave-one-out error and the training error of kernel ridge regression against the penalty ([[fixed_embeddings]]). Predicting the mean has an error of 1.
#
# Choose your table, and switch on **Shuffle the targets**: the target then has nothing to do with the rows. **More controls** has
# the kernel's eigenvalues, and the share of the target outside the span of the first $i$ eigenvectors.

# %%
lesson.look.show()

# %% [markdown]
# ## Ask it
#
# Choose one of nine **Questions**, from a lesson that you have read, and a **Table**. The sentence under the picture says what is claimed. What was measured is
# still hidden: leave **Run it** unticked for now.
# - **Left:** the curves from which the number is computed. For now they are those of the control, and of theory where there is one.
# - **Right:** the number itself. The band is green, and each dot is a seed, with the interval beside it.
#
# <details><summary>The nine questions, and their bands</summary>
#
# | question | what is measured | band | control: the same without the cause |
# |---|---|---|---|
# | leave-one-out | leave-one-out error divided by the error on unseen rows ([[fixed_embeddings]]) | 0.85 to 1.15 | the training error in its place |
# | fixed or learned | error of a trained network divided by the error of a kernel; the claim: the network is no better ([[learned_embeddings]]) | at least a baseline | the network's error on its training rows |
# | width at the start | the exponent $a$: a kernel's distance from the infinite one falls as width to the power $-a$ ([[neural_tangent_kernel]]) | 0.35 to 0.65 | the infinite kernel of another activation |
# | lazy when wide | the exponent $a$: a kernel's change in training falls as width to the power $-a$ ([[leaving_the_lazy_regime]]) | at least 0.4 | mean-field scaling |
# | imbalance | the exponent $a$: the change of a linear network's imbalance grows as the learning rate to the power $a$ ([[real_steps_real_widths]]) | 0.85 to 1.15 | the same descent with weight decay |
# | learning curve | measured error divided by predicted error ([[learning_curves]]) | 0.85 to 1.15 | the formula gets shuffled targets |
# | the peak | the number of features at which the error is largest, divided by the number of rows ([[double_descent_solved]]) | 0.9 to 1.1 | the same fits with a ridge |
# | the widest wins | error with sixteen features per row, divided by the error with one feature per four rows; a ratio above 3 counts as 3, so that no single seed decides the mean ([[double_descent_solved]]) | 0 to 1 | as many features as rows |
# | proportions only | risk computed from bags divided by the risk computed from labels ([[weak_labels]]) | 0.85 to 1.15 | each row gets its bag's proportions as its label |
#
# *Baseline:* no theory says how a network compares with a kernel. So we ask what a mere change of kernel can gain, without learning. The question's ratio is network
# error over kernel error. For the baseline, the same kernel takes the network's place, once with half and once with twice the width, on twelve other splits of the table. The baseline is the smallest of these 24 ratios, or 1
# if all are larger. A network gains by learning only if its ratio is below the baseline. The network stops training where it is best on the unseen rows. This favors the network, so it works against the claim.
#
# No seed has a part in the baseline, so the band is fixed before the measurement, and the bounds on wrong
# verdicts stay true for it. Other splits would give another baseline.
#
# *Imbalance:* a difference of the two layers' weights. With one weight $v$ and one weight $w$ it is $v^2 - w^2$. Gradient flow keeps it constant.
#
# *Bag:* a group of five rows of which only the proportions of the classes are known.
#
# </details>

# %%
lesson.experiment.show()

# %% [markdown]
# The next cell asks which number you expect for the question that you chose. Your page will say whether you answered before the numbers were shown.

# %%
lesson.predict(lesson.experiment.state["question"])

# %% [markdown]
# Now tick **Run it** above. Then lower **Seeds** from eight, one by one, under **More controls**. At how many can your
# rule no longer tell?
#
# <details><summary>For "leave-one-out" on the wines</summary>
#
# Seven seeds decide, and six cannot tell.
#
# </details>
#
# Back to the first question. "The widest wins" claims that the ratio of the errors is at most 1, with sixteen features per row against one per four rows: 64 times as many. On the
# diabetes table, eight seeds have the mean 2.3 and the interval 1.65 to 2.93, wholly above the band. So this claim does not hold. More features are not better there, and the 2.3 was
# not the luck of one seed. On the wines the same claim holds, with 0.36 (0.23 to 0.49), and on the tumors eight seeds cannot tell.

# %% [markdown]
# ## Hand it in
#
# The next cell writes your page as one file: verdict, picture, next step, your prediction, the method, and what it does not show. Say in a sentence what you make of the result.
#
# If eight seeds cannot tell, the message below says how many new seeds to take, and gives a line such as `write_page(new_seeds=20)`.

# %%
write_page(in_my_words="", author="")

# %% [markdown]
# ## Where it breaks
#
# - **Skewed seeds.** In the first explorer, 95 % intervals from three skewed seeds hold the truth in 87 % of the experiments, and from 20 seeds in 90 %.
# - **Looking too often.** Suppose that the truth lies just above the upper edge of a wide band, so "holds" is a mistake. Whoever checks once, at 20 seeds, makes it in 2.7 % of
#   4,000 experiments. (This is 1/40, up to chance.) Whoever checks after each seed from the third to the 20th, and stops at the first "holds", makes it in 11 %.
# - **Many questions.** Ask nine and show the best: problem 2 computes the price.
# - **Other rows.** All rows here come from one table. Rows from another hospital may follow another law, and no number of seeds would show it.
#
# **Discuss:** What would you have had to measure for your claim to be false?

# %% [markdown]
# ## Claims
#
# The first three claims judge our own rule, and the others ask the three tables.

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Key points
#
# - **Is it luck?** No. On the diabetes table, the error with 64 times as many features is 2.3 times as large, and eight seeds leave only 1.65 to 2.93 possible.
# - **How do you state a [claim](GLOSSARY.md#claim)?** As a sentence that may be false, with a [band](GLOSSARY.md#band) stated before and a [control](GLOSSARY.md#control) that must fail.
# - **How do you judge it?** Once, with the number of seeds fixed before, and by the whole interval. Whoever judged after each seed was wrong in 11 % of the experiments,
#   instead of 2.7 %.
# - "Cannot tell" is an answer. Next come more seeds, more rows, or a better control.
#
# **What this does not show.** Only three tables were asked, and a random split is not tomorrow's data. The interval is right for nearly normal seeds, and for one question asked.

# %% [markdown]
# ## Problems
#
# **1. Wrong verdicts (easy, checked).** Seeds are normal, and the control's interval is always outside.
# - The truth is exactly the upper edge of a wide band. How often does the rule say "holds"?
# - Another rule says "holds" if the mean is inside this band. How often does it say so?
# - The band is one number, the truth. How often does our rule say "does not hold"?
#
# **2. Nine questions (checked).** You ask nine independent questions, each with a 95 % interval. What is the probability that one or more of the
# intervals miss their truths? The union bound adds up the nine probabilities of a miss. How large may each of them be, so that the sum is at most 0.05?
#
# **3. From the smallest to the largest seed.** A rule takes the smallest and the largest of $n$ seeds as its interval. Here, call the median the truth: each seed lies above it with probability 1/2.
# Show that the interval holds it with probability $1 - 2^{1-n}$. From how many seeds on is this at least 95 %? Why is the rule still a bad one?
#
# **4. A tenth question (hard, open).** Write two functions of a seed that return a number: `measure(seed)` for a question of your own, and `control(seed)` without its cause. State a band, run eight seeds, and give the intervals to your `verdict`.
#
# <details><summary>The calls</summary>
#
# `about` makes the band around a number. `ours` says that no theory gave the band: we chose it.
#
# ```python
# from ddlearn.classroom.claim import about, claim, ours
#
# band = about(1.0, 0.15, "ratio")  # 0.85 to 1.15
# basis = ours(source="the margin is ours")  # where the band comes from
#
# mine = claim("mine", "The ratio is 1.", band, basis, measure, control=(control, "without the cause"))
#
# found = mine.run(range(8))
# measured, controls = torch.tensor(found.measured), torch.tensor(found.control_measured)
# verdict(interval(measured), interval(controls), (0.85, 1.15))
# ```
#
# </details>

# %%
# BEGIN SOLUTION
holds, by_the_mean, does_not_hold = 1 / 40, 1 / 2, 1 / 20
# BEGIN GIVEN
# holds, by_the_mean, does_not_hold = TODO, TODO, TODO
# END SOLUTION
lesson.decide("wrong_verdicts", holds, by_the_mean, does_not_hold)

# %%
# BEGIN SOLUTION
missed, each = 1 - 0.95**9, 0.05 / 9
# BEGIN GIVEN
# missed, each = TODO, TODO
# END SOLUTION
lesson.decide("many_questions", missed, each)

# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Worked solutions of the four problems</summary>
#
# **1.** "Holds" needs the whole interval below the truth: 1/40. The mean is below the truth in half of the experiments: 1/2. An interval that misses the
# truth on either side is outside the band without width: 1/20.
#
# **2.** All nine hold with probability $0.95^9 = 0.630$, so one or more miss with probability 0.370. With $0.05/9 = 0.0056$ each, the sum of the nine
# probabilities is 0.05. So each interval must be one of 99.44 %.
#
# **3.** The interval misses the median if all seeds are above it or all are below. Each has probability $2^{-n}$, together $2^{1-n}$. At $n = 6$ this
# is 1/32, so 96.9 % hold; at five it is 93.75 %. The rule is bad because the interval grows with every seed, while what the mean leaves open should shrink.
#
# **4.** Any claim of the course is a model: its file `claims.py` has the measurement, the band and the control side by side. Ask first what the
# control takes away, and check that it fails before you look at the measurement.
#
# </details>

# %% [markdown]
# ## Further reading
#
# <details><summary>The papers of the rule, of predictions, and of two questions</summary>
#
# - Student: [The probable error of a mean](https://doi.org/10.1093/biomet/6.1.1), *Biometrika* 6 (1908). The t value.
# - Kerr: [HARKing](https://doi.org/10.1207/s15327957pspr0203_4), *Personality and Social Psychology Review* 2 (1998). Predictions made after the fact.
# - Schuirmann: [Two one-sided tests](https://doi.org/10.1007/BF01068419), *Journal of Pharmacokinetics and Biopharmaceutics* 15 (1987). Equivalence.
# - Simon, Dickens, Karkada, DeWeese: [The eigenlearning framework](https://arxiv.org/abs/2110.03922) (2023). Learning curves.
# - Busa-Fekete and others: [Easy learning from label proportions](https://arxiv.org/abs/2302.03115) (2023). Proportions.
#
# </details>
#
# **Next:** ask your own questions. [[start_here]] is where the course began.
