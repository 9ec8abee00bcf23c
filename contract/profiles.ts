import { z } from 'zod';
import { procedure } from './base.ts';

/** Where in the pod PyExeKube keeps its own things; nothing else may be mounted at or below it. */
export const podFolder = '/pyexekube';

/** A Kubernetes quantity greater than zero: `500m`, `2`, `1.5Gi`, `1e9`. */
export const Quantity = z
  .string()
  .regex(/^(\d{1,15})(\.\d{1,9})?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi|[eE]\d{1,2})?$/, 'A quantity such as 500m, 2 or 1.5Gi.')
  .refine((text) => /[1-9]/.test(text.replace(/e\d+$/i, '')), 'A quantity above zero.');

/** The same in bytes, of which there are no thousandths: `100m` is a slip for `100Mi`. */
const Size = Quantity.refine((text) => !text.endsWith('m'), 'A size such as 512Mi or 2G; m is a thousandth of a byte.');

/** Name of a Secret, claim, service account or priority class (RFC 1123 subdomain). */
const ObjectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, 'Lower-case letters, digits, hyphens and dots.');

/** `[prefix/]name`, as keys of labels, taints and resources are (kubernetes.io, "Labels and Selectors"). */
const qualifiedName = /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LabelKey = z.string().max(317).regex(qualifiedName, 'A label key such as topology.kubernetes.io/zone.');
const LabelValue = z.string().max(63).regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/, 'Letters, digits, hyphens, underscores and dots, at most 63.');

/** `nvidia.com/gpu` and its like: a vendor's prefix is needed, since what has none is Kubernetes' own. */
const ExtendedResourceName = z
  .string()
  .max(317)
  .regex(qualifiedName, 'A resource name such as nvidia.com/gpu.')
  .refine((name) => name.includes('/') && !/(^|\.)kubernetes\.io\//.test(name), 'A resource name with the prefix of its vendor, such as nvidia.com/gpu.');

/** A variable's name. Those that begin with PYEXEKUBE_ are the application's own. */
const EnvName = z
  .string()
  .max(256)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'Letters, digits and underscores, no digit first.')
  .refine((name) => !name.startsWith('PYEXEKUBE_'), 'Names with PYEXEKUBE_ are set by PyExeKube.');

/** No NUL: neither an environment nor a command line can hold one. */
const noNul = (text: string): boolean => !text.includes('\0');

/** Folders that nothing may be mounted over: the system's own, and those that the pod has already. */
const takenFolders = ['/proc', '/sys', '/dev', '/tmp', '/etc', '/usr', '/bin', '/lib', '/lib64', '/sbin', '/boot', '/run', '/var/run', podFolder];

/** An absolute folder in the container, in its shortest notation. */
export const MountPath = z
  .string()
  .max(512)
  .regex(/^(\/[A-Za-z0-9_][A-Za-z0-9._-]*)+$/, 'An absolute path such as /data, of plain names.')
  .refine((path) => !takenFolders.some((taken) => path === taken || path.startsWith(`${taken}/`)), 'This folder belongs to the system or to PyExeKube.');

const SubPath = z
  .string()
  .max(512)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/, 'A relative path of plain names.');

/** How a script receives a Secret of the namespace. Its values never pass through this application. */
export const SecretUse = z.discriminatedUnion('as', [
  /** Each key becomes a variable of that name. */
  z.object({ as: z.literal('env'), secret: ObjectName, prefix: z.string().max(100).regex(/^([A-Za-z_][A-Za-z0-9_]*)?$/).default('') }),
  /** One key becomes the variable `name`. */
  z.object({ as: z.literal('variable'), secret: ObjectName, key: z.string().max(253).regex(/^[-._A-Za-z0-9]+$/), name: EnvName }),
  /** Each key becomes a file in the folder. */
  z.object({ as: z.literal('files'), secret: ObjectName, mountPath: MountPath }),
]);
export type SecretUse = z.infer<typeof SecretUse>;

/**
 * A PersistentVolumeClaim and what it is for: `work` the script's files, packages and temporary output lie there instead of on the node's disk
 * · `input` read only · `output` what is written under $PYEXEKUBE_OUTPUT stays there too, in a folder of the run's id
 * · `cache` downloaded packages are kept there from run to run.
 */
export const VolumeUse = z.object({
  claim: ObjectName,
  use: z.enum(['work', 'input', 'output', 'cache']),
  /** Where it is seen; absent for `work`, which has its place. */
  mountPath: MountPath.optional(),
  subPath: SubPath.optional(),
});
export type VolumeUse = z.infer<typeof VolumeUse>;

