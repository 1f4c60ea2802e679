// Design a scheme: three sliders; each person's settled calls and pay, under the scheme and under the fixed wage.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const slider = (key, digits) => {
    const [min, max, step] = content.limits[key];
    return ui.slider({ key, label: t(key), min, max, step, format: (v) => t("yuan", { number: ui.number(v, digits) }) });
  };
  const all = [slider("base", 0), slider("per_contact", 2), slider("per_resolution", 2)];
  const summary = ui.summary();
  const picture = ui.chart({ height: 300 });
  const table = ui.table();
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    h("div", { class: "sl-split" }, h("div", {}, all.map((one) => one.el)), h("div", {}, picture.el)), summary.el, table.el);

  return (state) => {
    summary.set(state.text);
    const every = [...state.people, ...state.fixed];
    const edge = (values, by) => [by * Math.floor(Math.min(...values) / by), by * Math.ceil(Math.max(...values) / by + 0.01)];
    const [left, right] = edge(every.map((one) => one.x), 200);
    const [low, high] = edge(every.map((one) => one.y), 1000);
    picture.draw({
      x: { label: t("settled"), min: left, max: right },
      y: { label: t("pay"), min: low, max: high, every: 40 },
      layers: [
        { dots: state.fixed, shape: "circle", color: 7, r: 4, hollow: true },
        { dots: state.people, shape: "diamond", color: 1, r: 6 },
      ],
      legend: [{ shape: "diamond", color: 1, text: t("mine") }, { shape: "circle", color: 7, hollow: true, text: t("fixed") }],
      alt: state.text,
    });
    table.set(state.table);
  };
});
