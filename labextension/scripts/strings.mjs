// Which texts the source has translated, and their translations. Run by itself, it prints the texts that
// are used, each with its folders, as JSON for `scripts/catalogue.py`.
import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { at, CATALOGUE } from './paths.mjs';

/** Whether a call is the panel's `t(…)`. */
const isPanels = ({ expression }) => ts.isIdentifier(expression) && expression.text === 't';
/** Whether a call is one of JupyterLab's translation bundle: `trans.__(…)`. */
const isLabs = ({ expression }) =>
  ts.isPropertyAccessExpression(expression) && expression.name.text === '__';

/** The literals given to the calls that are `wanted` in a source, in order. */
function textsOf(file, source, wanted) {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const texts = [];
  const walk = node => {
    if (ts.isCallExpression(node) && wanted(node)) {
      const [text] = node.arguments;
      if (!text || !ts.isStringLiteral(text)) {
        const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
        throw new Error(`${file}:${line + 1}: takes a literal text, or no check can find it`);
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
  for (const literal of textsOf(file, source, isPanels)) {
    const both = [literal.text, messages[literal.text]].filter(Boolean).join('\n');
    result += source.slice(end, literal.getStart()) + JSON.stringify(both);
    end = literal.end;
  }
  return result + source.slice(end);
}

const isTemplatePart = node =>
  [
    ts.SyntaxKind.NoSubstitutionTemplateLiteral,
    ts.SyntaxKind.TemplateHead,
    ts.SyntaxKind.TemplateMiddle,
    ts.SyntaxKind.TemplateTail,
  ].includes(node.kind);

/**
 * A source whose html`…` templates have one space for a line break and its indentation, which is the
 * same in HTML.
 */
export function withMinifiedTemplates(file, source) {
  let [result, end] = ['', 0];
  const walk = (node, inHtml) => {
    if (inHtml && isTemplatePart(node)) {
      const [from, to] = [node.getStart(), node.end];
      result += source.slice(end, from) + source.slice(from, to).replace(/\s*\n\s*/g, ' ');
      end = to;
    }
    // What stands in a template's braces is code; its own templates are looked at by themselves.
    const isHtml = ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'html';
    const isPart = ts.isTemplateExpression(node) || ts.isTemplateSpan(node);
    ts.forEachChild(node, child => {
      walk(child, isHtml || (inHtml && isPart));
    });
  };
  walk(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true), false);
  return result + source.slice(end);
}

/** Titles and descriptions of a JSON schema. */
function textsOfSchema(schema) {
  return Object.entries(schema ?? {}).flatMap(([name, value]) => {
    if (typeof value === 'object') return textsOfSchema(value);
    return /^(title|description)$/.test(name) ? [value] : [];
  });
}

/** Reads the files of a folder whose names end like this; each with its path in the repository. */
async function contentsOf(folder, ending) {
  const names = (await readdir(at(folder), { recursive: true })).filter(one =>
    one.endsWith(ending),
  );
  return Promise.all(
    names
      .sort()
      .map(async name => [
        `labextension/${folder}/${name}`,
        await readFile(join(at(folder), name), 'utf8'),
      ]),
  );
}

/** Every text that a person reads in the panel, the extension and its settings, with its folders. */
async function usedTexts() {
  const sources = await contentsOf('src', '.ts');
  const schemas = await contentsOf('schema', '.json');
  const found = [
    ...sources.flatMap(([name, source]) =>
      textsOf(name, source, call => isPanels(call) || isLabs(call)).map(({ text }) => [text, name]),
    ),
    ...schemas.flatMap(([name, schema]) =>
      textsOfSchema(JSON.parse(schema)).map(text => [text, name]),
    ),
  ];
  const used = {};
  for (const [text, name] of found) (used[text] ??= []).push(posix.dirname(name));
  return used;
}

/** The catalogue: English text to its one Chinese form. */
export async function readCatalogue() {
  const catalogue = JSON.parse(await readFile(CATALOGUE, 'utf8'));
  delete catalogue[''];
  return Object.fromEntries(Object.entries(catalogue).map(([text, [chinese]]) => [text, chinese]));
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(JSON.stringify(await usedTexts()));
