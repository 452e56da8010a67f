// The panel's Chinese texts, taken from the package's catalogue: see scripts/bundle.mjs.
declare module 'dsw-catalogue' {
  const catalogue: Readonly<Record<string, string>>;
  export default catalogue;
}
