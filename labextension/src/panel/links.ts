/** A normalized URL; one with a user or password does not match. */
const OWN = /^https:\/\/([\w-]+\.)*(aliyun|aliyuncs|alibabacloud)\.com(:\d+)?\//;

/** The URL if it is https to a host of Alibaba Cloud and carries no user or password; else null. */
export function safeUrl(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text).href : '';
  return OWN.test(url) ? url : null;
}
