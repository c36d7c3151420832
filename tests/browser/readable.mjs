// What everybody needs to read and use a page, judged inside the browser.

/** Texts whose contrast with what is behind them is below that of WCAG 2.2, 1.4.3 (AA). */
export function faint() {
  const rgb = (text) => text.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = rgb(getComputedStyle(each).backgroundColor);
      if (color[3] !== 0) return color;
    }
    return [255, 255, 255];
  };
  const all = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.textContent.trim();
    if (!text || !element.checkVisibility() || element.matches("script, style, noscript *")) continue;
    const [one, other] = [rgb(getComputedStyle(element).color), behind(element)].map(luminance);
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    all.push({ text, contrast });
  }
  return { seen: all.length, faint: all.filter(({ contrast }) => contrast < 4.5) };
}

/** What a reader of screens would stumble over. */
export function stumbles() {
  const all = [];
  const every = (selector, wrong, why) => {
    const found = [...document.querySelectorAll(selector)];
    if (!found.length) all.push(`no ${selector}`);
    for (const element of found) if (wrong(element)) all.push(`${why}: ${element.outerHTML.slice(0, 120)}`);
  };
  const named = (element) => {
    const by = element.getAttribute("aria-labelledby");
    const name = by ? document.getElementById(by)?.textContent : element.getAttribute("aria-label") ?? element.textContent;
    return Boolean(name?.trim());
  };
  if (!document.documentElement.lang) all.push("no language");
  if (!document.title) all.push("no title");
  for (const one of ["h1", "main", "header", "footer"]) {
    if (document.querySelectorAll(one).length !== 1) all.push(`not one ${one}`);
  }
  const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((heading) => Number(heading.tagName[1]));
  levels.forEach((level, at) => {
    if (level > (levels[at - 1] ?? 0) + 1) all.push(`heading ${at} leaves a level out`);
  });
  every("section[aria-labelledby], [role=region]", (element) => !named(element), "no name");
  every("button, a[href]", (element) => !named(element), "no name");
  every("thead th", (element) => element.scope !== "col" || !element.textContent.trim(), "no heading of a column");
  every("tbody tr", (row) => row.firstElementChild?.tagName !== "TH" || row.firstElementChild.scope !== "row", "no heading of a row");
  every("tbody tr", (row) => row.children.length !== row.closest("table").tHead.rows[0].cells.length, "not a cell for each column");
  every("svg", (svg) => svg.getAttribute("aria-hidden") !== "true", "a picture without words");
  every("progress", (element) => !named(element), "no name");
  // More than one thing that speaks by itself talks over the other.
  const speaks = document.querySelectorAll("[aria-live], [role=status], [role=alert]");
  if (speaks.length !== 1) all.push(`${speaks.length} speak by themselves`);
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  if (new Set(ids).size !== ids.length) all.push("an id twice");
  return all;
}
