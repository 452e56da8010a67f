const OWN_DOMAINS = ['aliyun.com', 'aliyuncs.com', 'alibabacloud.com'];

/** The URL if it is https to a host of Alibaba Cloud and carries no user or password; else null. */
export function safeUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, username, password, href } = new URL(text);
  const own = OWN_DOMAINS.some(domain => hostname === domain || hostname.endsWith(`.${domain}`));
  return own && protocol === 'https:' && !username && !password ? href : null;
}
