// A still picture in the house's style: one or more charts, the sentence that says what to see, the same as a table.
// A picture that waits for a guess has no charts yet.
export default house.view((ui) => {
  const { h, t } = ui;
  const title = h("p", { class: "sl-title" });
  const pictures = h("div", {});
  const sentence = h("p", { class: "sl-summary", "aria-live": "polite" });
  const table = ui.table();
  let frames = [];
  ui.root.append(title, pictures, sentence, table.el);
  return (state) => {
    if (frames.length !== state.charts.length) {
      frames = state.charts.map((spec) => {
        const picture = ui.chart();
        return { picture, el: h("div", {}, spec.head && h("h4", { class: "sl-head", text: spec.head }), picture.el) };
      });
      pictures.className = frames.length > 1 ? "sl-pair" : "";
      pictures.replaceChildren(...frames.map((f) => f.el));
    }
    ui.root.classList.toggle("sl-behind", Boolean(state.behind));
    const name = state.title || t("title");
    title.textContent = name;
    title.hidden = Boolean(state.waiting);
    state.charts.forEach((spec, i) => frames[i].picture.draw({ ...spec, alt: `${spec.head || name}. ${state.text}` }));
    sentence.textContent = state.text;
    table.el.hidden = !state.table;
    if (state.table) table.set(state.table);
  };
});
