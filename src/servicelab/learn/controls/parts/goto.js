// Scrolls the notebook around `root` to the section whose heading says `title`, and puts the keyboard there. Where the
// page shows one section at a time, it is asked to show that one instead.
function goTo(root, title) {
  const asked = new CustomEvent("servicelab:section", { bubbles: true, cancelable: true, detail: { title } });
  if (!root.dispatchEvent(asked)) return true;
  const plain = (text) => text.replace(/[¶#\s]+/g, " ").trim();
  const headings = [...(root.closest(".jp-Notebook") || document).querySelectorAll("h1, h2, h3, h4")];
  const found = headings.find((h) => !h.closest(".sl") && plain(h.textContent) === plain(title));
  if (!found) return false;
  found.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  found.tabIndex = -1;
  found.focus({ preventScroll: true });
  return true;
}
// The same, and on to the control that is kept as `item` there, as soon as it is drawn; the keyboard stands in it then.
function goToItem(root, title, item, tries = 60) {
  if (title && !goTo(root, title)) return;
  if (!item) return;
  const page = root.closest(".jp-Notebook") || document;
  const seek = () => {
    const found = page.querySelector(`section.sl[data-kept-as="${CSS.escape(item)}"]`);
    if (!found?.offsetParent) return void (tries-- > 0 && requestAnimationFrame(seek));
    found.scrollIntoView({ block: "start" });
    found.querySelector("input, textarea, select, button")?.focus({ preventScroll: true });
  };
  requestAnimationFrame(seek);
}
