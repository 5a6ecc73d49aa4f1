"""Every test run keeps its progress in a folder of its own: a test never touches a learner's."""

import os
import shutil
import tempfile

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.ddlearn_home = os.environ["DDLEARN_HOME"] = tempfile.mkdtemp(prefix="ddlearn-test-")


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.ddlearn_home, ignore_errors=True)
