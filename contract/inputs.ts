import { z } from 'zod';
import { procedure } from './base.ts';
import { AbsolutePath, FileVersion } from './files.ts';
import { RunId } from './ids.ts';
import { ProfileSettings } from './profiles.ts';

/** Bytes of files that are kept of one run at most; larger ones are named with their size. */
export const maxKeptBytes = 64 * 1024 * 1024;

/** A path below a run's folder, with forward slashes: no `..`, no empty part, no drive, no backslash, no control character. */
export const RelativePath = z
  .string()
  .min(1)
  .max(1024)
  .refine(
    (path) => !path.startsWith('/') && !/[\\\p{Cc}]/u.test(path) && !/^[A-Za-z]:/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'A path inside of the folder.',
  );

/** Packages that are told of one run at most. */
export const maxPackages = 5000;

/** A package that a run's interpreter could import. */
export const RunPackage = z.object({
  /** As the index has it: lower case, with hyphens. */
  name: z.string().max(200).regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/),
  version: z.string().max(200).regex(/^[A-Za-z0-9!+._-]+$/),
  /** Where it came from, as pip takes it (`git+https://…@commit`, a wheel's address), when that was no index; null else. */
  source: z.string().max(2000).regex(/^[^\s\p{Cc}]+$/u).nullable().default(null),
  /** It was installed for this run; the others were there already. */
  isInstalled: z.boolean().default(false),
});
export type RunPackage = z.infer<typeof RunPackage>;

/** Where Python was, and what it had. */
export const RunEnvironment = z.object({
  /** `Pyodide 314.0.7`, or the image of a cluster run; empty if unknown. */
  runtime: z.string().max(1100).default(''),
  /** `sha256:…` of the image as the node pulled it; null on this computer, and where the cluster did not say. */
  imageDigest: z.string().max(200).nullable().default(null),
  /** What it could import beside the standard library, by name; null where the interpreter did not tell. */
  packages: z.array(RunPackage).max(maxPackages).nullable().default(null),
  /** What was to be installed, as it was written. */
  requirements: z.array(z.string().max(2000)).max(5000).default([]),
  profileName: z.string().max(100).default(''),
  profile: ProfileSettings.nullable().default(null),
  /** Names of the profile's variables whose values did not come along with a run from elsewhere. */
  withheld: z.array(z.string().max(1000)).max(1000).default([]),
});
export type RunEnvironment = z.infer<typeof RunEnvironment>;

export const KeptFile = z.object({
  path: RelativePath,
  bytes: z.number().int().min(0),
  /** SHA-256 as hexadecimal digits; null when it is not kept. */
  hash: z.string().nullable(),
  /** Why it is not kept; null if it is. */
  reason: z.string().max(500).nullable(),
});
export type KeptFile = z.infer<typeof KeptFile>;

export const RunInputs = z.object({
  /** Where the files were on this computer; null when the run had none. */
  folder: z.string().nullable(),
  files: z.array(KeptFile),
  environment: RunEnvironment,
});
export type RunInputs = z.infer<typeof RunInputs>;

export const inputsContract = {
  /**
   * Keeps the files that a local run was given, as they are on disk, each only if it still has that version; what cannot be kept is named.
   * Equal files are kept once. Called again for the same run, it changes nothing.
   *
   * @throws NOT_FOUND no such run · FORBIDDEN another window's, or the folder is not the open one · STORAGE_READ_ONLY
   */
  keep: procedure
    .input(
      z.object({
        runId: RunId,
        folder: AbsolutePath.nullable(),
        files: z.array(z.object({ path: RelativePath, version: FileVersion })).max(20_000),
        environment: RunEnvironment.prefault({}),
      }),
    )
    .output(z.object({ kept: z.number().int().min(0), missing: z.number().int().min(0) })),

  /** Keeps for a run the same files as another had. @throws NOT_FOUND one of the runs, or nothing was kept · FORBIDDEN another window's */
  keepSame: procedure.input(z.object({ runId: RunId, as: RunId })).output(z.object({})),

  /** What was kept of a run; null when nothing was, as for runs of an older release. @throws NOT_FOUND */
  get: procedure.input(z.object({ runId: RunId })).output(z.object({ inputs: RunInputs.nullable() })),

  /**
   * Contents of kept files after the path `after`, in order of their paths, as base64: at least one, then as many as fit into 16 MiB.
   * @throws NOT_FOUND · STORAGE_CORRUPT a kept file is damaged (which)
   */
  read: procedure
    .input(z.object({ runId: RunId, after: z.string().max(1024).default(''), paths: z.array(RelativePath).max(1000).optional() }))
    .output(z.object({ files: z.array(z.object({ path: RelativePath, data: z.string() })), next: z.string().nullable() })),

  /**
   * Writes the kept files of a run into a folder of the application's own, from which a cluster run can take them; it is emptied at the next start.
   * @throws NOT_FOUND · STORAGE_CORRUPT · STORAGE_READ_ONLY
   */
  unpack: procedure.input(z.object({ runId: RunId })).output(z.object({ folder: z.string() })),
};
