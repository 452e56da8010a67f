/** A normalized URL; one with a user or password does not match. */
const OWN = /^https:\/\/([\w-]+\.)*(aliyun|aliyuncs|alibabacloud)\.com(:\d+)?\//;

/** The URL if it is https to a host of Alibaba Cloud and carries no user or password; else null. */
export function safeUrl(text: string): string | null {
  try {
    const { href } = new URL(text);
    return OWN.test(href) ? href : null;
  } catch {
    // It is no URL.
    return null;
  }
}
