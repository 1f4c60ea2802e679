// An exhibit, a proposal that stands, then what a thousand futures make of it.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const way = ui.radios({ key: "way", legend: t("decide"), options: content.ways, look: "segments" });
  let pressed = false;
  const commit = ui.button({ text: t("commit"), primary: true, press: () => {
    pressed = true;
    ui.send({ committed: true });
  } });
  const lost = ui.slider({ key: "lost", label: t("lost"), min: 0, max: content.most, step: content.step, unit: "%", help: t("lost_help") });
  const years = ui.slider({ key: "years", label: t("years"), min: content.shortest, max: content.longest, step: 1 });
  const picture = ui.chart();
  const legend = h("p", { class: "sl-help", text: t("legend") });
  const summary = ui.summary();
  const table = ui.table();
  const levers = h("div", { class: "sl-pair" }, lost.el, years.el);
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    ui.grid(content.exhibit), h("p", { text: content.facts }), way.el, h("div", { class: "sl-bar-row" }, commit), levers, summary.el, picture.el, legend, table.el);
  return (state) => {
    way.disable(state.committed);
    commit.disabled = !state.at.way;
    commit.hidden = state.committed;
    levers.hidden = summary.el.hidden = picture.el.hidden = legend.hidden = table.el.hidden = !state.committed;
    summary.set(state.text);
    if (!state.committed) return;
    picture.draw({ ...state.chart, alt: state.text });
    table.set(state.table);
    // The button is gone: one stands at the slider on which it hangs.
    if (pressed) {
      pressed = false;
      lost.input.focus();
    }
  };
});
