export default house.view((ui) => {
  const { h, t } = ui;
  const summary = ui.summary();
  const picture = ui.chart();
  const table = ui.table();
  const over = h("div", {}, picture.el, table.el);
  ui.root.append(summary.el, over);
  return (state) => {
    over.hidden = state.waiting || !state.picture;
    summary.set(state.feedback);
    if (over.hidden) return;
    const bars = [{ x: state.truth, y: 1, color: 1, label: state.truth_label }];
    if (state.guess !== null) bars.unshift({ x: state.guess, y: 0, color: 2, label: state.guess_label });
    // One dot a value, its area the number of people: most guesses are round numbers.
    const most = Math.max(1, ...state.earlier.map((one) => one.count));
    const dots = state.earlier.map((one) => ({ x: one.x, y: 2, color: 3, r: 3 + 7 * Math.sqrt(one.count / most), title: `${one.label}: ${one.count}` }));
    picture.draw({
      alt: state.feedback, layers: [{ bars, start: state.low }, ...(dots.length ? [{ dots, faint: true }] : [])],
      x: { label: state.unit, min: state.low, max: state.high },
      y: { names: [t("guess"), t("truth"), ...(dots.length ? [t("earlier")] : [])], band: 44 },
    });
    table.set(state.table);
  };
});
