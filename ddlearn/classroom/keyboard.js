// Repairs of ipywidgets in JupyterLab, for those who work without a mouse or without a screen.
//
// 1. JupyterLab's single-key shortcuts match whatever has the focus inside a notebook, unless the focused element itself
//    carries `data-lm-suppress-shortcuts`. Without it an arrow key on a menu moves to another cell, and "x" cuts one.
// 2. The handle of a slider has no name, a group of radio buttons has no role, a toggle does not say whether it is
//    pressed, and a logarithmic slider speaks exponents.
// 3. A browser's number box throws a decimal comma away and clamps in silence. Ours is a line of text; the arrow keys
//    and the role of a number box are added here.
// 4. A style sheet in a saved output is as old as that output. Where the kernel's own is on the page, it alone counts.
//
// One observer for the page, one pass a frame. A pass writes only what differs, so it cannot set itself off.
(() => {
  if (window.ddlearnKeyboard) return;
  window.ddlearnKeyboard = true;

  const CONTROLS = ":is(select, input, textarea, button, summary, [tabindex])";
  const all = (selector) => document.querySelectorAll(selector);
  const set = (element, name, value) => {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  };
  const label = (element) => {
    const root = element.closest(".jupyter-widgets");
    const words = root && root.querySelector(".widget-label");
    return words ? words.textContent.trim() : "";
  };

  // noUiSlider writes the raw position into aria-valuetext on every move: an exponent, or 0.30000000000000004.
  const sayValue = (handle) => {
    const raw = handle.getAttribute("aria-valuetext");
    if (raw === null || raw === handle.dataset.ddlearnSaid || Number.isNaN(Number(raw))) return;
    const slider = handle.closest(".widget-slider, .jupyter-widget-slider, .widget-hslider");
    const position = Number(raw);
    const value = slider && slider.matches(".ddlearn-log") ? 10 ** position : position;
    const exact = slider && slider.matches(".ddlearn-whole") && !slider.matches(".ddlearn-log");
    const said = String(exact ? Math.round(value) : Number(value.toPrecision(3)));
    handle.dataset.ddlearnSaid = said;
    set(handle, "aria-valuetext", said);
  };

  // The placeholder of a number box reads "0.1 to 10 by 0.5".
  const limits = (box) => box.placeholder.split(/ to | by /).map(Number);
  // As the kernel reads it: "1,500" is 1500, unless only 1.5 lies within the limits.
  const read = (text, [low, high]) => {
    const grouped = /^[+-]?[1-9]\d{0,2}(,\d{3})+$/.test(text) ? Number(text.replaceAll(",", "")) : NaN;
    return !text.trim() ? NaN : grouped >= low && grouped <= high ? grouped : Number(text.replace(",", "."));
  };
  // Accessibility tools know no exponents: 1e-8 is written out.
  const plain = (value) => Math.abs(value) < 1e-6 ? value.toFixed(20).replace(/\.?0+$/, "") : String(value);
  const nameNumber = (box) => {
    const [low, high] = limits(box), value = read(box.value, [low, high]);
    for (const [name, what] of [["role", "spinbutton"], ["inputmode", "decimal"], ["autocomplete", "off"],
      ["aria-valuemin", plain(low)], ["aria-valuemax", plain(high)],
      ["aria-valuenow", plain(Number.isNaN(value) ? low : value)]]) {
      set(box, name, what);
    }
  };
  document.addEventListener("keydown", (event) => {
    const box = event.target, way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!way || !box.matches(".ddlearn-number input")) return;
    event.preventDefault();
    const [low, high, step] = limits(box), value = read(box.value, [low, high]);
    if (Number.isNaN(value)) return;
    box.value = String(Number(Math.min(Math.max(value + way * step, low), high).toPrecision(12)));
    box.dispatchEvent(new Event("change", { bubbles: true }));
    nameNumber(box);
  }, true);

  const repair = () => {
    for (const e of all(`.jupyter-widgets ${CONTROLS}, .ddlearn-card summary`)) set(e, "data-lm-suppress-shortcuts", "true");
    for (const e of all(".jupyter-widgets [role=slider]")) {
      set(e, "aria-label", label(e) || "slider");
      sayValue(e);
    }
    for (const e of all(".ddlearn-number input")) nameNumber(e);
    for (const e of all(".widget-radio")) {
      set(e, "role", "radiogroup");
      if (label(e)) set(e, "aria-label", label(e));
    }
    for (const e of all(".widget-toggle-button")) set(e, "aria-pressed", String(e.classList.contains("mod-active")));
    for (const e of all('.jupyter-widgets .widget-label[title="null"]')) e.removeAttribute("title");
    for (const e of all(".ddlearn-explorer")) {
      const title = e.querySelector(".ddlearn-title");
      set(e, "role", "group");
      if (title) set(e, "aria-label", title.textContent.trim());
    }
    for (const e of all(".ddlearn-status .widget-html-content")) {
      set(e, "role", "status");
      set(e, "aria-live", "polite");
    }
    const media = document.querySelector("style.ddlearn-live-sheet") ? "not all" : "all";
    for (const e of all("style.ddlearn-saved-sheet")) set(e, "media", media);
  };

  // A button that is disabled while it has the focus, as Cancel is at the end of a computation, drops the focus on the
  // page's body, and the next Tab begins at the top. Its neighbour takes the focus instead.
  let focused = null;
  document.addEventListener("focusin", (event) => {
    focused = event.target;
    if (focused.matches(".ddlearn-number input")) nameNumber(focused);
  });
  const keepFocus = () => {
    if (!focused || !focused.disabled || !focused.isConnected) return;
    const active = document.activeElement;
    if (active && active !== document.body && active !== focused) return;
    const neighbour = focused.parentElement.querySelector("button:not([disabled])");
    focused = null;
    if (neighbour) neighbour.focus();
  };

  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; repair(); keepFocus(); });
  }).observe(document.body, {
    childList: true, subtree: true, attributes: true, attributeFilter: ["class", "disabled", "aria-valuenow"],
  });
  repair();
})();
