/** How a field's text becomes a value: `optional` is null when empty, `list` is divided at commas and spaces. */
export type FieldKind = 'text' | 'optional' | 'number' | 'optionalNumber' | 'seconds' | 'bytes' | 'list' | 'choice';

export interface Option {
  value: string;
  label: string;
}

/** One value of the settings. `path` is its place in the contract's ProfileSettings, with dots. */
export interface ValueField {
  type: 'value';
  path: string;
  label: string;
  kind: FieldKind;
  hint?: string;
  placeholder?: string;
  options?: readonly Option[];
  /** Takes the whole width. */
  isWide?: boolean;
}

export interface Column {
  key: string;
  label: string;
  placeholder?: string;
  options?: readonly Option[];
  /** Only for rows whose other column has one of these values. */
  onlyIf?: { key: string; values: readonly string[] };
}

/** A list of rows: a record of the settings, an array of objects, or an array of texts (one column, `value`). */
export interface RowsField {
  type: 'rows';
  path: string;
  label: string;
  /** `Add a variable` */
  add: string;
  /** One row: `Variable`. */
  one: string;
  hint?: string;
  columns: readonly Column[];
  /** A row in which nothing is typed means something, too. */
  blankCounts?: boolean;
}

export type FormField = ValueField | RowsField;

export interface FormGroup {
  id: string;
  title: string;
  fields: readonly FormField[];
}

function value(path: string, label: string, kind: FieldKind, more: Partial<ValueField> = {}): ValueField {
  return { type: 'value', path, label, kind, ...more };
}

const durationHint = 'Such as 90s, 30m or 1h 30m.';

