export default house.view((ui) => {
  const { h, t } = ui;
  const { kind, prompt, options, axes, low, high, step } = ui.state;
  const list = (options || []).map(({ id, text }) => ({ id, text }));
  const lacking = h("p", { class: "sl-refused", role: "status" });
  ui.root.classList.add("ld");
  ui.root.append(h("p", { class: "ld-kind", text: t("kind") }));
  if (kind === "number") {
    const control = ui.number_field({ key: "value", label: t("number"), min: low, max: high, step, unit: t("range"), refused: t("refused") });
    ui.root.append(h("p", { class: "ld-prompt", text: prompt }), control.el);
  } else if (kind === "axes") {
    // One line of radios for each axis; together they are one answer, a list of ids.
    const change = () => ui.send({ value: lines.map((line) => line.get()).filter(Boolean) });
    const lines = axes.map((axis) => ui.radios({ legend: axis.axis, options: axis.options, look: "segments", change }));
    const asked = elements.id();
    ui.field("value", { set: (given) => lines.forEach((line, i) => line.set(axes[i].options.find((o) => given?.includes(o.id))?.id ?? null)) });
    ui.root.append(h("div", { role: "group", "aria-labelledby": asked }, h("p", { class: "ld-prompt", id: asked, text: prompt }), lines.map((line) => line.el), lacking));
  } else {
    const control = (kind === "many" ? ui.checks : ui.radios)({ key: "value", legend: prompt, options: list });
    // An option that is a picture: its chart lies inside its label, so that a click on the chart picks it.
    const pictures = Object.entries(ui.state.pictures || {});
    for (const [id, spec] of pictures) {
      const picture = ui.chart({ height: 170 });
      control.rows[id].append(picture.el);
      control.rows[id].classList.add("ld-picture");
      picture.draw(spec);
    }
    ui.root.classList.toggle("ld-pictured", pictures.length > 0);
    ui.root.append(control.el);
  }
  ui.root.append(h("p", { class: "sl-help", text: t("how") }));
  return (state) => {
    lacking.textContent = state.lacking;
  };
});