export const Toleration = z.object({
  /** Absent: every taint. */
  key: LabelKey.optional(),
  /** Absent: any value. */
  value: LabelValue.optional(),
  /** Absent: every effect. */
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
});
export type Toleration = z.infer<typeof Toleration>;

/** An index URL without credentials: those come from the Secret. */
const IndexUrl = z
  .string()
  .max(2000)
  .refine((text) => /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/.test(text), 'An http or https address without a user and password in it.');

/** Where requirements are installed from. */
export const PackageIndex = z.object({
  /** Instead of pypi.org; null for what the image says, else pypi.org. */
  url: IndexUrl.nullable().default(null),
  extraUrls: z.array(IndexUrl).max(10).default([]),
  /** A Secret of the namespace with the keys `username` and `password` for these addresses. */
  credentialsSecret: ObjectName.nullable().default(null),
  /** Host names that are believed without a valid certificate. */
  trustedHosts: z.array(z.string().max(253).regex(/^[A-Za-z0-9.-]+(:\d{1,5})?$/)).max(10).default([]),
});
export type PackageIndex = z.infer<typeof PackageIndex>;

export const ArtifactRules = z.object({
  /** Files of the script's folder that come back beside those under $PYEXEKUBE_OUTPUT: `*.png`, `results/**`. */
  patterns: z.array(z.string().min(1).max(500).refine((text) => noNul(text) && !text.startsWith('/') && !text.split('/').includes('..'), 'A pattern inside of the folder.')).max(100).default([]),
  maxBytes: z.number().int().min(0).max(1024 ** 4).default(2 * 1024 ** 3),
  maxFiles: z.number().int().min(0).max(1_000_000).default(10_000),
});
export type ArtifactRules = z.infer<typeof ArtifactRules>;

/** The default image: small, public, for amd64 and arm64; `@sha256:…` may follow. */
export const defaultImage = 'docker.io/library/python:3.13-slim';

const day = 86_400;

