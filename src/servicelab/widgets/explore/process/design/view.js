// Free design: choices on the left, days and loads on the right, each beside what they were.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const limit = ui.radios({ key: "limit", legend: t("limit"), options: content.limits });
  const half = ui.radios({ key: "half_days", legend: t("half_days"), options: content.half_days });
  const besides = ui.checks({ key: "besides", legend: t("besides"), options: content.besides });
  const spent = h("p", { class: "design-spent", role: "status" });
  const summary = ui.summary();
  const days = ui.chart();
  const load = ui.chart();
  const table = ui.table();
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    h("div", { class: "sl-split" }, h("div", {}, limit.el, half.el, besides.el, spent), h("div", {}, days.el, load.el)), summary.el, table.el);

  return (state) => {
    summary.set(state.text);
    spent.textContent = t("spent", { cost: ui.number(state.cost) });
    spent.classList.toggle("design-over", state.over);
    const names = [t("now"), t("was")];
    const rows = [1, 0].map((at, y) => ({ x: state.days[at], y, label: state.days[at].toFixed(2), color: at ? 1 : 7 }));
    days.draw({
      x: { label: t("days"), min: 0, max: Math.max(8, Math.ceil(Math.max(...state.days))), every: 60 }, y: { names, band: 40 },
      layers: [{ bars: rows }], alt: state.text,
    });
    const stations = [...state.load].reverse();
    load.draw({
      x: { label: t("load"), min: 0, max: Math.max(100, ...stations.map((s) => Math.ceil(Math.max(s.was, s.now)))), every: 60 }, y: { names: stations.map((s) => s.name), band: 42 },
      layers: [
        { bars: stations.map((s, y) => ({ x: s.was, y, label: ui.percent(s.was / 100) })), color: 7, thick: 0.36, shift: -0.2 },
        { bars: stations.map((s, y) => ({ x: s.now, y, label: ui.percent(s.now / 100) })), color: 1, thick: 0.36, shift: 0.2 },
      ],
      legend: [{ shape: "square", color: 7, text: t("was") }, { shape: "square", color: 1, text: t("now") }], alt: state.text,
    });
    table.set(state.table);
  };
});
