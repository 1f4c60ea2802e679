// Opens another page of the course by its path in the course's folder. The page around `root` is asked to; elsewhere the
// way stands in the lesson as a link, which whatever shows the page knows how to follow.
function openPage(root, path) {
  const asked = new CustomEvent("servicelab:page", { bubbles: true, cancelable: true, detail: { path } });
  if (!root.dispatchEvent(asked)) return;
  root.closest(".jp-Notebook")?.querySelector(`a[href*="${CSS.escape(path)}"]`)?.click();
}
