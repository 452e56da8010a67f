/** Copies a text; also where the clipboard API is missing, as on plain http. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const put = (event: ClipboardEvent) => {
      event.clipboardData?.setData('text/plain', text);
      event.preventDefault();
    };
    addEventListener('copy', put, { once: true, capture: true });
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way without the API
    return document.execCommand('copy');
  }
}
