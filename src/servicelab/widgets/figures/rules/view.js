// Rules to read: text from top to bottom, at every width and on paper.
export default house.view((ui) => {
  const { h, t } = ui;
  const rules = h("div", {});
  const list = (notes) => h("dl", {}, ...notes.map(([term, sentences]) => h("div", {}, h("dt", { text: term }), ...sentences.map((words) => h("dd", { text: words })))));
  const day = h("p", { class: "sl-help" });
  ui.root.classList.add("sl-policy");
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), day, rules);
  return (state) => {
    day.textContent = state.text;
    rules.replaceChildren(
      ...state.rules.map((rule) =>
        h(
          "div",
          { class: "sl-rule" },
          h("h4", { class: "sl-head", text: rule.title }),
          h("p", { text: rule.says }),
          ...(rule.notes.length ? [list(rule.notes)] : []),
          h("details", { class: "sl-details" }, h("summary", { text: t("grounds") }), list(rule.grounds)),
          ...(rule.counsel ? [h("details", { class: "sl-details" }, h("summary", { text: t("counsel") }), h("p", { text: rule.counsel }))] : []),
        ),
      ),
    );
  };
});
