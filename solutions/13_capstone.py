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
# # 13 · Capstone
#
# Think backwards from the customer. Somebody has a table and a question, and wants one page: what you expected, what you measured, what
# would have shown you wrong, and what it does not mean. Today you write that page.
#
# **You will** write the rule that judges a claim, predict, measure, and hand in. **You need** any two of the lessons 01 to 09. **Time** 50
# minutes. **Difficulty** 3 of 5.

# %%
from ddlearn.lessons.capstone import TODO, bring, lesson, t_value, write_page

lesson.start()

# %% [markdown] tags=["instructor"]
# **Instructor: 40 minutes.** 3 recap · 4 predict and the intervals · 5 explain, one claim of an earlier lesson taken apart at the board · 6
# `interval` · 7 `verdict` · 4 look at a table, choose a question, record the prediction, *all before anybody ticks Run* · 5 run, and write
# the page · 4 two pages read aloud, the class as the customer · 2 quiz. Own tables are best brought from home: ask for them a week before.
#
# **The one question to ask:** "What would you have had to measure for your claim to be false?" Who has no answer has no claim.
#
# **Usual wrong answers.** *"It holds, the mean is in the band"*: so it would be with two seeds. *"It does not hold, the interval sticks
# out"*: that is "cannot tell". *"My control failed"*, said as bad news: it must.
#
# **If a machine is slow:** every question is answered in a second or two on one core; stay with *an eighth of the rows*.

# %% [markdown]
# ## Recap
#
# Two questions from before. Guessing is fine.

# %%
lesson.recap()

# %% [markdown]
# ## Predict

# %%
lesson.predict("three seeds")

# %% [markdown]
# ## See
#
# An experiment gives a few numbers, one a seed, and we draw an interval around their mean. Here the truth is known: it is zero. Take the
# **Rule** of 1.96 standard errors and move the **Seeds**. The dashed line is theory, and knows how often such an interval holds the truth.
# Then try seeds that are not normal.

# %%
lesson.rule.show()

# %% [markdown]
# ## Explain
#
# A claim has five parts.
#
# 1. **A sentence that may be false**, and a number that it is about.
# 2. **A band**, stated before: what theory expects, and how far off still counts as right. Theory gives the middle; the margin is
#    ours, and we say so.
# 3. **A measurement**, one number a seed. Their mean $\bar x$ leaves open
#
# $$\bar x \pm t_{n-1} \, \frac{s}{\sqrt n}, \qquad s^2 = \frac{1}{n-1} \sum_i (x_i - \bar x)^2.$$
#
# 4. **A control**: the same measurement with the cause taken away. It must leave the band.
# 5. **What it does not show.**
#
# Then the rule is short. The claim *holds* if all that the seeds leave open lies within the band, and all that the control's leave open lies
# outside. It *does not hold* if the measured interval lies outside. Otherwise we *cannot tell*, which is an answer too.
#
# This is a test of equivalence. The usual test asks whether a difference was seen, and few seeds never see one. This
# one turns the burden round: few seeds prove nothing. The name in the literature is *two one-sided tests*
# ([Schuirmann 1987](https://doi.org/10.1007/BF01068419)). At the level of 5 % these tests ask for the 90 % interval to lie within the band. We
# ask for the 95 % interval, which is stricter: each of our one-sided tests has the level 2.5 %.
#
# <details><summary>How often is the rule wrong?</summary>
#
# There are two ways to be wrong. Let the seeds be normal.
#
# *The rule says "holds", and the truth lies outside the band*, say above its upper edge. Then the interval's upper end is below the edge, so it is
# below the truth. A 95 % interval lies wholly below the truth in one experiment of forty. So this mistake has probability 1/40 at most.
#
# *The rule says "does not hold", and the truth lies inside the band.* Then the interval misses the truth, on either side. A 95 % interval
# does so in one experiment of twenty, so this mistake has probability 1/20 at most. A band that is narrow against the standard
# error comes near to this bound. If only one side can be missed, because the band is wide or has one end only, the bound is 1/40.
#
# Both bounds hold for any number of seeds. What a few seeds cost is that they cannot tell.
#
# </details>
#
# The t value is Student's of 1908: the spread is estimated from the same few seeds, and that must be paid for.

