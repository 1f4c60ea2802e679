// Five weights, an index, three that are kept: the rise of each in per cent and in points.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const signed = (v) => String(v).replace("-", "−");
  const weights = content.answers.map((a) => ui.slider({ key: a.id, label: a.text, min: content.low, max: content.high, step: content.step, format: signed }));
  const recipes = content.recipes.map((r) => ui.button({ text: r.text, quiet: true, press: () => ui.send({ ...r.weights }) }));
  let pressed = false;
  const keeping = (kept) => {
    pressed = true;
    ui.send({ kept });
  };
  const keep = ui.button({
    text: t("keep"), primary: true, press: () => keeping([...ui.state.kept, content.answers.map((_, n) => weights[n].get())]),
  });
  const drop = ui.button({ text: t("drop"), quiet: true, press: () => keeping([]) });
  const full = h("p", { class: "sl-help", tabindex: "-1" });
  const summary = ui.summary();
  const [relative, points] = [ui.chart(), ui.chart()];
  // Beside the weights, so that one sees what becomes of the index while one sets it.
  const pictures = h("div", {}, summary.el,
    h("h4", { class: "sl-head", text: t("relative") }), relative.el, h("h4", { class: "sl-head", text: t("points") }), points.el);
  const table = ui.table();
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    h("p", { class: "sl-help", text: t("recipes") }), h("div", { class: "sl-bar-row" }, recipes),
    h("div", { class: "sl-pair" }, h("div", {}, weights.map((w) => w.el), h("div", { class: "sl-bar-row" }, keep, drop), full), pictures), table.el);
  return (state) => {
    keep.disabled = state.full || !state.fresh;
    drop.hidden = !state.kept.length;
    full.hidden = !state.full && (!state.own || state.kept.length < content.most - 1);
    full.textContent = state.full ? t("full") : t("own");
    summary.set(state.text);
    relative.draw({ ...state.charts[0], alt: `${t("relative")}. ${state.text}` });
    points.draw({ ...state.charts[1], alt: `${t("points")}. ${state.text}` });
    table.set(state.table);
    // The button that was pressed can no longer be: one stands at the weights, or at what is said once all are kept.
    if (pressed) {
      pressed = false;
      (state.full ? full : weights[0].input).focus();
    }
  };
});
