export default house.view((ui) => {
  const { h, t } = ui;
  const says = h("div", { "aria-live": "polite" });
  const make = ui.button({ text: t("make"), press: () => { ui.send({ press: (ui.state.pressed || 0) + 1 }); ui.flush(); } });
  ui.root.append(h("h3", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }), h("div", { class: "sl-bar-row" }, make), says);
  ui.model.on("msg:custom", offerFile);
  return (state) => says.replaceChildren(...(state.says ? [ui.note(state.kind, "", state.says)] : []));
});
