// Fails when a text of the panel, the extension or its settings has no translation, or the
// catalogue has one that nobody uses.
import { readCatalogue, usedTexts } from './strings.mjs';

const used = await usedTexts();
const { header, messages } = await readCatalogue();
const places = text => [...text.matchAll(/%\d/g)].map(String).sort().join();

const problems = [
  ...used.filter(text => !messages[text]).map(text => `not translated: ${text}`),
  ...Object.keys(messages)
    .filter(text => !used.includes(text))
    .map(text => `not used: ${text}`),
  ...Object.entries(messages)
    .filter(([text, chinese]) => places(text) !== places(chinese))
    .map(([text]) => `other placeholders in the translation: ${text}`),
];
// Any other spelling silently stays English in JupyterLab.
if (header.language !== 'zh-CN') problems.push('the catalogue must say that it is zh-CN');

if (problems.length) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`catalogue: ${used.length} texts, all translated and used`);
