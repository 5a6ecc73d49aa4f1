"""Every test run keeps its progress in a folder of its own: a test never touches a learner's."""

import os
import re
import shutil
import tempfile

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.ddlearn_home = os.environ["DDLEARN_HOME"] = tempfile.mkdtemp(prefix="ddlearn-test-")


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.ddlearn_home, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """With --dist loadscope a file stays in one process, and so does what tests one lesson's explorers."""
    if config.option.dist != "loadscope":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByFileAndLesson(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            lesson = re.search(r"(?:test_lessons\.py::|::test_a_hundred_events).*\[(\d\d)\b", nodeid)
            return f"lesson {lesson[1]}" if lesson else super()._split_scope(nodeid)

    return ByFileAndLesson(config, log)
