export default house.view((ui) => {
  const { h, t } = ui;
  const { kind, prompt, options, low, high, step } = ui.state;
  const list = (options || []).map(({ id, text }) => ({ id, text }));
  let control;
  if (kind === "number") {
    control = ui.number_field({ key: "value", label: t("number"), value: "", min: low, max: high, step, unit: t("range") });
    ui.root.append(h("p", { class: "ld-prompt", text: prompt }));
  } else {
    control = (kind === "many" ? ui.checks : ui.radios)({ key: "value", legend: prompt, options: list });
  }
  ui.root.classList.add("ld");
  ui.root.prepend(h("p", { class: "ld-kind", text: t("kind") }));
  ui.root.append(control.el, h("p", { class: "sl-help", text: t("how") }));
  return () => {};
});
