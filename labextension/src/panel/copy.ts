/** Copies a text; also where the clipboard API is missing, as on plain http. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text);
  }
}

function copyByCommand(text: string): boolean {
  const put = (event: ClipboardEvent) => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
  };
  addEventListener('copy', put, { capture: true });
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way without the API
    return document.execCommand('copy');
  } finally {
    // A browser that refuses the command raises no event: the person's own next copy is not ours.
    removeEventListener('copy', put, { capture: true });
  }
}
