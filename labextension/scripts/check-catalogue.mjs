// Fails when a text of the panel, the extension or its settings has no translation. The catalogue has
// Python's texts too: tests/test_catalogue.py looks for those that nobody uses. With --used it only
// prints the texts that are used here, as JSON.
import { readCatalogue, usedTexts } from './strings.mjs';

const used = await usedTexts();
if (process.argv.includes('--used')) {
  console.log(JSON.stringify(used));
  process.exit(0);
}

const { header, messages } = await readCatalogue();
const places = text => [...text.matchAll(/%\d/g)].map(String).sort().join();

const problems = [
  ...used.filter(text => !messages[text]).map(text => `not translated: ${text}`),
  ...Object.entries(messages)
    .filter(([text, chinese]) => places(text) !== places(chinese))
    .map(([text]) => `other placeholders in the translation: ${text}`),
];
// Any other spelling silently stays English in JupyterLab.
if (header.language !== 'zh-CN') problems.push('the language of the catalogue must be zh-CN');

if (problems.length) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`catalogue: ${used.length} texts, all translated`);
