export default house.view((ui) => {
  const { h, t } = ui;
  const { prompt, low, high, step, unit } = ui.state;
  const middle = low + Math.round((high - low) / 2 / step) * step;
  const short = unit.length <= 3;
  const slider = ui.slider({ label: t("guess"), min: low, max: high, step, value: middle, unit: short ? unit : "", help: short ? null : unit, input: () => { record.disabled = false; once.textContent = t("once"); } });
  const record = ui.button({ text: t("record"), primary: true, press: () => { pressed = true; ui.send({ guess: slider.get() }); ui.flush(); } });
  // The middle, where the slider stands, is nobody's guess until somebody has moved it.
  record.disabled = true;
  const once = h("span", { class: "sl-help", text: t("move") });
  let pressed = false;
  const summary = ui.summary();
  summary.el.tabIndex = -1;
  const asking = h("div", {}, slider.el, h("div", { class: "sl-bar-row" }, record, once));
  ui.root.classList.add("lp");
  ui.root.append(h("p", { class: "lp-kind", text: t("kind") }), h("p", { class: "lp-prompt", text: prompt }), asking, summary.el);
  return (state) => {
    const done = state.guess !== null;
    asking.hidden = done;
    summary.el.hidden = !done;
    summary.set(state.feedback);
    if (done && pressed) summary.el.focus({ preventScroll: true });
    pressed = false;
  };
});
