export default house.view((ui) => {
  const { h, t } = ui;
  const { prompt, low, high, step, decimals, unit, names } = ui.state;
  const middle = low + Math.round((high - low) / 2 / step) * step;
  const short = unit.length <= 3;
  // One of several things is picked from their list: on a scale only the two at its ends would be named.
  const list = names.length ? ui.radios({ legend: t("guess"), options: names.map((text, at) => ({ id: String(low + at), text })), look: "segments", change: free }) : null;
  const amount = (v) => (unit === "%" ? t("percent", { number: v.toFixed(decimals) }) : `${v.toFixed(decimals)}${short ? ` ${unit}` : ""}`.trim());
  const slider = ui.slider({ label: t("guess"), min: low, max: high, step, value: middle, format: amount, help: short ? null : unit, nowhere: t("nowhere"), input: free });
  function free() {
    record.disabled = false;
    once.textContent = t("once");
  }
  // What the scale runs from and to, and its quarters between.
  slider.input.after(h("div", { class: "lp-scale", "aria-hidden": "true" }, h("span", { text: amount(low) }), h("i"), h("i"), h("i"), h("span", { text: amount(high) })));
  const record = ui.button({ text: t("record"), primary: true, press: () => { pressed = true; ui.send({ guess: list ? Number(list.get()) : slider.get() }); ui.flush(); } });
  record.disabled = true;
  const once = h("span", { class: "sl-help", text: t(list ? "pick" : "move") });
  let pressed = false;
  const summary = ui.summary();
  summary.el.tabIndex = -1;
  const asking = h("div", {}, (list ?? slider).el, h("div", { class: "sl-bar-row" }, record, once));
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
