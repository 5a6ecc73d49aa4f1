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
    .dd-idle:empty { display: none; }
    .dd-buttons { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; }
    .dd-buttons button { font: inherit; min-height: 2.25rem; padding: 0 .8rem; color: inherit; background: none; border: 1px solid currentColor; border-radius: 4px; cursor: pointer; }
    .dd-picture { display: block; mix-blend-mode: multiply; }
    .dd-picture canvas { display: block; width: 100%; height: auto; }
    .dd-panes { display: none; flex-wrap: wrap; justify-content: center; }
    .dd-pane { overflow-x: auto; }
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
  const LEAST = 0.72; // of its size a part of a picture is shown with at least: its words are then 10 pixels high
  const files = {};

  function element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function load(src, name) {
    return (files[src] ??= new Promise((resolve, reject) => {
      const onload = () => resolve(globalThis.ddlearnStates[name]);
      const onerror = () => reject(new Error(`${src} cannot be loaded`));
      document.head.append(element("script", { src, onload, onerror }));
    }));
  }

  class Explorer extends HTMLElement {
    connectedCallback() {
      if (this.file) return;
      this.file = this.getAttribute("src").split(/[/\\]/).pop().replace(/\.js$/, "");
      this.name = this.file.replace(/^\d+_/, "");
      const watcher = new IntersectionObserver((entries) => {
        if (entries.some((entry) => entry.isIntersecting)) this.open();
      }, { rootMargin: "300px" });
      watcher.observe(this);
      addEventListener("hashchange", () => this.follow());
      this.follow();
    }

    open() {
      return (this.opened ??= load(this.getAttribute("src"), this.file).then((recording) => this.build(recording)));
    }

    /* The values that the address has for this explorer, or null. */
    asked() {
      const mine = [...new URLSearchParams(location.hash.slice(1))].filter(([key]) => key.startsWith(`${this.name}.`));
      return mine.length ? Object.fromEntries(mine.map(([key, value]) => [key.slice(this.name.length + 1), value])) : null;
    }

    async follow() {
      const asked = this.asked();
      if (!asked) return;
      await this.open();
      const wanted = this.recording.controls.map((control, i) => (control.name in asked ? nearestValue(control, asked[control.name]) : this.states[0].at[i]));
      this.show(this.nearest(wanted));
      const exact = this.recording.controls.every((control, i) => !(control.name in asked) || (this.at[i] === wanted[i] && String(control.values[wanted[i]]) === asked[control.name]));
      if (!exact) this.shown.textContent = "The nearest state that was recorded.";
      this.scrollIntoView();
    }

    build(recording) {
      [this.recording, this.states] = [recording, recording.states];
      this.inputs = recording.controls.map((control, i) => this.input(control, i));
      const fields = (more) => this.inputs.filter((_, i) => recording.controls[i].more === more).map((one) => one.field);
      const [width, height] = recording.size;
      const boxes = [[0, 0, width, height], ...recording.panes];
      this.canvases = boxes.map((box) => element("canvas", { width: 2 * box[2], height: 2 * box[3], box }));
      const [whole, ...panes] = this.canvases;
      whole.className = "dd-whole";
      this.picture = element("div", { className: "dd-picture", role: "img" }, whole, element("div", { className: "dd-panes" }, ...panes.map((canvas) => {
        canvas.style.minWidth = `${LEAST * canvas.box[2]}px`;
        const pane = element("div", { className: "dd-pane" }, canvas);
        pane.style.width = `${canvas.box[2]}px`;
        return pane;
      })));
      this.sentence = element("span");
      this.shown = element("small");
      this.idle = element("small", { className: "dd-idle" });
      const longest = this.states.reduce((so_far, { sentence }) => (sentence.length > so_far.length ? sentence : so_far), "");
      const room = element("span", { className: "dd-room", textContent: longest, ariaHidden: "true" });
      const caption = element("div", { className: "dd-caption", role: "status" }, element("div", {}, room, this.sentence), element("div", {}, this.shown));
      const buttons = element("div", { className: "dd-buttons" },
        element("button", { type: "button", textContent: "Reset", onclick: () => this.move(this.states[0]) }),
        element("button", { type: "button", textContent: "Save numbers", onclick: () => this.save() }));
      const more = fields(true);
      [this.role, this.ariaLabel] = ["group", recording.title];
      this.replaceChildren(
        element("p", { className: "dd-title" }, element("strong", { textContent: recording.title })),
        element("div", { className: "dd-controls" }, ...fields(false)),
        ...(more.length ? [element("details", { className: "dd-more" }, element("summary", { textContent: "More controls" }), element("div", { className: "dd-controls" }, ...more))] : []),
        this.idle, buttons, this.picture, caption);
      new ResizeObserver(() => this.paint()).observe(this);
      addEventListener("beforeprint", () => this.paint(true));
      return this.show(this.states[0]);
    }

    input(control, i) {
      const range = control.kind === "range";
      const input = control.kind === "select"
        ? element("select", {}, ...control.said.map((said, value) => element("option", { value, textContent: said })))
        : element("input", { type: control.kind, ...(range ? { min: 0, max: control.values.length - 1, step: 1 } : {}) });
      input.id = `${this.file}-${control.name}-${Math.random().toString(36).slice(2, 8)}`;
      const output = range ? element("strong", { ariaHidden: "true" }) : ""; // the slider says it
      const field = element("div", { className: "dd-control" }, element("label", { htmlFor: input.id, textContent: control.label }), output, input);
      input.addEventListener("input", () => {
        const value = control.kind === "checkbox" ? Number(input.checked) : Number(input.value);
        this.move(this.towards(i, value) ?? this.nearest(this.at.with(i, value), i), i);
      });
      const put = (value) => {
        if (control.kind === "checkbox") input.checked = Boolean(value);
        else input.value = value;
        if (range) output.textContent = input.ariaValueText = control.said[value];
      };
      return { field, input, put };
    }

    /* The next recorded state on the way of control i to `value`, all others staying where they are. */
    towards(i, value) {
      const sign = Math.sign(value - this.at[i]);
      const beyond = (place) => (this.recording.controls[i].kind === "range" ? sign * (place - value) : place === value ? 0 : -1);
      const there = this.states.filter(({ at }) => at.every((place, j) => (i === j ? beyond(place) >= 0 : place === this.at[j])));
      return there.sort((one, other) => beyond(one.at[i]) - beyond(other.at[i]))[0];
    }

    /* The recorded state that has most controls where they are wanted; control `must` stands there in any case. */
    nearest(wanted, must = -1) {
      const cost = ({ at }) => at.reduce((sum, value, i) => {
        const away = Math.abs(value - wanted[i]) / this.recording.controls[i].values.length;
        return sum + (away ? (i === must ? 1000 : 1) + away : 0);
      }, 0);
      return this.states.reduce((best, state) => (cost(state) < cost(best) ? state : best));
    }

    move(state, moved = -1) {
      const { controls } = this.recording;
      const back = controls.map((_, i) => i).filter((i) => i !== moved && moved >= 0 && state.at[i] !== this.at[i]);
      this.show(state);
      if (back.length) {
        const said = back.map((i) => `${controls[i].label} (${controls[i].said[state.at[i]]})`);
        this.shown.textContent = `Moved as well: ${said.join(", ")}. A page has few states; in the notebook all controls move together.`;
      }
      const start = this.states[0].at;
      const words = controls.map((control, i) => [control, i]).filter(([, i]) => state.at[i] !== start[i])
        .map(([control, i]) => `${this.name}.${control.name}=${encodeURIComponent(control.values[state.at[i]])}`);
      history.replaceState(null, "", words.length ? `#${words.join("&")}` : location.pathname + location.search);
    }

    show(state) {
      const { controls } = this.recording;
      this.at = state.at;
      this.inputs.forEach(({ input, put }, i) => {
        put(state.at[i]);
        input.disabled = Boolean(state.idle?.[controls[i].name]);
      });
      this.idle.textContent = controls.filter(({ name }) => state.idle?.[name]).map(({ name, label }) => `${label} changes nothing here: ${state.idle[name]}`).join(" ");
      this.sentence.textContent = state.sentence;
      this.picture.ariaLabel = state.sentence;
      this.shown.textContent = `Shows ${controls.map((control, i) => `${control.label} ${control.said[state.at[i]]}`).join(", ")}.`;
      return this.draw(state);
    }

    async draw(state) {
      const turn = (this.turn = (this.turn ?? 0) + 1);
      this.start ??= bitmap(this.states[0].picture);
      const layers = await Promise.all([this.start, ...(state === this.states[0] ? [] : [bitmap(state.picture)])]);
      if (turn !== this.turn) return;
      this.layers = layers;
      this.paint();
      this.dataset.state = this.states.indexOf(state);
    }

    /* Only what is seen: the whole picture, or on a narrow page its panels. Paper may be either. */
    paint(all = false) {
      for (const canvas of this.canvases.filter((one) => all || one.offsetParent)) {
        const [x, y, width, height] = canvas.box.map((length) => 2 * length);
        for (const layer of this.layers ?? []) canvas.getContext("2d").drawImage(layer, x, y, width, height, 0, 0, width, height);
      }
    }

    async save() {
      const text = await new Response(new Blob([bytes(this.recording.numbers)]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
      const href = URL.createObjectURL(new Blob([text.split("\f")[this.dataset.state]], { type: "text/csv" }));
      element("a", { href, download: `${this.name}.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(href), 1000);
    }
  }

  function bytes(text) {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  }

  function bitmap(picture) {
    return createImageBitmap(new Blob([bytes(picture)], { type: "image/webp" }));
  }

  function nearestValue(control, text) {
    if (control.kind !== "range") return Math.max(0, control.values.findIndex((value) => String(value) === text));
    const scale = control.log ? (value) => Math.log(Math.max(value, Number.MIN_VALUE)) : Number;
    const away = control.values.map((value) => Math.abs(scale(value) - scale(Number(text))));
    return Math.max(0, away.indexOf(Math.min(...away)));
  }

  document.head.append(element("style", { textContent: STYLE }));
  customElements.define("ddlearn-explorer", Explorer);
})();
