export default house.view((ui) => {
  const { h, t } = ui;
  const says = h("div", { "aria-live": "polite" });
  const make = ui.button({ text: t("make"), press: () => { ui.send({ press: (ui.state.pressed || 0) + 1 }); ui.flush(); } });
  ui.root.append(h("h3", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }), h("div", { class: "sl-bar-row" }, make), says);
  // The page that was made, opened in a tab of its own: nobody has to look for the file.
  const link = h("a", { class: "sl-button", target: "_blank", rel: "noopener", hidden: true, text: t("open") });
  ui.root.append(link);
  ui.model.on("msg:custom", (message, buffers) => {
    offerFile(message, buffers);
    if (message?.do !== "file" || !buffers?.length) return;
    if (link.href) URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob([buffers[0]], { type: message.type }));
    link.hidden = false;
  });
  return (state) => says.replaceChildren(...(state.says ? [ui.note(state.kind, "", state.says)] : []));
});
