// Hire: a score and a number on the left; on the right everybody's score and work, with those who would have been hired.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const way = ui.radios({ key: "way", legend: t("way"), options: content.ways });
  const number = ui.slider({ key: "number", label: t("number"), min: content.least, max: content.most });
  const summary = ui.summary();
  const picture = ui.chart({ height: 320 });
  const table = ui.table();
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    h("div", { class: "sl-split" }, h("div", {}, way.el, number.el), h("div", {}, picture.el)), summary.el, table.el);

  return (state) => {
    summary.set(state.text);
    const [low, high] = state.axis;
    picture.draw({
      x: { label: t("score"), min: low, max: high },
      y: { label: t("work"), min: 2, max: 9, every: 40 },
      layers: [
        { dots: state.points.filter((one) => !one.hired), shape: "circle", color: 7, r: 4, hollow: true },
        { dots: state.points.filter((one) => one.hired), shape: "diamond", color: 1, r: 5 },
        { rules: [{ y: state.mean }] },
      ],
      legend: [
        { shape: "diamond", color: 1, text: t("hired") }, { shape: "circle", color: 7, hollow: true, text: t("passed") },
        { rule: true, text: t("mean") },
      ],
      alt: state.text,
    });
    table.set(state.table);
  };
});
