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
    """With --dist loadscope a file stays in one process, and of the file that tests all lessons, a lesson."""
    if config.option.dist != "loadscope":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class ByFileAndLesson(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            lesson = re.search(r"test_lessons\.py::.*\[(\d\d)\b", nodeid)
            return super()._split_scope(nodeid) + (f"[{lesson[1]}]" if lesson else "")

    return ByFileAndLesson(config, log)
