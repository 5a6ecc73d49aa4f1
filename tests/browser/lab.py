"""A private JupyterLab and a notebook open in it, for tests that press keys and look.

    with Lab(folder) as lab, sync_playwright() as playwright:
        notebook = Notebook(browser.new_page(), lab, "lesson.ipynb")

The server listens on loopback only, with settings of its own that are thrown away, on a copy of what is tested.
"""

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlparse

import nbformat

PROBE = (Path(__file__).parent / "probe.js").read_text("utf-8")
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "docmanager-extension/plugin": {"autosave": False},
}
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
CONTROLS = "[role=slider], input, select, textarea, button, [role=tab]"


def write(path: Path, *sources: str) -> Path:
    """Write a notebook of code cells under one heading."""
    cells = [nbformat.v4.new_markdown_cell("# A notebook written by a test"), *map(nbformat.v4.new_code_cell, sources)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
    return path


class Lab:
    """JupyterLab on a folder, from `with` to its end; `core` pins server and kernels to one processor core."""

    def __init__(self, folder: Path, core: int | None = None):
        self.folder, self._core, self.token = Path(folder), core, uuid.uuid4().hex

    def __enter__(self):
        self._home = Path(tempfile.mkdtemp(prefix="ddlearn-lab-"))
        for name, values in SETTINGS.items():
            file = self._home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(values))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = (self._home / "lab.log").open("w+")
        self._server = subprocess.Popen(
            self._command(port),
            cwd=self.folder,
            env=self._environment(),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            self._wait(60)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception):
        for sign, patience in ((signal.SIGINT, 2), (signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            if self._server.poll() is not None:
                break
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._server.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._server.wait(patience)
        self._log.close()
        shutil.rmtree(self._home, ignore_errors=True)

    def _command(self, port: int) -> list[str]:
        pin = ["taskset", "-c", str(self._core)] if self._core is not None and shutil.which("taskset") else []
        return [
            *pin,
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser"),
            *(f"--port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1"),
            *(f"--IdentityProvider.token={self.token}", "--PasswordIdentityProvider.hashed_password="),
            *(f"--ServerApp.root_dir={self.folder}", "--ServerApp.terminals_enabled=False"),
            "--LabApp.extension_manager=readonly",
            "--LabApp.news_url=",
            "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        ]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "JPY_"))}
        places = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
            "DDLEARN_HOME": "ddlearn",
        }
        threads = {"OMP_NUM_THREADS": "1"} if self._core is not None else {}
        return kept | {name: str(self._home / folder) for name, folder in places.items()} | threads

    def _wait(self, seconds: float) -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._server.poll() is None:
            with contextlib.suppress(OSError), opener.open(f"{self.url}/api", timeout=3) as answer:
                if answer.status == 200:
                    return
            time.sleep(0.2)
        self._log.seek(0)
        raise RuntimeError(f"JupyterLab did not come up:\n{self._log.read()[-2000:]}")


@dataclass(frozen=True)
class Shown:
    """A control in some cell's output, as assistive technology hears it."""

    cell: int
    role: str
    name: str
    disabled: bool
    mark: str  # the value of its data-probe attribute

    @property
    def selector(self) -> str:
        return f'[data-probe="{self.mark}"]'


class Notebook:
    """One notebook, open in a page; no request leaves this machine."""

    def __init__(self, page, lab: Lab, name: str):
        self.page, self.lab, self.name = page, lab, name
        self.outside, self._console = [], []
        page.route("**/*", self._stay_inside)
        page.on("console", lambda m: self._console.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self._console.append(str(error)))
        # A workspace of its own: the default one would open what the last page had open.
        workspace = f"{lab.url}/lab/workspaces/{uuid.uuid4().hex}"
        page.goto(f"{workspace}/tree/{quote(name)}?token={lab.token}", wait_until="domcontentloaded")
        self._attend()

    def _attend(self) -> None:
        self.page.wait_for_function("() => window.jupyterapp && window.jupyterapp.started", timeout=60_000)
        self.page.evaluate("() => window.jupyterapp.restored.then(() => true)")
        self.page.evaluate(PROBE)
        self.page.wait_for_function("() => window.probe.panel() && window.probe.kernel() === 'idle'", timeout=60_000)
        self.page.evaluate("() => { window.jupyterapp.shell.collapseLeft(); window.probe.listen(); }")

    def save(self) -> None:
        """Write the notebook to its file, outputs and all."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        self.page.wait_for_function("() => !window.probe.panel().context.model.dirty")

    def reload(self) -> None:
        """Load the page again, as it was saved; the kernel stays alive."""
        self.page.reload(wait_until="domcontentloaded")
        self._attend()
        self.rest()

    def _stay_inside(self, route):
        address = urlparse(route.request.url)
        if address.scheme in ("data", "blob", "about") or address.hostname == "127.0.0.1":
            return route.continue_()
        self.outside.append(route.request.url)
        return route.abort()

    def run_all(self, timeout: float = 120) -> None:
        """Run every cell, and wait until the kernel is idle and the page has come to rest."""
        self.page.evaluate("() => window.probe.runAll()")
        self.page.wait_for_function("() => window.probe.run !== null", timeout=timeout * 1000)
        self.page.wait_for_function("() => window.probe.kernel() === 'idle'", timeout=timeout * 1000)
        self.rest()

    def rest(self, seconds: float = 0.6) -> None:
        """Wait until nothing has changed in the notebook for a while."""
        self.page.evaluate(
            """quiet => new Promise(done => {
                let timer = setTimeout(end, quiet);
                const watch = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(end, quiet); });
                function end() { watch.disconnect(); done(); }
                watch.observe(window.probe.panel().node, {childList: true, subtree: true, characterData: true});
            })""",
            seconds * 1000,
        )

    @property
    def cells(self) -> list[dict]:
        """Each cell: index, type, source, execution count, outputs."""
        return self.page.evaluate("() => window.probe.cells()")

    @property
    def errors(self) -> list[str]:
        """Every error: raised in a cell or in a widget's callback, on the page's console, or a request outside."""
        noise = ("favicon", "/lsp/", "/api/workspaces", "ResizeObserver")
        console = [text for text in self._console if not any(known in text for known in noise)]
        return self.page.evaluate("() => window.probe.errors") + console + self.outside

    def controls(self, cell: int | None = None) -> list[Shown]:
        """The controls that stand in the outputs, of one cell or of all, as the accessibility tree has them."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("Accessibility.enable")
        marks = self.page.evaluate(
            """selector => window.probe.panel().content.widgets.flatMap((cell, index) => !cell.outputArea ? [] :
                [...cell.outputArea.node.querySelectorAll(selector)].map((element, k) => {
                    element.dataset.probe = `${index}-${k}`;
                    return [index, element.dataset.probe, Boolean(element.disabled)];
                }))""",
            CONTROLS,
        )
        root = session.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
        shown = []
        for index, mark, disabled in marks:
            if cell is not None and index != cell:
                continue
            # JupyterLab leaves cells off the screen out of the accessibility tree.
            self.page.evaluate(
                """mark => new Promise(done => {
                    document.querySelector(`[data-probe="${mark}"]`).scrollIntoView({block: "center"});
                    requestAnimationFrame(() => requestAnimationFrame(done));
                })""",
                mark,
            )
            found = session.send("DOM.querySelector", {"nodeId": root, "selector": f'[data-probe="{mark}"]'})
            asked = {"nodeId": found["nodeId"], "fetchRelatives": False}
            (node,) = session.send("Accessibility.getPartialAXTree", asked)["nodes"]
            role, name = (node.get(key, {}).get("value", "") for key in ("role", "name"))
            shown.append(Shown(index, role, name, disabled, mark))
        session.detach()
        return shown

    def control(self, role: str, name: str):
        """The control of that role and name, as a Playwright locator."""
        return self.page.locator(".jp-OutputArea-output").get_by_role(role, name=name, exact=True)

    def picture(self, cell: int) -> dict:
        """The source and the alt text of the picture that a cell shows."""
        return self.page.evaluate(
            "cell => { const i = window.probe.area(cell).querySelector('img'); return {src: i.src, alt: i.alt}; }", cell
        )

    def watch(self, cell: int) -> None:
        """Look at a cell's output in every frame from now on."""
        self.page.evaluate("cell => window.probe.watch(cell)", cell)
        self.page.wait_for_timeout(50)

    def seen(self) -> dict:
        """What was seen since `watch`: frames, times of key presses, number of different pictures."""
        return self.page.evaluate("() => window.probe.seen()")

    def axe(self) -> list[str]:
        """What axe-core finds wrong in outputs and prose; JupyterLab's own frame is not the course's to mend."""
        package = importlib.util.find_spec("axe_playwright_python")
        source = (Path(package.submodule_search_locations[0]) / "axe.min.js").read_text("utf-8")
        # JupyterLab has a module loader of its own, which axe must not find.
        self.page.evaluate("s => new Function('module', 'exports', 'define', s).call(window)", source)
        return self.page.evaluate(
            """async () => {
                const found = await window.axe.run(window.probe.panel().node, {runOnly: {type: "tag",
                    values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}});
                const ours = node => document.querySelector(node.target[0])?.closest(
                    ".jp-OutputArea-output, .jp-MarkdownOutput");
                return found.violations.flatMap(rule => rule.nodes.filter(ours).map(
                    node => `${rule.id} (${rule.impact}): ${node.html.slice(0, 160)}`));
            }"""
        )
