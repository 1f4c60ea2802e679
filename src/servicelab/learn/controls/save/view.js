export default house.view((ui) => {
  const { h, t } = ui;
  const says = h("div", { "aria-live": "polite" });
  const save = ui.button({ text: t("save"), primary: true, press: () => { ui.send({ save: (ui.state.saves || 0) + 1 }); ui.flush(); } });
  const me = `lh-${Math.random().toString(36).slice(2)}`;
  const file = h("input", { type: "file", accept: ".zip,application/zip" });
  // A browser writes on its own file button in its own language, which need not be the course's.
  file.hidden = true;
  const restore = ui.button({ text: t("restore"), press: () => file.click() });
  restore.setAttribute("aria-describedby", me);
  file.addEventListener("change", async () => {
    const chosen = file.files[0];
    if (!chosen) return;
    if (chosen.size > ui.state.limit) return says.replaceChildren(ui.note("wrong", "", t("large")));
    ui.model.send({ do: "restore" }, undefined, [await chosen.arrayBuffer()]);
    file.value = "";
  });
  ui.root.append(h("h3", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }), h("div", { class: "sl-bar-row" }, save),
    h("div", { class: "sl-field" }, restore, file, h("p", { class: "sl-help", id: me, text: t("choose") })), says);
  ui.model.on("msg:custom", offerFile);
  return (state) => says.replaceChildren(...(state.says ? [ui.note(state.kind, "", state.says)] : []));
});
