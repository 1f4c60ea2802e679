// Ten weeks on paper: one number a week, two buttons; at the end the line as it would have run if left alone.
export default house.view((ui) => {
  const { h, t } = ui;
  const summary = ui.summary();
  const picture = ui.chart({ height: 260 });
  const move = (what) => ui.send({ moves: [...(ui.value.moves || []), what] });
  const leave = ui.button({ text: t("leave"), press: () => move("leave") });
  const reset = ui.button({ text: t("reset"), press: () => move("reset") });
  const again = ui.button({ text: t("again"), quiet: true, press: () => { ui.send({ moves: [] }); leave.focus(); } });
  const table = ui.table();
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    summary.el, h("div", { class: "sl-bar-row" }, leave, reset, again), picture.el, table.el);
  let was = false;

  return (state) => {
    summary.set(state.text);
    leave.hidden = reset.hidden = state.over;
    again.hidden = table.el.hidden = !state.over;
    const far = Math.max(30, ...[...state.mine, ...(state.alone || [])].map(Math.abs));
    const edge = Math.ceil(far / 10) * 10;
    const line = (values, look) => [
      { lines: [{ points: values.map((v, i) => [i + 1, v]) }], ...look, width: 2 },
      { dots: values.map((y, i) => ({ x: i + 1, y, title: `${t("week")} ${i + 1}: ${y}` })), ...look, r: 5 },
    ];
    const moved = state.mine.map((y, i) => ({ x: i + 1, y })).filter((_, i) => state.at.moves[i] === "reset");
    picture.draw({
      x: { label: t("week"), min: 0.5, max: state.weeks + 0.5, ticks: Array.from({ length: state.weeks }, (_, i) => i + 1) },
      y: { label: t("off"), min: -edge, max: edge, every: 40 },
      layers: [
        { rules: [{ y: 0 }] },
        ...(state.alone ? line(state.alone, { color: 7, shape: "square", dash: "7 3", hollow: true }) : []),
        ...line(state.mine, { color: 1, shape: "circle" }),
        { dots: moved, shape: "diamond", color: 2, r: 8, hollow: true },
      ],
      legend: [
        { line: true, shape: "circle", color: 1, text: t("mine") },
        { shape: "diamond", color: 2, hollow: true, text: t("was_reset") },
        ...(state.alone ? [{ line: true, shape: "square", color: 7, dash: "7 3", hollow: true, text: t("alone") }] : []),
      ],
      alt: state.text,
    });
    if (state.over) table.set(state.table);
    if (state.over && !was && document.activeElement === document.body) again.focus();
    was = state.over;
  };
});
