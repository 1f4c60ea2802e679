export default house.view((ui) => {
  const { h, t } = ui;
  const { prompt, table } = ui.state;
  const box = ui.text({ key: "text", label: prompt, rows: 9, help: t("where"), spell: true });
  const counted = h("p", { class: "lb-count", role: "status" });
  const insert = (text) => {
    const area = box.input;
    const before = area.value.slice(0, area.selectionStart);
    area.setRangeText((before && !/[\s(（“]$/.test(before) ? " " : "") + text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  };
  const numbers = table && ui.grid({
    ...table,
    pick: (i, j) => typeof table.rows[i][j] === "number" && {
      label: t("insert", { number: table.rows[i][j], row: table.rows[i][0], column: table.columns[j] }),
      press: () => insert(String(table.rows[i][j])),
    },
  });
  ui.root.classList.add("lb");
  ui.root.append(h("p", { class: "lb-kind", text: t("kind") }));
  if (numbers) ui.root.append(h("p", { class: "sl-help", text: t("numbers") }), numbers);
  const theirs = h("blockquote", { class: "lb-theirs" });
  const join = ui.button({ text: t("join"), press: () => {
    box.input.value = `${box.input.value.trimEnd()}\n\n${ui.state.other}`.trim();
    box.input.dispatchEvent(new Event("input", { bubbles: true }));
    box.input.focus();
  } });
  const other = h("div", { role: "alert" }, h("p", { text: t("elsewhere") }), theirs, join);
  ui.root.append(box.el, counted, other);
  return (state) => {
    counted.textContent = state.counted;
    counted.classList.toggle("lb-over", state.over);
    other.hidden = !state.other;
    theirs.textContent = state.other;
  };
});
