// What a learner sees, frame by frame. `probe.watch(cell)` begins to look at one cell's output; `probe.seen()` tells.
(() => {
  if (window.probe) return;
  const panel = () => [...window.jupyterapp.shell.widgets("main")].find((w) => w.node.matches(".jp-NotebookPanel"));
  const probe = (window.probe = { panel, errors: [], run: null, frames: [], keys: [], pictures: [] });

  probe.kernel = () => panel()?.sessionContext?.session?.kernel?.status ?? "none";
  probe.listen = () => panel().sessionContext.iopubMessage.connect((_, message) => {
    if (message.header.msg_type === "error") probe.errors.push(`${message.content.ename}: ${message.content.evalue}`);
  });
  probe.runAll = () => {
    probe.run = null;
    window.jupyterapp.shell.activateById(panel().id);
    window.jupyterapp.commands.execute("notebook:run-all-cells").then(
      () => { probe.run = "done"; }, (error) => { probe.run = String(error); });
  };
  probe.cells = () => panel().content.widgets.map((cell, index) => ({
    index, type: cell.model.type, source: cell.model.sharedModel.getSource(),
    count: cell.model.executionCount ?? null, outputs: cell.model.outputs ? cell.model.outputs.toJSON() : [],
  }));
  probe.area = (cell) => panel().content.widgets[cell].outputArea.node;

  let watched = null;
  const look = () => {
    if (watched === null) return;
    const area = probe.area(watched);
    const image = area.querySelector("img");
    const source = image ? image.getAttribute("src") : "";
    let picture = probe.pictures.indexOf(source);
    if (picture < 0) picture = probe.pictures.push(source) - 1;
    const there = Boolean(image && image.complete && image.naturalWidth > 0 && image.offsetHeight > 20);
    probe.frames.push({ t: performance.now(), picture, there, height: area.offsetHeight, alt: image ? image.alt : "" });
    requestAnimationFrame(look);
  };
  window.addEventListener("keydown", (event) => probe.keys.push(event.timeStamp), true);
  probe.watch = (cell) => {
    Object.assign(probe, { frames: [], keys: [], pictures: [] });
    watched = cell;
    requestAnimationFrame(look);
  };
  probe.changed = () => probe.frames.length > 1 && probe.frames.at(-1).picture !== probe.frames[0].picture;
  probe.seen = () => {
    watched = null;
    return { frames: probe.frames, keys: probe.keys, pictures: probe.pictures.length };
  };
})();
