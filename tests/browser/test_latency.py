"""How long a learner waits for a picture. The ratio is asked of every machine, the milliseconds of one that is idle."""

import os

import pytest
from latency import measure


@pytest.mark.slow
def test_a_slider_moves_the_picture_at_most_0_6_times_as_late_as_interact(browser):
    # A neighbour's burst can fall on one rival more than on the other: a slow run is measured once more.
    found = measure(browser)
    if found["explorer"]["median_ms"] > 0.6 * found["interact"]["median_ms"]:
        found = measure(browser)
    ours, theirs = found["explorer"], found["interact"]
    assert ours["blank_frames"] == 0
    assert len(ours["heights"]) == 1
    assert ours["median_ms"] <= 0.6 * theirs["median_ms"], found
    if os.getloadavg()[0] <= (os.cpu_count() or 1) + 1:
        assert ours["median_ms"] <= 250, found
