// The Markdown that lessons' paragraphs use, as elements: paragraphs, lists, **strong**, *stress*, `code`, terms.
function prose(h, markdown) {
  const inline = (text) => {
    const out = [];
    const mark = /\*\*(.+?)\*\*|\*(.+?)\*|`(.+?)`|\[([^\]]+)\]\(([^)\s]+)(?:\s+"((?:[^"\\]|\\.)*)")?\)/g;
    let at = 0;
    for (const m of text.matchAll(mark)) {
      out.push(text.slice(at, m.index));
      if (m[1]) out.push(h("strong", {}, inline(m[1])));
      else if (m[2]) out.push(h("em", {}, inline(m[2])));
      else if (m[3]) out.push(h("code", { text: m[3] }));
      else out.push(h("abbr", { title: m[6] ? m[6].replace(/\\(.)/g, "$1") : null, tabindex: m[6] ? "0" : null, text: m[4] }));
      at = m.index + m[0].length;
    }
    out.push(text.slice(at));
    return out.filter((part) => part !== "");
  };
  return markdown.split(/\n\s*\n/).map((block) => {
    const lines = block.trim().split("\n");
    if (lines.every((line) => /^[-*] /.test(line))) return h("ul", {}, lines.map((line) => h("li", {}, inline(line.slice(2)))));
    const head = /^(#{2,6})\s+(.*)$/.exec(lines[0]);
    if (head && lines.length === 1) return h(`h${head[1].length}`, {}, inline(head[2]));
    return h("p", {}, inline(lines.join(" ")));
  });
}
