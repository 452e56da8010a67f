// Fails when the built extension has grown too large.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EXTENSION } from './paths.mjs';

const LIMIT_BYTES = 120_000;

const names = (await readdir(EXTENSION)).filter(name => name.endsWith('.js'));
const sizes = await Promise.all(names.map(async name => (await stat(join(EXTENSION, name))).size));
const size = sizes.reduce((sum, one) => sum + one, 0);
console.log(`labextension: ${size} bytes`);
if (size > LIMIT_BYTES) throw new Error(`The labextension may have ${LIMIT_BYTES} bytes.`);
