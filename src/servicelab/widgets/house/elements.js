// What everything here is made of: elements of the page and of pictures, made with their attributes. No imports, no build
// step: the files of the house and a view's own are sent as one module, in the order elements, chart, controls, view.
const elements = (() => {
  const unique = "sl" + Math.random().toString(36).slice(2, 8);
  let serial = 0;
  const id = () => `${unique}-${++serial}`;

  function make(node, attrs, children) {
    for (const [name, value] of Object.entries(attrs || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (name === "text") node.textContent = value;
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  }
  const h = (tag, attrs, ...children) => make(document.createElement(tag), attrs, children);
  const s = (tag, attrs, ...children) =>
    make(document.createElementNS("http://www.w3.org/2000/svg", tag), attrs, children);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  return { h, s, id, fill, same };
})();
