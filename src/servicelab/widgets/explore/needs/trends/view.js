// Needs that move: two pictures behind one choice; the controls of the other picture are out of the way.
const LINES = [
  { color: 1, shape: "circle" }, { color: 2, shape: "square", dash: "7 3" }, { color: 3, shape: "triangle" },
  { color: 4, shape: "diamond", dash: "2 3" }, { color: 5, shape: "down" }, { color: 7, shape: "circle", hollow: true, dash: "9 3 2 3" },
];
const QUADRANT = { concentrate_here: { shape: "triangle", color: 2 }, keep_up: { shape: "circle", color: 3 }, low_priority: { shape: "square", color: 7 }, possible_overkill: { shape: "diamond", color: 5 } };

export default house.view((ui) => {
  const { h, t, content } = ui;
  const named = (list) => Object.fromEntries(list.map((o) => [o.id, o.text]));
  const names = named(content.features);
  const themes = named(content.themes);
  const which = ui.radios({ key: "view", legend: t("view"), look: "segments", options: content.views.map((id) => ({ id, text: t(id) })) });
  which.el.hidden = content.views.length < 2;

  const segment = ui.radios({ key: "segment", legend: t("segment"), options: content.segments });
  const theme = ui.select({ key: "theme", label: t("theme"), options: content.themes });
  const spell = ui.radios({ key: "window", legend: t("window"), look: "segments", options: ["month", "quarter", "year"].map((w) => ({ id: w, text: t(w) })) });
  const trend = ui.chart({ height: 380 });
  const first = h("div", { class: "sl-split" }, h("div", {}, segment.el, theme.el, spell.el), h("div", {}, trend.el));

  const wave = ui.radios({ key: "wave", legend: t("wave"), look: "segments", options: content.waves });
  const follow = ui.select({ key: "follow", label: t("follow"), options: content.features });
  const derived = ui.slider({ key: "derived", label: t("derived"), min: 0, max: 100, step: 5, format: (d) => t("derived_show", { d }) });
  const fit = h("p", { class: "sl-help trends-fit" });
  const weights = content.weights.map((s) => ui.slider({ key: `weight_${s.id}`, label: s.text, min: 0, max: 100 }));
  const cut = ui.radios({ key: "cut", legend: t("cut"), look: "segments", options: [{ id: "mean", text: t("mean") }, { id: "own", text: t("own") }],
    // Own cuts start where the means are, so that choosing them moves nothing yet.
    change: (o) => {
      const tenth = (v) => Math.round(v * 10) / 10;
      const { cuts } = ui.state;
      if (o === "own" && cuts && ui.value.importance_cut === undefined) ui.send({ importance_cut: tenth(cuts[0]), performance_cut: tenth(cuts[1]) });
    } });
  const range = { min: content.low, max: content.high, step: 0.1, format: (v) => v.toFixed(1) };
  const cutY = ui.slider({ key: "importance_cut", label: t("importance_cut"), ...range });
  const cutX = ui.slider({ key: "performance_cut", label: t("performance_cut"), ...range });
  const plane = ui.chart({ height: 440 });
  const second = h("div", { class: "sl-split" },
    h("div", {}, wave.el, follow.el, derived.el, fit, h("fieldset", { class: "sl-field sl-set" }, h("legend", { text: t("weights") }), weights.map((w) => w.el)), cut.el, cutY.el, cutX.el),
    h("div", {}, plane.el));
  const summary = ui.summary();
  const table = ui.table();
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }), which.el, first, second, summary.el, table.el);

  const whole = (v) => String(Math.round(v * 100));
  function drawThemes(state) {
    const { at, periods, lines, band } = state;
    const last = periods.length - 1;
    const top = Math.min(1, Math.max(0.1, ...lines.flatMap((l) => l.shares), ...band.map((b) => b[1])) * 1.08);
    const chosen = lines.findIndex((l) => l.theme === at.theme);
    const layers = [{ bands: [{ points: band.map(([lo, hi], i) => [i, lo, hi]) }], color: LINES[chosen % 6].color }];
    lines.forEach((line, i) => {
      const look = LINES[i % 6];
      const on = line.theme === at.theme;
      const name = themes[line.theme];
      const shown = line.shares.map((y, x) => ({ x, y, title: `${name}, ${periods[x]}: ${t("percent", { number: whole(y) })}` }));
      layers.push(
        { lines: [{ points: line.shares.map((v, j) => [j, v]), end: name, strong: on }], color: look.color, dash: look.dash, width: on ? 3.2 : 1.6 },
        { dots: shown.filter((_, j) => on || j % Math.ceil(periods.length / 12) === 0), ...look, r: on ? 5 : 3.6, faint: true });
    });
    trend.draw({
      x: { label: t("time_x"), min: 0, max: Math.max(1, last), ticks: periods.map((_, i) => i), format: (i) => periods[i] },
      y: { label: t("share_y"), min: 0, max: top, format: whole, every: 55 },
      layers, alt: state.text,
      legend: [...lines.map((l, i) => ({ ...LINES[i % 6], line: true, text: themes[l.theme] })), { shape: "square", color: LINES[chosen % 6].color, faint: true, text: t("band") }],
    });
  }
  function drawMatrix(state) {
    const { at, points, cuts, path } = state;
    cutX.el.hidden = cutY.el.hidden = at.cut !== "own";
    fit.textContent = t("derived_help", { fit: state.fit === null ? "–" : Math.round(state.fit * 100) });
    if (!points.length) return plane.draw({ x: { label: t("performance_x"), min: 1, max: 7 }, y: { label: t("importance_y"), min: 1, max: 7 }, layers: [], alt: state.text });
    const span = (values) => [Math.max(content.low - 0.5, Math.min(...values) - 0.35), Math.min(content.high + 0.5, Math.max(...values) + 0.35)];
    const [x0, x1] = span([...points.map((p) => p.performance), ...path.map((p) => p[1]), cuts[1]]);
    const [y0, y1] = span([...points.map((p) => p.importance), ...path.map((p) => p[2]), cuts[0]]);
    const q = content.quadrants;
    const layers = [
      { zones: [
        { x0, x1: cuts[1], y0: cuts[0], y1, color: 2, label: `${q.concentrate_here} · ${t("core")}` },
        { x0: cuts[1], x1, y0: cuts[0], y1, color: 3, label: `${q.keep_up} · ${t("core")}`, corner: "right" },
        { x0, x1: cuts[1], y0, y1: cuts[0], color: 7, label: `${q.low_priority} · ${t("non_core")}`, corner: "bottom" },
        { x0: cuts[1], x1, y0, y1: cuts[0], color: 5, label: `${q.possible_overkill} · ${t("non_core")}`, corner: "bottom right" },
      ] },
      { rules: [{ x: cuts[1] }, { y: cuts[0] }] },
    ];
    if (path.length > 1) {
      layers.push(
        { lines: [{ points: path.map(([, x, y]) => [x, y]) }], color: 1, width: 1.8, dash: "3 3" },
        { dots: path.filter(([year]) => year !== at.wave).map(([label, x, y]) => ({ x, y, label })), color: 1, hollow: true, r: 4.5 });
    }
    for (const p of points) {
      const on = p.id === at.follow;
      const place = { x: p.performance, y: p.importance };
      const margins = { xlo: place.x - p.performance_margin, xhi: place.x + p.performance_margin, ylo: place.y - p.importance_margin, yhi: place.y + p.importance_margin };
      if (on) layers.push({ intervals: [{ ...place, ...margins }], color: QUADRANT[p.quadrant].color, width: 2 });
      layers.push({ dots: [{ ...place, label: names[p.id], title: names[p.id], pick: () => ui.send({ follow: p.id }) }], ...QUADRANT[p.quadrant], r: on ? 8 : 6, bold: on });
    }
    const short = (v) => v.toFixed(1);
    plane.draw({ x: { label: t("performance_x"), min: x0, max: x1, format: short }, y: { label: t("importance_y"), min: y0, max: y1, format: short, every: 55 }, layers, alt: state.text,
      legend: [{ shape: "circle", color: 1, hollow: true, text: t("path", { name: names[at.follow] }) }] });
  }
  return (state) => {
    const matrix = state.at.view === "matrix";
    first.hidden = matrix;
    second.hidden = !matrix;
    (matrix ? drawMatrix : drawThemes)(state);
    summary.set(state.text);
    table.set(state.table);
  };
});
