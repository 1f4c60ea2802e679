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