/** The form of a profile: every field of the contract has its place here (a test holds the two together). */
export const formGroups: readonly FormGroup[] = [
  {
    id: 'image',
    title: 'Image',
    fields: [
      value('image', 'Image', 'text', { isWide: true, placeholder: 'docker.io/library/python:3.13-slim' }),
      value('python', 'Python in the image', 'text', { hint: 'A program’s name, or its path.' }),
      value('imagePullPolicy', 'Pull the image', 'choice', {
        options: [
          { value: 'IfNotPresent', label: 'If the node has none' },
          { value: 'Always', label: 'Always' },
          { value: 'Never', label: 'Never' },
        ],
      }),
      value('imagePullSecrets', 'Pull secrets', 'list', { isWide: true, hint: 'Secrets of the namespace that a private registry wants. Several with commas.' }),
    ],
  },
  {
    id: 'resources',
    title: 'Resources',
    fields: [
      value('cpu', 'CPU', 'text', { hint: 'Cores: 2, or 500m for half a core.' }),
      value('memory', 'Memory', 'text', { hint: 'Such as 512Mi or 4Gi.' }),
      value('cpuRequest', 'CPU requested', 'optional', { hint: 'Empty: as much as the limit.' }),
      value('memoryRequest', 'Memory requested', 'optional', { hint: 'Empty: as much as the limit.' }),
      value('ephemeralStorage', 'Disk on the node', 'optional', { hint: 'Empty: no limit of ours.' }),
      value('sharedMemory', 'Shared memory', 'optional', { hint: '/dev/shm; empty for the usual 64 MiB.' }),
      {
        type: 'rows',
        path: 'extendedResources',
        label: 'GPUs and other devices',
        add: 'Add a device',
        one: 'Device',
        columns: [
          { key: 'name', label: 'Resource', placeholder: 'nvidia.com/gpu' },
          { key: 'value', label: 'How many', placeholder: '1' },
        ],
      },
    ],
  },
  {
    id: 'time',
    title: 'Time and retries',
    fields: [
      value('timeoutSeconds', 'The script may run', 'seconds', { hint: durationHint }),
      value('startTimeoutSeconds', 'It must have started within', 'seconds', { hint: 'No node, or an image that cannot be pulled, fails then.' }),
      value('retries', 'Retries', 'number', { hint: 'How often a failed pod is replaced.' }),
      value('holdSeconds', 'The pod waits for its files to be fetched', 'seconds', { hint: 'While this computer sleeps or is away.' }),
      value('ttlSeconds', 'The finished Job stays in the cluster', 'seconds', { hint: 'Then the cluster deletes it.' }),
    ],
  },
  {
    id: 'environment',
    title: 'Variables and secrets',
    fields: [
      {
        type: 'rows',
        path: 'env',
        label: 'Variables',
        add: 'Add a variable',
        one: 'Variable',
        hint: 'They travel in a Secret of the run, never in the Job.',
        columns: [
          { key: 'name', label: 'Name', placeholder: 'DATABASE_HOST' },
          { key: 'value', label: 'Value' },
        ],
      },
      {
        type: 'rows',
        path: 'secrets',
        label: 'Secrets of the namespace',
        add: 'Use a secret',
        one: 'Secret',
        hint: 'By name: their values never pass through this computer.',
        columns: [
          { key: 'secret', label: 'Secret', placeholder: 'database' },
          {
            key: 'as',
            label: 'Given as',
            options: [
              { value: 'env', label: 'all its keys as variables' },
              { value: 'variable', label: 'one key as a variable' },
              { value: 'files', label: 'files in a folder' },
            ],
          },
          { key: 'prefix', label: 'Prefix', placeholder: 'none', onlyIf: { key: 'as', values: ['env'] } },
          { key: 'key', label: 'Key', placeholder: 'password', onlyIf: { key: 'as', values: ['variable'] } },
          { key: 'name', label: 'Variable', placeholder: 'DB_PASSWORD', onlyIf: { key: 'as', values: ['variable'] } },
          { key: 'mountPath', label: 'Folder', placeholder: '/secrets/database', onlyIf: { key: 'as', values: ['files'] } },
        ],
      },
    ],
  },
  {
    id: 'volumes',
    title: 'Volumes',
    fields: [
      {
        type: 'rows',
        path: 'volumes',
        label: 'Volumes',
        add: 'Add a volume',
        one: 'Volume',
        hint: 'PersistentVolumeClaims that are in the namespace.',
        columns: [
          { key: 'claim', label: 'Claim', placeholder: 'datasets' },
          {
            key: 'use',
            label: 'For',
            options: [
              { value: 'input', label: 'input, read only' },
              { value: 'output', label: 'output that stays there' },
              { value: 'cache', label: 'downloaded packages' },
              { value: 'work', label: 'the script’s own files' },
            ],
          },
          { key: 'mountPath', label: 'Seen at', placeholder: '/data', onlyIf: { key: 'use', values: ['input', 'output', 'cache'] } },
          { key: 'subPath', label: 'Folder in it', placeholder: 'all of it' },
        ],
      },
    ],
  },
  {
    id: 'packages',
    title: 'Packages and files',
    fields: [
      value('install', 'Install requirements', 'choice', {
        options: [
          { value: 'auto', label: 'If there are any' },
          { value: 'never', label: 'Never' },
        ],
        hint: 'requirements.txt, pyproject.toml, or what the script itself names.',
      }),
      value('packageIndex.url', 'Package index', 'optional', { placeholder: 'https://pypi.org/simple', hint: 'Empty: as the image says, else pypi.org.' }),
      value('packageIndex.extraUrls', 'Further indexes', 'list', { hint: 'Several with commas.' }),
      value('packageIndex.credentialsSecret', 'Secret for the index', 'optional', { hint: 'With the keys username and password.' }),
      value('packageIndex.trustedHosts', 'Hosts without a valid certificate', 'list', { hint: 'They are believed anyway.' }),
      {
        type: 'rows',
        path: 'artifacts.patterns',
        label: 'Files that come back',
        add: 'Add a pattern',
        one: 'Pattern',
        hint: 'Beside those that are written under $PYEXEKUBE_OUTPUT.',
        columns: [{ key: 'value', label: 'Pattern', placeholder: 'results/**' }],
      },
      value('artifacts.maxBytes', 'Their size, at most', 'bytes', { hint: 'Such as 500Mi or 2Gi.' }),
      value('artifacts.maxFiles', 'Their number, at most', 'number'),
    ],
  },
  {
    id: 'placement',
    title: 'Where it runs',
    fields: [
      value('serviceAccount', 'Service account', 'optional', { hint: 'Its token is not given to the script.' }),
      value('priorityClass', 'Priority class', 'optional'),
      value('queue', 'Kueue queue', 'optional', { hint: 'A LocalQueue; then Kueue says when it starts.' }),
      value('userId', 'User id', 'optionalNumber', { hint: 'Empty lets the cluster choose, as OpenShift does.' }),
      {
        type: 'rows',
        path: 'nodeSelector',
        label: 'Only on nodes with these labels',
        add: 'Add a label',
        one: 'Label',
        columns: [
          { key: 'name', label: 'Label', placeholder: 'topology.kubernetes.io/zone' },
          { key: 'value', label: 'Value' },
        ],
      },
      {
        type: 'rows',
        path: 'tolerations',
        label: 'Taints that it tolerates',
        add: 'Add a toleration',
        one: 'Toleration',
        blankCounts: true,
        columns: [
          { key: 'key', label: 'Taint', placeholder: 'every' },
          { key: 'value', label: 'Value', placeholder: 'any' },
          {
            key: 'effect',
            label: 'Effect',
            options: [
              { value: 'every', label: 'every' },
              { value: 'NoSchedule', label: 'NoSchedule' },
              { value: 'PreferNoSchedule', label: 'PreferNoSchedule' },
              { value: 'NoExecute', label: 'NoExecute' },
            ],
          },
        ],
      },
    ],
  },
];

/** The group that holds a field; the first when none does. @param path as failures name it, with dots or not */
export function groupOf(path: string): string {
  const found = formGroups.find((group) => group.fields.some((field) => field.path === path || path.startsWith(`${field.path}.`) || field.path.startsWith(`${path}.`)));
  return found?.id ?? formGroups[0]?.id ?? '';
}
