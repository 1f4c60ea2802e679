// A server closes the connection on a message above 10 MB: a file goes in pieces, each when the one before has arrived.
const PIECE = 1 << 20;
const PATIENCE = 30_000;

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
    file.value = "";
    sending = chosen;
    await piece(0);
  });
  let sending = null;
  let patience = 0;
  const unsent = () => {
    sending = null;
    says.replaceChildren(ui.note("wrong", "", t("unsent")));
  };
  async function piece(at) {
    const { size } = sending;
    says.replaceChildren(ui.note("info", "", t("sending", { percent: Math.floor((100 * at) / (size || 1)) })));
    const content = await sending.slice(at, at + PIECE).arrayBuffer();
    clearTimeout(patience);
    patience = setTimeout(unsent, PATIENCE);
    try {
      ui.model.send({ do: "restore", at, size }, undefined, [content]);
    } catch {
      clearTimeout(patience);
      unsent();
    }
  }
  const draw = (state) => says.replaceChildren(...(state.says ? [ui.note(state.kind, "", state.says)] : []));
  ui.model.on("msg:custom", (message) => {
    if (!sending || !["more", "done"].includes(message?.do)) return;
    clearTimeout(patience);
    if (message.do === "more") return void piece(message.at);
    sending = null;
    draw(ui.state);
  });
  ui.root.append(h("h3", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }), h("div", { class: "sl-bar-row" }, save),
    h("div", { class: "sl-field" }, restore, file, h("p", { class: "sl-help", id: me, text: t("choose") })), says);
  ui.model.on("msg:custom", offerFile);
  return (state) => {
    if (!sending) draw(state);
  };
});
