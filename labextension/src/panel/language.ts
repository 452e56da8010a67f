/** The words and number formats of one language. */
export interface Language {
  /** For Intl and the `lang` attribute. */
  readonly code: string;
  /** The text in this language; `%1`, `%2` … stand for the values. */
  readonly t: (text: string, ...values: readonly (string | number)[]) => string;
}

/** English text to Chinese text. */
export type Catalogue = Readonly<Record<string, string>>;

/** Chinese in simplified characters, unless a place or script with the others is named. */
const SIMPLIFIED = /^zh(?!.*(hant|tw|hk|mo))/i;

/** The language for a tag such as `zh-CN`, `zh_CN` or `en-GB`; English for all that are not here. */
export function languageOf(tag: string, chinese: Catalogue): Language {
  const english = /^en/i.test(tag) ? tag.replace('_', '-') : 'en';
  const [code, catalogue] = SIMPLIFIED.test(tag) ? ['zh-CN', chinese] : [english, {} as Catalogue];
  return {
    code,
    t: (text, ...values) =>
      (catalogue[text] ?? text).replace(/%(\d)/g, (_, place: string) => String(values[+place - 1])),
  };
}
