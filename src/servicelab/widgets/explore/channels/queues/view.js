// One queue in three reckonings: sliders on the left, mean wait by people at the desk on the right.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const sliders = Object.entries(content.limits).map(([key, [min, max, step]]) => ui.slider({ key, label: t(key), min, max, step }));
  const summary = ui.summary();
  const picture = ui.chart({ height: 320 });
  const table = ui.table();
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    h("div", { class: "sl-split" }, h("div", {}, sliders.map((s) => s.el)), h("div", {}, picture.el)), summary.el, table.el);

  return (state) => {
    summary.set(state.text);
    const shown = [...state.a.map(([, w]) => w), ...state.sim.map((s) => s[3])];
    const top = Math.max(60, Math.ceil((1.2 * Math.max(...shown)) / 60) * 60);
    const [first, last] = [state.people[0], state.people.at(-1)];
    picture.draw({
      x: { label: t("at"), min: first - 0.5, max: last + 0.5, ticks: state.people },
      y: { label: t("wait"), min: 0, max: top, every: 50 },
      layers: [
        { rules: [{ x: state.at.agents }] },
        { lines: [{ points: state.c }], color: 2, dash: "7 3", width: 2 },
        { lines: [{ points: state.a }], color: 1, width: 2.5 },
        { dots: state.a.map(([x, y]) => ({ x, y, title: `${x}: ${y}` })), color: 1, r: 4, faint: true },
        { intervals: state.sim.map(([x, y, ylo, yhi]) => ({ x, y, ylo, yhi })), color: 3, width: 2 },
        { dots: state.sim.map(([x, y]) => ({ x, y, title: `${x}: ${y}` })), color: 3, shape: "diamond", r: 6 },
      ],
      legend: [
        { line: true, dash: "7 3", color: 2, text: t("c") }, { line: true, shape: "circle", color: 1, text: t("a") },
        { shape: "diamond", color: 3, text: t("sim") },
      ],
      alt: state.text,
    });
    table.set(state.table);
  };
});
