export default house.view((ui) => {
  const { h, t } = ui;
  ui.root.append(h("h3", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    ...ui.state.questions.map((key) => ui.text({ key, label: t(key), rows: 2, max: ui.state.most, spell: true }).el));
  return () => {};
});
