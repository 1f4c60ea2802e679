export default house.view((ui) => {
  const { h, t } = ui;
  const { prompt, table } = ui.state;
  const box = ui.text({ key: "text", label: prompt, rows: 9, help: t("where"), spell: true });
  const counted = h("p", { class: "lb-count", role: "status" });
  const area = box.input;
  // As if it were typed: the browser's own undo (Ctrl+Z) takes it back, which it does for no other way of setting a text.
  const type = (text, from, to) => {
    area.focus();
    area.setSelectionRange(from, to);
    if (document.execCommand("insertText", false, text)) return;
    area.setRangeText(text, from, to, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const insert = (text) => {
    const before = area.value.slice(0, area.selectionStart);
    type((before && !/[\s(（“，。、；：！？]$/.test(before) ? " " : "") + text, area.selectionStart, area.selectionEnd);
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
    const mine = area.value.trimEnd();
    type((mine && "\n\n") + ui.state.other, mine.length, area.value.length);
  } });
  const other = h("div", { role: "alert" }, h("p", { text: t("elsewhere") }), theirs, join);
  // Above the box: below it, on a laptop, it would be out of sight while somebody writes.
  ui.root.append(counted, box.el, other);
  return (state) => {
    counted.textContent = state.counted;
    counted.classList.toggle("lb-over", state.over);
    other.hidden = !state.other;
    theirs.textContent = state.other;
  };
});
