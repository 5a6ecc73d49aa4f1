"""Set-up on a bare machine: the right torch, a second call at once, a broken environment repaired, words for all."""

import ast
import http.server
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ddlearn.course import install

SCRIPT = Path(install.__file__)
WORKS = "(3, 11) "


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout: what is pinned, and where the package is."""
    place = tmp_path / "check out"
    (place / "ddlearn").mkdir(parents=True)
    (place / "ddlearn" / "__init__.py").touch()
    (place / "pyproject.toml").write_text("[project]\n")
    (place / "constraints.txt").write_text("numpy==2.4.6\ntorch==2.13.0\ntorchinfo==1.0\n")
    return place


@pytest.fixture
def machine(monkeypatch, root):
    """A machine with Linux, no GPU, no index of CPU builds and an environment that works; tests change one thing."""

    class Machine:
        system, gpu, index, pip_works, runs = "Linux", False, False, lambda *_: True, WORKS
        pips: list = []  # noqa: RUF012
        made: list = []  # noqa: RUF012

    Machine.pips, Machine.made = [], []

    def pip(venv, *arguments):
        Machine.pips.append(arguments)
        return Machine.pip_works(*arguments)

    def make(venv, found):
        Machine.made.append(venv)
        venv.mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(install, "pip", pip)
    monkeypatch.setattr(install, "make_venv", make)
    monkeypatch.setattr(install, "probe", lambda venv: Machine.runs)
    monkeypatch.setattr(install, "has_gpu", lambda: Machine.gpu)
    monkeypatch.setattr(install, "offers", lambda *_: Machine.index)
    monkeypatch.setattr(install.platform, "system", lambda: Machine.system)
    return Machine


COURSE = ("-c", "constraints.txt", "-e", ".[test]")
CPU = ("--no-deps", "--index-url", install.CPU_INDEX, "torch==2.13.0")


@pytest.mark.parametrize(
    ("system", "gpu", "index", "pips"),
    [
        ("Linux", False, True, [CPU, COURSE]),
        ("Linux", False, False, [COURSE]),
        ("Linux", True, True, [COURSE]),
        ("Darwin", False, True, [COURSE]),
        ("Windows", False, True, [COURSE]),
    ],
)
def test_the_cpu_build_only_where_it_helps_and_can_be_had(machine, root, tmp_path, system, gpu, index, pips):
    machine.system, machine.gpu, machine.index = system, gpu, index
    install.install(tmp_path / "venv", root, "test")
    assert machine.pips == pips


def test_where_the_cpu_build_fails_the_usual_one_is_taken(machine, root, tmp_path):
    machine.index, machine.pip_works = True, lambda *arguments: "--index-url" not in arguments
    install.install(tmp_path / "venv", root, "test")
    assert machine.pips == [CPU, COURSE]


def test_without_test_extras(machine, root, tmp_path):
    install.install(tmp_path / "venv", root, "")
    assert machine.pips == [("-c", "constraints.txt", "-e", ".")]


def test_a_second_call_does_nothing_until_what_is_pinned_changes(machine, root, tmp_path):
    venv = tmp_path / "venv"
    install.install(venv, root, "test")
    machine.runs = f"(3, 11) {str(root / 'ddlearn' / '__init__.py')!a}"
    machine.pips.clear()
    install.install(venv, root, "test")
    install.install(venv, root, "")
    assert machine.pips == []
    (root / "constraints.txt").write_text("torch==2.14.0\n")
    install.install(venv, root, "test")
    assert machine.pips == [COURSE]


def test_an_environment_without_test_extras_does_not_serve_the_tests(machine, root, tmp_path):
    install.install(tmp_path / "venv", root, "")
    machine.runs = f"(3, 11) {str(root / 'ddlearn' / '__init__.py')!a}"
    install.install(tmp_path / "venv", root, "test")
    assert machine.pips[-1] == COURSE


def test_an_environment_for_the_tests_does_not_serve_the_hub(machine, root, tmp_path):
    install.install(tmp_path / "venv", root, "test")
    machine.runs = f"(3, 11) {str(root / 'ddlearn' / '__init__.py')!a}"
    install.install(tmp_path / "venv", root, "hub")
    assert machine.pips[-1] == ("-c", "constraints.txt", "-e", ".[hub]")
    machine.pips.clear()
    install.install(tmp_path / "venv", root, "hub")
    assert machine.pips == []


@pytest.mark.parametrize("runs", ["", "(3, 11) None", "(3, 11) /elsewhere/ddlearn/__init__.py"])
def test_a_stamp_alone_is_not_believed(machine, root, tmp_path, runs):
    install.install(tmp_path / "venv", root, "test")
    machine.runs = runs
    install.install(tmp_path / "venv", root, "test")
    assert machine.pips == [COURSE, COURSE]


def test_no_stamp_after_a_failure_and_a_sentence_that_says_what_to_do(machine, root, tmp_path):
    machine.pip_works = lambda *_: False
    with pytest.raises(install.Refusal, match="If they speak of a connection, run the same line again"):
        install.install(tmp_path / "venv", root, "test")
    assert list((tmp_path / "venv").iterdir()) == []


def test_the_pin_is_that_of_torch_alone(root):
    assert install.pinned(root, "torch") == "2.13.0"
    with pytest.raises(install.Refusal, match=r"constraints.txt does not pin jax"):
        install.pinned(root, "jax")


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 11), (3, 14, 2), (4, 0, 0)])
def test_a_new_enough_python(version):
    install.require_python(version)


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 9), (2, 7, 18)])
def test_an_old_python_is_told_so(version):
    with pytest.raises(install.Refusal, match=rf"needs Python 3.11 or newer; this is Python {version[0]}.{version[1]}"):
        install.require_python(version)


def test_an_old_python_can_read_the_script():
    """It must get as far as the sentence: no syntax newer than 3.7, and nothing imported but the standard library."""
    tree = ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 7))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert imported <= sys.stdlib_module_names


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_what_to_install(monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(install.Refusal, match=r"apt-get install python3.12-venv"):
        install.require_venv((3, 12, 1))


def test_a_broken_environment_of_ours_is_made_anew_and_a_good_one_is_left(tmp_path):
    venv = tmp_path / "my venv"
    install.make_venv(venv, "")
    assert install.probe(venv).startswith(f"{sys.version_info[:2]} ")
    (venv / "mine.txt").touch()
    install.make_venv(venv, install.probe(venv))
    assert (venv / "mine.txt").exists()
    install.make_venv(venv, "(3, 10) None")  # made by an older Python
    assert not (venv / "mine.txt").exists()
    install.python_of(venv).unlink()
    install.make_venv(venv, install.probe(venv))
    assert install.probe(venv)


def test_an_environment_in_a_folder_with_any_letters_is_known_again(tmp_path):
    """Its interpreter says where the course is in ASCII: a code page may lack the letters, and half of it be read."""
    place = tmp_path / "Łukasz 山"
    (place / "ddlearn").mkdir(parents=True)
    (place / "ddlearn" / "__init__.py").touch()
    code = f"import sys; sys.path.insert(0, {str(place)!r}); {install.PROBE}"
    told = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONIOENCODING": "cp1252"}, capture_output=True, text=True
    )
    assert told.stdout.strip().endswith(ascii(str(place / "ddlearn" / "__init__.py")))
    assert told.returncode == 0


def test_settings_that_pip_cannot_read_are_said(tmp_path, monkeypatch):
    venv = tmp_path / "venv"
    install.make_venv(venv, "")
    (tmp_path / "pip.conf").write_text("no section\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    with pytest.raises(install.Refusal, match="pip cannot read its own settings"):
        install.settings(venv)


@pytest.fixture
def theirs(tmp_path):
    """An environment that somebody else made, with work in it; its Python is gone."""
    venv = tmp_path / "project"
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").write_text("home = /usr/lib/python3.9\n")
    (venv / "thesis.tex").write_text("ten years")
    return venv


@pytest.mark.parametrize("stamped", [False, True])  # the course may once have been installed into it
def test_somebody_else_s_environment_is_neither_emptied_nor_removed(theirs, stamped):
    if stamped:
        (theirs / install.STAMP).write_text("a hash")
    for act in (lambda: install.make_venv(theirs, install.probe(theirs)), lambda: install.remove(theirs)):
        with pytest.raises(install.Refusal, match="nothing in it was touched"):
            act()
    with pytest.raises(install.Refusal, match="nothing in it was touched"):
        install.make_venv(theirs / "thesis.tex", "")
    assert (theirs / "thesis.tex").read_text() == "ten years"


def test_an_environment_of_ours_is_removed_and_what_it_links_to_is_not(tmp_path, theirs):
    install.remove(tmp_path / "never made")
    venv = tmp_path / "venv"
    venv.mkdir()
    (venv / install.MARK).touch()
    (venv / "lib").symlink_to(theirs)
    assert install.main(["--remove", "--venv", str(venv)]) == 0
    assert not venv.exists()
    assert (theirs / "thesis.tex").exists()


def test_of_the_user_s_pip_settings_only_those_that_reach_packages_count(tmp_path, monkeypatch):
    venv = tmp_path / "venv"
    install.make_venv(venv, "")
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://mirror.example.org/simple\ntimeout = 7\n"
        f"[install]\nuser = true\ntarget = {tmp_path / 'elsewhere'}\nno-deps = true\nfind-links =\n  /a\n  /b\n"
    )
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    for name, value in {"USER": "1", "PREFIX": "/p", "DRY_RUN": "1", "TIMEOUT": "9", "PROXY": "http://p:1"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    told = {name: value for name, value in install.settings(venv).items() if name.startswith(("PIP_", "PYTHON"))}
    assert told.pop("PIP_FIND_LINKS").split() == ["/a", "/b"]
    ours = {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    reaching = {"PIP_INDEX_URL": "https://mirror.example.org/simple", "PIP_TIMEOUT": "9", "PIP_PROXY": "http://p:1"}
    assert {name: told.get(name) for name in {**ours, **reaching}} == {**ours, **reaching}
    assert not {"PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_DRY_RUN", "PIP_NO_DEPS", "PYTHONPATH"} & set(told)


def test_where_the_interpreter_is():
    assert install.python_of(Path("v"), windows=False) == Path("v/bin/python")
    assert install.python_of(Path("v"), windows=True) == Path("v/Scripts/python.exe")


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands for the driver's command")
@pytest.mark.parametrize(
    ("script", "found"),
    [("echo 'GPU 0: NVIDIA H100'", True), ("echo 'No devices were found'", False), ("echo GPU; exit 9", False)],
)
def test_a_gpu_is_what_the_driver_lists(tmp_path, monkeypatch, script, found):
    smi = tmp_path / "nvidia-smi"
    smi.write_text(f"#!/bin/sh\n{script}\n")
    smi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(install.Path, "is_dir", lambda self: False)
    assert install.has_gpu() is found


def test_no_driver_is_no_gpu(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(install.Path, "is_dir", lambda self: False)
    assert install.has_gpu() is False


@pytest.fixture
def index():
    """A local index; its handler answers with `page` after `delay` seconds."""

    class Handler(http.server.BaseHTTPRequestHandler):
        page, delay, code = b"", 0.0, 200

        def do_GET(self):
            time.sleep(self.delay)
            self.send_response(self.code if self.path == "/whl/cpu/torch/" else 404)
            self.end_headers()
            self.wfile.write(self.page)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Handler, f"http://127.0.0.1:{server.server_port}/whl/cpu"
    server.shutdown()


@pytest.mark.parametrize(
    ("page", "code", "has"),
    [
        (b'<a href="/whl/cpu/torch-2.13.0%2Bcpu-cp311-cp311-linux.whl">', 200, True),
        (b"torch-2.13.0+cpu-cp311-cp311-linux.whl", 200, True),
        (b"torch-2.12.0%2Bcpu-cp311-cp311-linux.whl", 200, False),
        (b"torch-2.13.0%2Bcpu", 503, False),
        (b"<html>Please log in to this hotel's network</html>", 200, False),
    ],
)
def test_the_index_of_cpu_builds_must_have_this_version(index, page, code, has):
    handler, url = index
    handler.page, handler.code = page, code
    assert install.offers(url, "2.13.0", patience=5) is has


def test_a_silent_index_is_not_waited_for(index):
    handler, url = index
    handler.page, handler.delay = b"torch-2.13.0%2Bcpu", 3.0
    start = time.perf_counter()
    assert install.offers(url, "2.13.0", patience=0.3) is False
    assert time.perf_counter() - start < 2


def test_an_index_that_is_not_there():
    assert install.offers("http://127.0.0.1:9/whl/cpu", "2.13.0", patience=2) is False


def test_the_script_ends_with_a_sentence_not_a_traceback(tmp_path):
    (tmp_path / "file").write_text("in the way")
    answer = subprocess.run([sys.executable, str(SCRIPT), "--venv", str(tmp_path)], capture_output=True, text=True)
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert "nothing in it was touched" in answer.stderr


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "goes on where this stopped"),
        (OSError(28, "No space left on device"), 1, "Set-up stopped: [Errno 28] No space left on device."),
    ],
)
def test_what_can_happen_on_the_way(monkeypatch, capsys, error, code, said):
    def stop(*_):
        raise error

    monkeypatch.setattr(install, "install", stop)
    assert install.main([]) == code
    assert said in capsys.readouterr().err
