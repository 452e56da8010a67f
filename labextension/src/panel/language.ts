/** Chinese in simplified characters, unless a place or script with the others is named. */
const SIMPLIFIED = /^zh(?!.*(hant|tw|hk|mo))/i;

/** What texts and numbers are written in now, for Intl: a browser page has one language. */
export let locale = 'en';

/** Takes the language of a tag such as `zh-CN`, `zh_CN` or `en-GB`; English for unknown ones. */
export function setLanguage(tag: string): void {
  locale = SIMPLIFIED.test(tag) ? 'zh-CN' : 'en';
}

type Translate = (text: string, ...values: (string | number)[]) => string;

/**
 * The text in the language of the browser page; `%1`, `%2` … stand for the values. The build adds the
 * catalogue's Chinese in a second line: `t('Running')` becomes `t('Running\n运行中')`.
 */
export let t: Translate = (text, ...values) => {
  const [english, chinese = english] = text.split('\n') as [string, string?];
  const wanted = locale === 'en' ? english : chinese;
  // `replace` makes a string of what it is given.
  return wanted.replace(/%(\d)/g, (_, place: string) => values[+place - 1] as string);
};

/** Takes texts from elsewhere: JupyterLab's window has the catalogue, and its build adds nothing. */
export function translateBy(translate: Translate): void {
  t = translate;
}

/** The text for a name of the API; the name itself where there is none, a dash where it is empty. */
export function textFor(name: string | undefined, texts: Readonly<Record<string, string>>): string {
  if (!name) return '—';
  return (Object.hasOwn(texts, name) && texts[name]) || name;
}
