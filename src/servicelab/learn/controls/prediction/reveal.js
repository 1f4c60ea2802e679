export default house.view((ui) => {
  const { h, t } = ui;
  const summary = ui.summary();
  const picture = ui.chart({ height: 150, left: 110, right: 60 });
  const table = ui.table();
  const over = h("div", {}, picture.el, table.el);
  ui.root.append(summary.el, over);
  return (state) => {
    over.hidden = state.waiting;
    summary.set(state.feedback);
    if (state.waiting) return;
    const marks = [{ t: "bar", x: state.truth, y: 1, from: state.low, color: 1, label: state.truth_label }];
    if (state.guess !== null) marks.unshift({ t: "bar", x: state.guess, y: 0, from: state.low, color: 2, label: state.guess_label });
    picture.draw({
      alt: state.feedback, marks,
      x: { label: state.unit, min: state.low, max: state.high },
      y: { label: "", names: [t("guess"), t("truth")] },
    });
    table.set(state.table);
  };
});
