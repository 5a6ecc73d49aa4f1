/* A recorded explorer that moves without a kernel. In any page:

     <script src="player.js" defer></script>
     <ddlearn-explorer src="explorers/10_peak.js"></ddlearn-explorer>

   The recording is loaded when the explorer comes into view. What stands inside the element is shown until then, and
   where no script runs. The state is in the address, #peak.noise=0.2&peak.n=80, and an address opens its state. */
(() => {
  const STYLE = `
    ddlearn-explorer { display: block; container-type: inline-size; margin: 1.5rem 0; scroll-margin-top: 6rem; }
    .dd-controls { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: .4rem 2rem; margin: .5rem 0; }
    .dd-control { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: 0 .75rem; min-height: 2.75rem; }
    .dd-control :is(input[type=range], select) { grid-column: 1 / -1; width: 100%; min-width: 0; font: inherit; min-height: 1.75rem; margin: 0; }
    .dd-control input[type=checkbox] { width: 1.5rem; height: 1.5rem; margin: 0; }
    .dd-control strong { font-variant-numeric: tabular-nums; }
    .dd-control :disabled { opacity: .45; }
    .dd-buttons { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; }
    .dd-buttons button { font: inherit; min-height: 2.25rem; padding: 0 .8rem; color: inherit; background: none; border: 1px solid currentColor; border-radius: 4px; cursor: pointer; }
    .dd-picture { display: block; mix-blend-mode: multiply; }
    .dd-picture canvas { display: block; width: 100%; height: auto; }
    .dd-panes { display: none; flex-wrap: wrap; justify-content: center; }
    .dd-pane { overflow-x: auto; width: var(--width); }
    .dd-pane canvas { min-width: calc(.72 * var(--width)); /* words are then 10 pixels high */ }
    .dd-caption, .dd-caption > * { display: grid; }
    .dd-caption { gap: .25rem; margin: .25rem 0 0; }
    .dd-caption > * > * { grid-area: 1 / 1; }
    .dd-room { visibility: hidden; }
    [data-theme=dark] .dd-picture { filter: invert(1) hue-rotate(180deg); mix-blend-mode: screen; }
    @container (max-width: 620px) { .dd-picture .dd-whole { display: none; } .dd-panes { display: flex; } }
    @media print {
      .dd-controls, .dd-buttons, .dd-more, .dd-room { display: none !important; }
      .dd-picture { filter: none !important; mix-blend-mode: normal; break-inside: avoid; }
    }`;

  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const bitmap = (picture) => createImageBitmap(new Blob([bytes(picture)], { type: "image/webp" }));
  const element = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const text = (words) => new Option(words).innerHTML; // words as HTML spells them
  const canvas = ([, , width, height]) => `<canvas width="${2 * width}" height="${2 * height}"></canvas>`;
  const pane = (box) => `<div class="dd-pane" style="--width: ${box[2]}px">${canvas(box)}</div>`;

  function field({ name, label, kind, said }) {
    const options = said.map((words, value) => `<option value="${value}">${text(words)}</option>`).join("");
    const select = `<select name="${name}">${options}</select>`;
    const input = `<input name="${name}" type="${kind}" max="${said.length - 1}">`;
    const output = kind === "range" ? '<strong aria-hidden="true"></strong>' : ""; // the slider says it
    return `<label class="dd-control"><span>${text(label)}</span>${output}${kind === "select" ? select : input}</label>`;
  }

  class Explorer extends HTMLElement {
    connectedCallback() {
      if (this.file) return;
      this.file = this.getAttribute("src").split(/[/\\]/).pop().replace(/\.js$/, "");
      this.name = this.file.replace(/^\d+_/, "");
      const look = (entries) => entries.some((entry) => entry.isIntersecting) && this.open();
      new IntersectionObserver(look, { rootMargin: "300px" }).observe(this);
      addEventListener("hashchange", () => this.follow());
      this.follow();
    }

    open() {
      return (this.opened ??= new Promise((onload, onerror) => {
        document.head.append(element("script", { src: this.getAttribute("src"), onload, onerror }));
      }).then(() => this.build(globalThis.ddlearnStates[this.file])));
    }

    /* Shows what the address says of this explorer, if anything. */
    async follow() {
      const asked = new URLSearchParams(location.hash.slice(1));
      if (![...asked.keys()].some((key) => key.startsWith(`${this.name}.`))) return;
      await this.open();
      const texts = this.controls.map(({ name }) => asked.get(`${this.name}.${name}`));
      const place = (text, i) => (text === null ? this.states[0].at[i] : nearestValue(this.controls[i], text));
      this.show(this.nearest(texts.map(place)));
      const exact = texts.every((text, i) => text === null || text === String(this.controls[i].values[this.at[i]]));
      if (!exact) this.shown.textContent = "The nearest state that was recorded.";
      this.scrollIntoView();
    }

    build(recording) {
      const { title, controls, states } = recording;
      [this.recording, this.controls, this.states] = [recording, controls, states];
      this.boxes = [[0, 0, ...recording.size], ...recording.panes];
      const [whole, ...panes] = this.boxes;
      const fields = (more) => controls.filter((control) => control.more === more).map(field).join("");
      const longest = states.map(({ sentence }) => sentence).reduce((one, other) => (other.length > one.length ? other : one));
      [this.role, this.ariaLabel] = ["group", title];
      this.innerHTML = `
        <p class="dd-title"><strong>${text(title)}</strong></p>
        <div class="dd-controls">${fields(false)}</div>
        <details class="dd-more"><summary>More controls</summary><div class="dd-controls">${fields(true)}</div></details>
        <small class="dd-idle"></small>
        <div class="dd-buttons"><button type="button">Reset</button><button type="button">Save numbers</button></div>
        <div class="dd-picture" role="img">
          <div class="dd-whole">${canvas(whole)}</div><div class="dd-panes">${panes.map(pane).join("")}</div>
        </div>
        <div class="dd-caption" role="status">
          <div><span class="dd-room" aria-hidden="true">${text(longest)}</span><span class="dd-sentence"></span></div>
          <small class="dd-shown"></small>
        </div>`;
      const part = (selector) => this.querySelector(selector);
      [this.idle, this.picture, this.sentence, this.shown] = [".dd-idle", ".dd-picture", ".dd-sentence", ".dd-shown"].map(part);
      this.canvases = [...this.querySelectorAll("canvas")];
      this.inputs = controls.map(({ name }) => part(`[name="${name}"]`));
      this.inputs.forEach((input, i) => input.addEventListener("input", () => {
        const value = Number(input.type === "checkbox" ? input.checked : input.value);
        this.move(this.nearest(this.at.with(i, value), i), i);
      }));
      if (!controls.some(({ more }) => more)) part(".dd-more").remove();
      const [reset, save] = this.querySelectorAll("button");
      reset.addEventListener("click", () => this.move(states[0]));
      save.addEventListener("click", () => this.save());
      new ResizeObserver(() => this.paint()).observe(this);
      addEventListener("beforeprint", () => this.paint(true));
      return this.show(states[0]);
    }

    /* The recorded state that has most controls where they are wanted. A slider i that is pulled may go on to the next
       state, so that an arrow key comes over a gap; any other control i stands where it is wanted. */
    nearest(wanted, i = -1) {
      const cost = ({ at }) => at.reduce((sum, place, j) => {
        const { kind, values } = this.controls[j];
        const away = (place - wanted[j]) / values.length;
        const further = kind === "range" && away * (wanted[j] - this.at[j]) > 0;
        return sum + (away ? Math.abs(away) + (j !== i ? 1 : further ? 0 : 1000) : 0);
      }, 0);
      return this.states.reduce((best, state) => (cost(state) < cost(best) ? state : best));
    }

    move(state, moved = -1) {
      const back = this.controls.map(({ label, said }, i) => `${label} (${said[state.at[i]]})`)
        .filter((_, i) => i !== moved && moved >= 0 && state.at[i] !== this.at[i]);
      this.show(state);
      const few = "A page has few states; in the notebook all controls move together.";
      if (back.length) this.shown.textContent = `Moved as well: ${back.join(", ")}. ${few}`;
      const put = ({ name, values }, i) => `${this.name}.${name}=${encodeURIComponent(values[state.at[i]])}`;
      const words = this.controls.map(put).filter((_, i) => state.at[i] !== this.states[0].at[i]);
      history.replaceState(null, "", words.length ? `#${words.join("&")}` : location.pathname + location.search);
    }

    show(state) {
      this.at = state.at;
      this.inputs.forEach((input, i) => {
        const { name, kind, said } = this.controls[i];
        input.disabled = Boolean(state.idle?.[name]);
        input[kind === "checkbox" ? "checked" : "value"] = state.at[i];
        if (kind === "range") input.previousSibling.textContent = input.ariaValueText = said[state.at[i]];
      });
      const idle = this.controls.filter(({ name }) => state.idle?.[name]);
      this.idle.textContent = idle.map(({ name, label }) => `${label} changes nothing here: ${state.idle[name]}`).join(" ");
      this.sentence.textContent = this.picture.ariaLabel = state.sentence;
      this.shown.textContent = `Shows ${this.controls.map(({ label, said }, i) => `${label} ${said[state.at[i]]}`).join(", ")}.`;
      return this.draw(state);
    }

    async draw(state) {
      this.start ??= bitmap(this.states[0].picture);
      const layers = await Promise.all([this.start, ...(state === this.states[0] ? [] : [bitmap(state.picture)])]);
      if (state.at !== this.at) return; // another is wanted by now
      this.layers = layers;
      this.paint();
      this.dataset.state = this.states.indexOf(state);
    }

    /* Only what is seen: the whole picture, or on a narrow page its panels. Paper may be either. */
    paint(all = false) {
      this.canvases.forEach((canvas, i) => {
        if (!all && !canvas.offsetParent) return;
        const [x, y, width, height] = this.boxes[i].map((length) => 2 * length);
        for (const layer of this.layers ?? []) canvas.getContext("2d").drawImage(layer, x, y, width, height, 0, 0, width, height);
      });
    }

    async save() {
      const packed = new Blob([bytes(this.recording.numbers)]).stream();
      const sheets = await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).text();
      const href = URL.createObjectURL(new Blob([sheets.split("\f")[this.dataset.state]], { type: "text/csv" }));
      element("a", { href, download: `${this.name}.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(href), 1000);
    }
  }

  function nearestValue({ kind, log, values }, asked) {
    if (kind !== "range") return Math.max(0, values.map(String).indexOf(asked));
    const scale = log ? (value) => Math.log(Math.max(value, Number.MIN_VALUE)) : Number;
    const away = values.map((value) => Math.abs(scale(value) - scale(Number(asked))));
    return Math.max(0, away.indexOf(Math.min(...away)));
  }

  document.head.append(element("style", { textContent: STYLE }));
  customElements.define("ddlearn-explorer", Explorer);
})();
