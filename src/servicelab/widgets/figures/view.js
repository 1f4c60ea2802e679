// A still picture in the house's style: one or more charts, the sentence that says what to see, the same as a table.
export default house.view((ui) => {
  const { h } = ui;
  const frames = ui.state.charts.map((spec) => {
    const picture = ui.chart({ left: spec.left });
    return { picture, el: h("div", {}, spec.head && h("h4", { class: "sl-head", text: spec.head }), picture.el) };
  });
  const sentence = h("p", { class: "sl-summary" });
  const table = ui.table();
  ui.root.append(
    h("p", { class: "sl-title", text: ui.t("title") }),
    h("div", { class: frames.length > 1 ? "sl-pair" : "" }, frames.map((f) => f.el)),
    sentence,
    table.el,
  );
  return (state) => {
    state.charts.forEach((spec, i) => frames[i].picture.draw({ ...spec, alt: `${spec.head || ui.t("title")}. ${state.text}` }));
    sentence.textContent = state.text;
    table.set(state.table);
  };
});
