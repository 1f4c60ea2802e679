export default house.view((ui) => {
  const { h, t } = ui;
  const { prompt, low, high, step, decimals, unit, names } = ui.state;
  const middle = low + Math.round((high - low) / 2 / step) * step;
  const short = unit.length <= 3;
  const amount = (v) => (names.length ? names[Math.round(v - low)] : unit === "%" ? t("percent", { number: v.toFixed(decimals) }) : `${v.toFixed(decimals)}${short ? ` ${unit}` : ""}`.trim());
  const format = (v) => (taken ? amount(v) : t("nowhere"));
  let taken = false;
  const slider = ui.slider({ label: t("guess"), min: low, max: high, step, value: middle, format, help: short || names.length ? null : unit, input: take });
  // Where the slider stands is nobody's guess, and not shown, until somebody has put it somewhere: by a click or a touch
  // anywhere on the scale, the middle included, or by a key; Enter and the space bar take the place where it stands.
  function take() {
    taken = true;
    slider.set(slider.get());
    slider.el.classList.remove("lp-nowhere");
    record.disabled = false;
    once.textContent = t("once");
  }
  slider.el.classList.add("lp-nowhere");
  // What the scale runs from and to, and its quarters between.
  slider.input.after(h("div", { class: "lp-scale", "aria-hidden": "true" }, h("span", { text: amount(low) }), h("i"), h("i"), h("i"), h("span", { text: amount(high) })));
  slider.input.addEventListener("pointerup", take);
  slider.input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    take();
  });
  const record = ui.button({ text: t("record"), primary: true, press: () => { pressed = true; ui.send({ guess: slider.get() }); ui.flush(); } });
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
