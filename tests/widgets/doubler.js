export default house.view((ui) => {
  const slider = ui.slider({ key: "n", label: ui.t("n"), min: 1, max: 9 });
  const summary = ui.summary();
  ui.root.append(slider.el, summary.el);
  return (state) => summary.set(state.text);
});
