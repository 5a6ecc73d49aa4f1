// A search through every section of the book, on the reader's own machine. Every word must be there, in any order.
(() => {
  const box = document.getElementById("q"), found = document.getElementById("found"), count = document.getElementById("count");
  const SHOWN = 50, AROUND = 90;
  const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const sections = window.bookIndex.map((one) => ({ ...one, low: plain(one.text), top: plain(`${one.heading} ${one.lesson}`) }));

  const score = (section, words) => {
    let sum = 0;
    for (const word of words) {
      const inTop = section.top.includes(word), times = section.low.split(word).length - 1;
      if (!inTop && !times) return 0;
      sum += (inTop ? 10 : 0) + Math.min(times, 5);
    }
    return sum;
  };

  const excerpt = (section, words) => {
    const places = words.map((word) => section.low.indexOf(word)).filter((place) => place >= 0);
    const at = places.length ? Math.min(...places) : 0;
    const from = Math.max(0, section.text.lastIndexOf(" ", Math.max(0, at - AROUND)) + 1);
    const end = section.text.indexOf(" ", at + 2 * AROUND), to = end < 0 ? section.text.length : end;
    const line = document.createElement("p"), text = section.text.slice(from, to);
    const mark = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "i");
    line.append(from ? "… " : "");
    text.split(mark).forEach((part, turn) => {
      if (turn % 2) line.append(Object.assign(document.createElement("mark"), { textContent: part }));
      else line.append(part);
    });
    line.append(to < section.text.length ? " …" : "");
    return line;
  };

  const item = (section, words) => {
    const link = document.createElement("a"), entry = document.createElement("li");
    link.href = section.page + (section.at ? `#${section.at}` : "");
    link.textContent = section.heading === section.lesson.replace(/^\d+ · /, "") ? section.lesson : `${section.lesson}: ${section.heading}`;
    entry.append(link, excerpt(section, words));
    return entry;
  };

  const search = () => {
    const words = plain(box.value).split(/\s+/).filter(Boolean);
    const hits = words.length ? sections.map((one) => [score(one, words), one]).filter(([points]) => points) : [];
    hits.sort((one, other) => other[0] - one[0]);
    found.replaceChildren(...hits.slice(0, SHOWN).map(([, one]) => item(one, words)));
    const rest = hits.length > SHOWN ? `, the best ${SHOWN} of them below` : "";
    count.textContent = words.length ? `${hits.length || "No"} ${hits.length === 1 ? "section" : "sections"} found${rest}.` : "";
  };

  box.value = new URLSearchParams(location.search).get("q") || "";
  box.addEventListener("input", search);
  document.getElementById("search").addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `?q=${encodeURIComponent(box.value)}`);
    search();
  });
  search();
  if (!box.value) box.focus();
})();
