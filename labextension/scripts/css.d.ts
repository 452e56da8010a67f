// Style sheets are bundled as text: see scripts/bundle.mjs.
declare module '*.css' {
  const css: string;
  export default css;
}
