import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { AppError } from '../../../../contract/errors.ts';
import type { Requirements } from '../manifest/index.ts';

interface Sources {
  /** Relative to the folder. */
  script: string;
  source: string;
  content: ReadonlyMap<string, { file: string } | { text: string }>;
}

const maxFileBytes = 1024 * 1024;

/**
 * What a script needs installed, from the nearest place that says so: its own inline metadata (PEP 723), a requirements.txt, a pyproject.toml,
 * the latter two beside the script or in a folder above it.
 * @throws AppError INVALID_INPUT the place that counts cannot be understood
 */
export async function findRequirements({ script, source, content }: Sources): Promise<{ requirements: Requirements | null; warnings: string[] }> {
  const warnings: string[] = [];
  const inline = inlineMetadata(source, script, warnings);
  if (inline !== null) return { requirements: inline, warnings };
  for (const folder of foldersUp(script)) {
    for (const [name, read] of [['requirements.txt', fromRequirements], ['pyproject.toml', fromPyproject]] as const) {
      const path = folder + name;
      const text = await textOf(content.get(path));
      if (text === null) continue;
      const requirements = read(path, text, warnings);
      if (requirements !== null) return { requirements, warnings };
    }
  }
  return { requirements: null, warnings };
}

/** `a/b/x.py`: `a/b/`, `a/`, ``. */
function foldersUp(script: string): string[] {
  const folders: string[] = [];
  for (let folder = posix.dirname(script); folder !== '.'; folder = posix.dirname(folder)) folders.push(`${folder}/`);
  return [...folders, ''];
}

async function textOf(content: { file: string } | { text: string } | undefined): Promise<string | null> {
  if (content === undefined) return null;
  if ('text' in content) return content.text;
  const bytes = await readFile(content.file).catch(() => null);
  if (bytes === null || bytes.length > maxFileBytes) return null;
  // Windows PowerShell's `pip freeze > requirements.txt`; pip reads it too.
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8';
  return bytes.toString(encoding).replace(/^\uFEFF/, '');
}

/** The whole file goes to pip, options and all; the lines are for showing. */
function fromRequirements(path: string, text: string): Requirements | null {
  const lines = text
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '');
  return lines.length === 0 ? null : { from: path, file: path, lines, python: null };
}

const Specifiers = z.array(z.string('It is no text.').max(2000, 'It is too long.').regex(/^[^\r\n]*$/, 'It is more than one line.'), 'A list of texts is wanted.');
const Pyproject = z.looseObject({
  project: z
    .looseObject({ dependencies: Specifiers.optional(), 'requires-python': z.string().max(200).optional(), dynamic: z.array(z.string()).optional() })
    .optional(),
  tool: z.looseObject({ poetry: z.looseObject({ dependencies: z.unknown().optional() }).optional() }).optional(),
});

function fromPyproject(path: string, text: string, warnings: string[]): Requirements | null {
  const { project, tool } = parsed(path, text, Pyproject);
  if (project?.dynamic?.includes('dependencies') === true) warnings.push(`${path} has its dependencies from its build tool; they are not installed. Write them into requirements.txt.`);
  else if (project?.dependencies === undefined && tool?.poetry?.dependencies !== undefined) {
    warnings.push(`${path} has its dependencies in Poetry's own form; they are not installed. Export them to requirements.txt.`);
  }
  const lines = project?.dependencies ?? [];
  const python = project?.['requires-python'] ?? null;
  return lines.length === 0 && python === null ? null : { from: path, file: null, lines, python };
}

const Inline = z.looseObject({ dependencies: Specifiers.optional(), 'requires-python': z.string().max(200).optional() });
/** The pattern of the specification (packaging.python.org, "Inline script metadata"). */
const inlineBlock = /^# \/\/\/ (?<type>[a-zA-Z0-9-]+)$\s(?<content>(^#(| .*)$\s)+)^# \/\/\/$/gm;

function inlineMetadata(source: string, script: string, warnings: string[]): Requirements | null {
  const text = source.replaceAll('\r\n', '\n').replace(/^\uFEFF/, '');
  const blocks = [...text.matchAll(inlineBlock)].filter(({ groups }) => groups?.['type'] === 'script');
  if (blocks.length > 1) throw new AppError('INVALID_INPUT', `${script} has more than one block of inline metadata.`, { action: 'Leave one "# /// script" block.' });
  const content = blocks[0]?.groups?.['content'];
  if (content === undefined) {
    // By the specification it is a comment then, but hardly one that was meant.
    if (/^# \/\/\/ script$/m.test(text)) warnings.push(`The inline metadata of ${script} is not used: each of its lines must begin with "# ", and the last one must be "# ///".`);
    return null;
  }
  const toml = content
    .split('\n')
    .map((line) => (line.startsWith('# ') ? line.slice(2) : line.slice(1)))
    .join('\n');
  const { dependencies, 'requires-python': python } = parsed(`The inline metadata of ${script}`, toml, Inline, text.slice(0, blocks[0]?.index).split('\n').length);
  return { from: script, file: null, lines: dependencies ?? [], python: python ?? null };
}

/** @param linesBefore how many lines of its file stand before the text */
function parsed<T>(what: string, text: string, schema: z.ZodType<T>, linesBefore = 0): T {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    const place = error instanceof TomlError ? ` (line ${error.line + linesBefore})` : '';
    throw new AppError('INVALID_INPUT', `${what} is not TOML${place}.`, { action: 'Mend it, or turn the installation of requirements off in the profile.', cause: error });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new AppError('INVALID_INPUT', `${what} is not understood at "${issue?.path.join('.') ?? ''}": ${issue?.message ?? ''}`, { action: 'Mend it, or turn the installation of requirements off in the profile.' });
}