# %% [markdown]
# ## Build: what a few seeds leave open
#
# `t_value(degrees)` is yours to use. When it passes, the intervals above are your own.


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
# ## Build: the verdict
#
# Three pairs `(low, high)` come in: the measured interval, the control's, and the band, whose upper end may be infinite. It judges every
# question below.


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
    # END SOLUTION


# %% [markdown]
# ## A table
#
# Three real tables are here, and there is room for yours: a CSV file with names in its first row and 20 to 5,000 rows below.
# Its columns hold numbers or two words each; the column to predict holds numbers or classes. Put the file beside this notebook and write
# its name in the cell. What cannot be learned from is said, with the line to delete or the words to add. Or leave the cell as it is.

# %%
bring("", target=None)

# %% [markdown]
# Look before you ask. How many of its directions does the kernel need for half of the target? What does leave-one-out expect? **Shuffle
# the targets** and see what nothing looks like.

# %%
lesson.look.show()

# %% [markdown]
# ## Theory over experiment: ask it
#
# Choose a **Question**, a **Table**, and how many rows to **Learn from**. The sentence under the picture says what is claimed. You see the
# band and the control, and theory's line where there is one; sometimes it misses. *Do not run it yet.*

# %%
lesson.experiment.show()

# %% [markdown]
# Run the next cell: it asks what you expect of the question that you chose. Record your number. A prediction that was made after the fact
# is none, and your page will say which it was.

# %%
lesson.predict(lesson.experiment.state["question"])

# %% [markdown]
# Now tick **Run it** above; your number is drawn in. Then take **Seeds** away, one by one. At how many can your rule no longer tell?

# %% [markdown] tags=["instructor"]
# **Instructor.** With two or three seeds nearly every question falls to "cannot tell": ask why a t value of twelve is no bug. *Fixed or
# learned* is the odd one out: no theory, a baseline in its place, and a favour done to the net. Ask what else one would have to try before
# saying "nets are worse on tables". (Much: the page says so.)
#
# **Misconception to hunt:** "theory says 1, we measured 1.02, so theory is wrong". The band was stated before for just that.

# %% [markdown]
# ## Hand it in
#
# One page, one file, no network: question, prediction, method, every seed, band, control, picture, limits, papers. Say in a
# sentence what you make of it. A second page never overwrites the first.

# %%
write_page(in_my_words="")

# %% [markdown] tags=["instructor"]
# **Instructor: how to grade a page, ten points.** *Sentence and number* 2: could it have been false? *Prediction* 2: before the numbers, and
# a reason for it when asked; being wrong costs nothing. *Seeds and interval* 2: enough to tell, or "cannot tell" said plainly. *Control* 2: what
# it takes away, in their own words. *Limits* 2: one that is not printed on the page already. Nothing for the verdict: a clean "does not hold"
# is worth ten.

# %% [markdown]
# ## Claims
#
# The same rule for ourselves: that our interval and our verdict keep their promises, and what the three tables answer.

# %%
lesson.claims()

# %% [markdown]
# ## Quiz

# %%
lesson.quiz()

# %% [markdown]
# ## Take away
#
# - A claim is a sentence that may be false, a band stated before, and a control that must fail.
# - Few seeds prove nothing: the interval must lie within the band, not merely touch it.
# - "Cannot tell" is an answer, and says what to do next.
#
# **What this does not show.** Three tables are not the world, and random splits are not tomorrow's data: rows from another hospital
# may come from another law. The interval's promise is for seeds that are nearly normal and for one question asked. Whether the claim matters to
# anybody is no question of statistics.

# %% [markdown]
# ## Go further
#
# A stretch, unchecked: write the measurement for a tenth question, as a function of a seed, and give it to `ddlearn.classroom.claim.claim`
# with a band and a control. `claim(...).run(range(8)).measured` goes into your `interval`.
#
# On a machine with a GPU ask the large version of the question in the lesson that it came from: most name one at their end.
#
# Student, *Biometrika* 6, 1908, on the mean of a few · Schuirmann, *Journal of Pharmacokinetics and Biopharmaceutics* 15, 1987, on
# two one-sided tests · Kerr, *Personality and Social Psychology Review* 2, 1998, on predictions made after the fact ·
# [Simon, Dickens, Karkada, DeWeese 2023](https://arxiv.org/abs/2110.03922) on learning curves · [Busa-Fekete et al.
# 2023](https://arxiv.org/abs/2302.03115) on proportions.
