// Offers a file that the kernel sent as a download of the browser.
function offerFile(message, buffers) {
  if (message?.do !== "file" || !buffers?.length) return;
  const url = URL.createObjectURL(new Blob([buffers[0]], { type: message.type || "application/zip" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = message.name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 30000);
}
