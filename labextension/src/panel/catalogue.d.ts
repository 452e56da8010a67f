// The panel's Chinese texts, taken from the package's catalogue: see scripts/bundle.mjs.
declare module 'dsw-catalogue' {
  import type { Catalogue } from './language.ts';
  const catalogue: Catalogue;
  export default catalogue;
}
