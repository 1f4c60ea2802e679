// A week's roster: how busy, which days off, what weekends cost; by day what is needed and what the roster has.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const busy = ui.slider({ key: "busy", label: t("busy"), min: content.busy[0], max: content.busy[1], unit: "%" });
  const extra = ui.slider({ key: "extra", label: t("extra"), min: content.extra[0], max: content.extra[1], step: 10, unit: "%" });
  const rule = ui.radios({ key: "rule", legend: t("rule"), options: content.rules });
  const summary = ui.summary();
  const picture = ui.chart();
  const table = ui.table();
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    h("div", { class: "sl-split" }, h("div", {}, busy.el, rule.el, extra.el), h("div", {}, picture.el)), summary.el, table.el);

  return (state) => {
    summary.set(state.text);
    const last = state.days.length - 1;
    const rows = (values, shift) => values.map((v, i) => ({ x: v, y: last - i, label: String(v), shift, thick: 0.36 }));
    picture.draw({
      x: { label: t("people"), min: 0, max: 10 * Math.ceil(Math.max(...state.cover, ...state.needed) / 10 + 0.1) },
      y: { names: state.days.slice().reverse(), band: 36 },
      layers: [{ bars: rows(state.needed, -0.2), color: 7 }, { bars: rows(state.cover, 0.2), color: 1 }],
      legend: [{ shape: "square", color: 7, text: t("needed") }, { shape: "square", color: 1, text: t("cover") }],
      alt: state.text,
    });
    table.set(state.table);
  };
});
