export default house.view((ui) => {
  const { h } = ui;
  const words = h("div", { class: "lt-words", "aria-live": "polite" });
  const wait = h("p", { class: "sl-help" });
  ui.root.append(words, wait);
  return (state) => {
    ui.root.classList.toggle("lt-open", !state.waiting);
    ui.root.classList.toggle("sl-behind", Boolean(state.behind));
    wait.hidden = !state.waiting;
    wait.textContent = state.waiting ? state.text : "";
    words.replaceChildren(...(state.waiting ? [] : prose(h, state.markdown)));
  };
});
