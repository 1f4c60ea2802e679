// In command mode JupyterLab takes single letters for commands: d d deletes a cell, m makes it text, Enter edits it.
// Nobody who reads a lesson means that. In an editor every key does what it always does; Ctrl+S and the keys that run a
// cell do so everywhere.
export function guardKeys(node, signal) {
  window.addEventListener(
    "keydown",
    (event) => {
      const target = event.target;
      if (!(target instanceof Element) || !node.contains(target) || target.closest(".cm-editor") || target.closest(".sl")) return;
      const command = event.ctrlKey || event.metaKey || (event.shiftKey && event.key === "Enter");
      // Lumino looks at the focused element and its parents before any listener of ours further in.
      target.toggleAttribute("data-lm-suppress-shortcuts", !command);
    },
    { capture: true, signal },
  );
}
