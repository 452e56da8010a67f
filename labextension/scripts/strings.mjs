// Which texts the source asks its language for, and what the catalogue says of them.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { at, CATALOGUE } from './paths.mjs';

/** The literals given to `t(…)` in a source, in order. */
function textsOf(file, source) {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const texts = [];
  const walk = node => {
    if (
      ts.isCallExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === 't'
    ) {
      const [text] = node.arguments;
      if (!text || !ts.isStringLiteral(text)) {
        const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
        throw new Error(`${file}:${line + 1}: t() takes a literal text, or no check can find it`);
      }
      texts.push(text);
    }
    ts.forEachChild(node, walk);
  };
  walk(tree);
  return texts;
}

/** A source with the Chinese of its texts in a second line of each. */
export function withChinese(file, source, messages) {
  let [result, end] = ['', 0];
  for (const literal of textsOf(file, source)) {
    const both = [literal.text, messages[literal.text]].filter(Boolean).join('\n');
    result += source.slice(end, literal.getStart()) + JSON.stringify(both);
    end = literal.end;
  }
  return result + source.slice(end);
}

/** Every text given to `t(…)`, once each. */
export async function usedTexts() {
  const names = await readdir(at('src'), { recursive: true });
  const files = names.filter(name => name.endsWith('.ts')).map(name => join(at('src'), name));
  const found = await Promise.all(
    files.map(async file => textsOf(file, await readFile(file, 'utf8'))),
  );
  return [...new Set(found.flat().map(literal => literal.text))].sort();
}

/** The catalogue: English text to its one Chinese form. */
export async function readCatalogue() {
  const { '': header, ...messages } = JSON.parse(await readFile(CATALOGUE, 'utf8'));
  const entries = Object.entries(messages).map(([text, [chinese]]) => [text, chinese]);
  return { header, messages: Object.fromEntries(entries) };
}