/** All that a cluster run can be told. Each field has a default: `ProfileSettings.parse({})` runs. */
export const ProfileSettings = z
  .object({
    /** Any image with Python 3.8 or newer; a reference as container tools write it, with or without a digest. */
    image: z
      .string()
      .max(1000)
      .regex(/^[a-z0-9]([\w.-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]([\w.-]*[a-z0-9])?)*(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/i, 'An image such as docker.io/library/python:3.13-slim.')
      .default(defaultImage),
    imagePullPolicy: z.enum(['IfNotPresent', 'Always', 'Never']).default('IfNotPresent'),
    imagePullSecrets: z.array(ObjectName).max(10).default([]),
    /** Python's name or absolute path in the image. */
    python: z.string().max(512).regex(/^(\/?[A-Za-z0-9_][A-Za-z0-9._-]*)(\/[A-Za-z0-9_.][A-Za-z0-9._-]*)*$/, 'A program such as python3 or /opt/venv/bin/python.').default('python3'),

    /** Limits; what is requested of the node is the same unless told otherwise. */
    cpu: Quantity.default('1'),
    memory: Size.default('1Gi'),
    cpuRequest: Quantity.nullable().default(null),
    memoryRequest: Size.nullable().default(null),
    /** Disk for the script's files, packages and output on the node; null for no limit of ours. */
    ephemeralStorage: Size.nullable().default(null),
    /** Size of /dev/shm, which counts as memory; null for the runtime's default, usually 64 MiB. */
    sharedMemory: Size.nullable().default(null),
    /** Resource to whole count: `{"nvidia.com/gpu": 1}`. */
    extendedResources: z.record(ExtendedResourceName, z.number().int().min(1).max(1_000_000)).default({}),

    /** Variables of the script. They travel in the run's Secret, never in the Job. */
    env: z.record(EnvName, z.string().max(32_768).refine(noNul, 'No NUL.')).default({}),
    secrets: z.array(SecretUse).max(50).default([]),

    /** How long the script may run. */
    timeoutSeconds: z.number().int().min(1).max(30 * day).default(3600),
    /** How long it may take to a started container: no node, an image that cannot be pulled. */
    startTimeoutSeconds: z.number().int().min(5).max(7 * day).default(600),
    /** How often a failed pod is replaced. */
    retries: z.number().int().min(0).max(20).default(0),
    /** How long the finished Job stays in the cluster. */
    ttlSeconds: z.number().int().min(60).max(90 * day).default(day),
    /** How long the pod waits at its end for someone to fetch its files and the rest of its output. */
    holdSeconds: z.number().int().min(0).max(7 * day).default(1800),

    serviceAccount: ObjectName.nullable().default(null),
    nodeSelector: z.record(LabelKey, LabelValue).default({}),
    tolerations: z.array(Toleration).max(50).default([]),
    priorityClass: ObjectName.nullable().default(null),
    /** A Kueue LocalQueue of the namespace; then Kueue decides when the Job starts. */
    queue: ObjectName.nullable().default(null),
    /** The container's user; null lets the cluster choose one, as OpenShift does. Never 0. */
    userId: z.number().int().min(1).max(2_147_483_647).nullable().default(10001),

    volumes: z.array(VolumeUse).max(20).default([]),
    /** Whether requirements.txt, pyproject.toml or the script's inline metadata are installed. */
    install: z.enum(['auto', 'never']).default('auto'),
    packageIndex: PackageIndex.prefault({}),
    artifacts: ArtifactRules.prefault({}),
  })
  .superRefine((profile, context) => {
    const fault = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    const seen = new Set<string>();
    const mount = (path: string, at: (string | number)[]): void => {
      if ([...seen].some((other) => other === path || other.startsWith(`${path}/`) || path.startsWith(`${other}/`))) fault(at, `${path} is used twice, or lies in another mount.`);
      seen.add(path);
    };
    for (const use of ['work', 'output', 'cache']) {
      if (profile.volumes.filter((volume) => volume.use === use).length > 1) fault(['volumes'], `Only one volume can be for ${use}.`);
    }
    for (const [index, volume] of profile.volumes.entries()) {
      if (volume.use === 'work' && volume.mountPath !== undefined) fault(['volumes', index, 'mountPath'], 'A volume for work has its own place.');
      if (volume.use === 'input' && volume.mountPath === undefined) fault(['volumes', index, 'mountPath'], 'Say where the input is to be seen, such as /data.');
      if (volume.mountPath !== undefined) mount(volume.mountPath, ['volumes', index, 'mountPath']);
    }
    for (const [index, secret] of profile.secrets.entries()) {
      if (secret.as === 'files') mount(secret.mountPath, ['secrets', index, 'mountPath']);
    }
  });
export type ProfileSettings = z.infer<typeof ProfileSettings>;
/** Settings as a person writes them: what is left out has its default. */
export type ProfileSettingsInput = z.input<typeof ProfileSettings>;

/** Id of a saved profile: 26 characters, as a run's. */
export const ProfileId = z.string().regex(/^[0-9a-hjkmnp-tv-z]{26}$/).brand<'ProfileId'>();
export type ProfileId = z.infer<typeof ProfileId>;

export const ProfileName = z.string().trim().min(1).max(100);

/** The Python of an image, and how we know: a run told it, or the tag of a well-known image says so. */
export const ImagePython = z.object({ version: z.string().max(50), from: z.enum(['run', 'tag']) });
export type ImagePython = z.infer<typeof ImagePython>;

export const Profile = z.object({
  id: ProfileId,
  name: z.string(),
  settings: ProfileSettings,
  /** Null while nobody knows. */
  imagePython: ImagePython.nullable(),
  /** Milliseconds since 1970. */
  updatedMs: z.number().int(),
});
export type Profile = z.infer<typeof Profile>;

export const profilesContract = {
  /** All profiles by name. At the very first start there is one, `small`. */
  list: procedure.output(z.object({ profiles: z.array(Profile) })),

  /**
   * Saves a profile, new or changed, under the caller's id.
   * @throws CONFLICT another profile has this name · STORAGE_READ_ONLY
   */
  save: procedure.input(z.object({ id: ProfileId, name: ProfileName, settings: ProfileSettings })).output(Profile),

  /** Forgets a profile; runs keep the settings that they were started with. @throws NOT_FOUND */
  delete: procedure.input(z.object({ id: ProfileId })).output(z.object({})),

  /** The profile as YAML, without what is at its default; `importYaml` reads it. @throws NOT_FOUND */
  exportYaml: procedure.input(z.object({ id: ProfileId })).output(z.object({ yaml: z.string() })),

  /**
   * Reads profiles from YAML (one or several documents) and saves them all or none. A profile of the same name is replaced with
   * `replace`, refused without.
   * @throws INVALID_INPUT what is wrong, with its line and field · CONFLICT a name is taken
   */
  importYaml: procedure
    .input(z.object({ yaml: z.string().max(1024 * 1024), replace: z.boolean().default(false) }))
    .output(z.object({ profiles: z.array(Profile) })),

  /** What is known of an image's Python; null if nothing is. */
  imagePython: procedure.input(z.object({ image: z.string().max(1000) })).output(z.object({ python: ImagePython.nullable() })),
};
