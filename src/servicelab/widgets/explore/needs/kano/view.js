// Kano lab: choices on the left; the evaluation table, the better–worse plane and the fate of small samples on the right.
const LOOK = {
  M: { shape: "square", color: 2 }, O: { shape: "diamond", color: 1 }, A: { shape: "triangle", color: 3 },
  I: { shape: "circle", color: 7 }, R: { shape: "down", color: 4 }, Q: { shape: "cross", color: 5 },
};

export default house.view((ui) => {
  const { h, t, content } = ui;
  const names = Object.fromEntries(content.features.map((f) => [f.id, f.text]));
  const feature = ui.select({ key: "feature", label: t("feature"), options: content.features });
  const segment = ui.radios({ key: "segment", legend: t("segment"), options: content.segments });
  const size = ui.slider({
    key: "n", label: t("n"), stops: ui.state.stops,
    format: (n) => t(n >= ui.state.size ? "all" : "people", { n }),
  });
  const again = ui.button({ text: t("again"), press: () => ui.send({ draw: (ui.state.at.draw + 1) % 1000 }) });
  const summary = ui.summary();

  const cells = [];
  const rows = content.letters.map((letters, i) =>
    h("tr", {}, h("th", { scope: "row", text: t(`answer${i + 1}`) }), [...letters].map((letter) => {
      const count = h("span", { class: "kano-count" });
      const cell = h("td", { class: `kano-cell sl-c${LOOK[letter].color}` }, h("b", { text: letter }), count);
      cells.push({ cell, count });
      return cell;
    })));
  const grid = h("table", { class: "kano-grid" }, h("caption", { text: t("grid") }),
    h("thead", {}, h("tr", {}, h("th", { scope: "col", text: t("corner") }), [1, 2, 3, 4, 5].map((i) => h("th", { scope: "col", text: t(`answer${i}`) })))),
    h("tbody", {}, rows));
  const key = h("ul", { class: "sl-legend" }, Object.entries(content.categories).map(([letter, name]) =>
    h("li", {}, ui.swatch(LOOK[letter]), `${letter} ${name}`)));

  const plane = ui.chart({ height: 340 });
  const fate = ui.chart();
  const fateHead = h("h4", { class: "sl-head" });
  const table = ui.table();
  ui.root.append(
    h("p", { class: "sl-title", text: t("title") }),
    h("p", { class: "sl-lead", text: t("lead") }),
    h("div", { class: "sl-split" },
      h("div", {}, feature.el, segment.el, size.el, again),
      // What a choice moves stands beside it: on a laptop nothing of it is below the page's end.
      h("div", {}, h("h4", { class: "sl-head kano-first", text: t("plane") }), plane.el)),
    summary.el,
    h("div", { class: "kano-pictures" },
      h("div", {}, h("div", { class: "sl-scroll", tabindex: "0", role: "region", "aria-label": t("grid") }, grid), key), h("div", {}, fateHead, fate.el)),
    table.el,
  );

  const percent = (v) => String(Math.round(v * 100));
  return (state) => {
    const { at, mine, whole } = state;
    size.restop(state.stops);
    const most = Math.max(1, ...state.grid.flat());
    state.grid.flat().forEach((n, i) => {
      cells[i].count.textContent = n || "";
      ui.light(cells[i].cell, n / most);
    });
    summary.set(state.text);
    const small = at.n < state.size;
    const others = state.points.filter((p) => p.id !== at.feature);
    const layers = [
      { zones: [
        { x0: 0, x1: 0.5, y0: 0.5, y1: 1, label: content.categories.A, color: 3 },
        { x0: 0.5, x1: 1, y0: 0.5, y1: 1, label: content.categories.O, color: 1, corner: "right" },
        { x0: 0, x1: 0.5, y0: 0, y1: 0.5, label: content.categories.I, color: 7, corner: "bottom" },
        { x0: 0.5, x1: 1, y0: 0, y1: 0.5, label: content.categories.M, color: 2, corner: "right bottom" },
      ] },
      { dots: state.cloud.map(([x, y]) => ({ x, y })), r: 3, color: 7, faint: true },
      { dots: others.map((p) => ({ x: p.worse, y: p.better, ...LOOK[p.verdict], label: names[p.id], title: names[p.id], pick: () => ui.send({ feature: p.id }) })), r: 5 },
    ];
    if (mine.better !== null) {
      const [ylo, yhi] = mine.better_interval;
      const [xlo, xhi] = mine.worse_interval;
      const look = LOOK[mine.verdict];
      layers.push({ intervals: [{ x: mine.worse, y: mine.better, xlo, xhi, ylo, yhi }], color: look.color, width: 2.2 });
      if (small && whole.better !== null) layers.push({ dots: [{ x: whole.worse, y: whole.better }], ...LOOK[whole.verdict], r: 7, hollow: true });
      layers.push({ dots: [{ x: mine.worse, y: mine.better, label: names[at.feature] }], ...look, r: 9, bold: true });
    }
    plane.draw({
      x: { label: t("x"), min: 0, max: 1, ticks: [0, 0.25, 0.5, 0.75, 1], format: percent },
      y: { label: t("y"), min: 0, max: 1, ticks: [0, 0.25, 0.5, 0.75, 1], format: percent },
      layers, alt: state.text,
      legend: small ? [{ shape: "circle", color: 7, text: t("cloud") }, { shape: "circle", color: 7, hollow: true, text: t("truth") }] : [],
    });
    const verdicts = Object.entries(state.verdicts).sort((a, b) => b[1] - a[1]);
    fateHead.textContent = t("verdicts", { n: at.n });
    fate.draw({
      x: { label: t("verdict_x"), min: 0, max: 100, ticks: [0, 50, 100] },
      y: { names: verdicts.map(([c]) => content.categories[c]).reverse() },
      layers: [{ bars: verdicts.map(([c, share], i) => ({ x: share, y: verdicts.length - 1 - i, color: LOOK[c].color, label: t("percent", { number: share }) })) }],
      alt: verdicts.map(([c, share]) => `${content.categories[c]} ${t("percent", { number: share })}`).join(", "),
    });
    table.set(state.table);
  };
});
