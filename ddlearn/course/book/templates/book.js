// Colours as the reader likes them, and scrolling boxes that the keyboard reaches. The book reads well without either.
(() => {
  const root = document.documentElement;
  let kept = "";
  try { kept = localStorage.getItem("ddlearn-colours") || ""; } catch { /* a browser that keeps nothing */ }
  if (kept) root.dataset.colours = kept;

  // A box joins the tab order only while there is something in it to scroll to.
  const reach = () => document.querySelectorAll(".scrolls").forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });

  addEventListener("DOMContentLoaded", () => {
    const select = document.getElementById("theme");
    select.closest(".theme").hidden = false;
    select.value = kept;
    select.addEventListener("change", () => {
      root.dataset.colours = select.value;
      try { localStorage.setItem("ddlearn-colours", select.value); } catch { /* it lasts for this page, then */ }
    });
    reach();
    document.addEventListener("toggle", reach, true);
    // A print shows what is folded, in browsers that cannot be told so by the style sheet.
    let opened = [];
    addEventListener("beforeprint", () => {
      opened = [...document.querySelectorAll("details:not([open])")];
      opened.forEach((one) => { one.open = true; });
    });
    addEventListener("afterprint", () => opened.forEach((one) => { one.open = false; }));
  });
  addEventListener("load", reach);
  addEventListener("resize", reach);
})();
