import { stringify } from 'yaml';
import { AppError, toAppError } from '../../../../contract/errors.ts';
import type { ClusterClient } from '../../cluster/index.ts';
import { managedBy, managedByLabel } from '../manifest/index.ts';

/** A Kubernetes object as it is written. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [field: string]: unknown;
}

export interface SetupOptions {
  namespace: string;
  /** Who may submit: `User:name`, `Group:name` or `ServiceAccount:name`; by default the ServiceAccount that is made. */
  subject?: string | undefined;
}

const name = 'pyexekube';

/** A right that the application uses, and whether a run can do without it. */
export interface Right {
  group: string;
  resource: string;
  subresource?: string;
  verbs: readonly string[];
  /** What is missed without it; absent where nothing works then. */
  without?: string;
}

/** All rights that are needed, in one namespace. */
export const rights: readonly Right[] = [
  { group: 'batch', resource: 'jobs', verbs: ['create', 'get', 'list', 'watch', 'patch', 'delete'] },
  { group: '', resource: 'secrets', verbs: ['create', 'get', 'delete'] },
  { group: '', resource: 'pods', verbs: ['get', 'list', 'watch'] },
  { group: '', resource: 'pods', subresource: 'log', verbs: ['get'] },
  { group: '', resource: 'pods', subresource: 'exec', verbs: ['create', 'get'], without: 'files do not come back, large uploads and a gentle cancel do not work' },
  { group: '', resource: 'events', verbs: ['list'], without: 'failures are explained less well' },
];

/** The least Role, for an administrator to apply. */
export function role(namespace: string): KubeObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name, namespace },
    rules: rights.map(({ group, resource, subresource, verbs }) => ({
      apiGroups: [group],
      resources: [subresource === undefined ? resource : `${resource}/${subresource}`],
      verbs: [...verbs],
    })),
  };
}

function roleBinding(namespace: string, subject: string | undefined): KubeObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [subjectOf(namespace, subject)],
  };
}

/** @throws AppError INVALID_INPUT not `Kind:name` */
function subjectOf(namespace: string, subject: string | undefined): Record<string, string> {
  if (subject === undefined) return { kind: 'ServiceAccount', name, namespace };
  const match = /^(User|Group|ServiceAccount):(.+)$/.exec(subject);
  const [, kind = '', who = ''] = match ?? [];
  if (match === null) throw new AppError('INVALID_INPUT', `"${subject}" names nobody.`, { action: 'Write User:name, Group:name or ServiceAccount:name.' });
  return kind === 'ServiceAccount' ? { kind, name: who, namespace } : { kind, name: who, apiGroup: 'rbac.authorization.k8s.io' };
}

/** Role and binding as YAML: what someone without a right sends to the administrator. */
export function rightsYaml(namespace: string, subject: string): string {
  return yamlOf([role(namespace), roleBinding(namespace, subject)]);
}

/** The least that a namespace for runs needs. Sizes are a start, to be changed. */
export function setupObjects({ namespace, subject }: SetupOptions): KubeObject[] {
  const own = { namespace, labels: { [managedByLabel]: managedBy } };
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: {
          'pod-security.kubernetes.io/enforce': 'restricted',
          'pod-security.kubernetes.io/enforce-version': 'latest',
          'pod-security.kubernetes.io/warn': 'restricted',
        },
      },
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace }, automountServiceAccountToken: false },
    role(namespace),
    roleBinding(namespace, subject),
    {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name, namespace },
      spec: { hard: { 'requests.cpu': '16', 'requests.memory': '64Gi', 'limits.cpu': '32', 'limits.memory': '128Gi', pods: '50', secrets: '200', 'count/jobs.batch': '200' } },
    },
    {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name, namespace },
      spec: {
        limits: [
          {
            type: 'Container',
            default: { cpu: '1', memory: '1Gi' },
            defaultRequest: { cpu: '100m', memory: '128Mi' },
            max: { cpu: '16', memory: '64Gi' },
          },
        ],
      },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `${name}-default-deny`, namespace },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `${name}-egress`, namespace },
      spec: {
        podSelector: { matchLabels: own.labels },
        policyTypes: ['Egress'],
        egress: [
          {
            to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
            ports: [
              { protocol: 'UDP', port: 53 },
              { protocol: 'TCP', port: 53 },
            ],
          },
          {
            // Package indexes over HTTPS; not the metadata services of clouds, which hand out the node's credentials.
            to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } }],
            ports: [{ protocol: 'TCP', port: 443 }],
          },
        ],
      },
    },
  ];
}

/** One or more objects as the documents of one YAML text. */
export function yamlOf(objects: readonly object[]): string {
  return objects.map((object) => stringify(object)).join('---\n');
}

const collections: Record<string, string> = {
  Namespace: '/api/v1/namespaces',
  ServiceAccount: 'serviceaccounts',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ResourceQuota: 'resourcequotas',
  LimitRange: 'limitranges',
  NetworkPolicy: 'networkpolicies',
};

/** The same fault, with how far the setup had come; it can be applied again. */
function stoppedAt(named: string, applied: readonly string[], error: AppError): AppError {
  if (applied.length === 0) return error;
  // A binding keeps its Role for ever (kubernetes.io, "Using RBAC Authorization").
  const isBound = /cannot change roleRef/.test(error.message);
  const message = `${isBound ? `There is a ${named} already, which is for another Role` : `${named}: ${error.message}`}. Applied so far: ${applied.join(', ')}.`;
  return new AppError(error.code, message, { action: isBound ? 'Delete that one, or have it renamed, and apply again.' : (error.action ?? 'Apply again.'), cause: error.cause });
}

/**
 * Applies the objects, server-side and in order; what is there already is changed to this. @returns what was applied, `Kind/name`
 * @throws as ClusterClient.request; what was applied before stays, and is told
 */
export async function applySetup(client: ClusterClient, options: SetupOptions, signal?: AbortSignal): Promise<string[]> {
  const applied: string[] = [];
  for (const object of setupObjects(options)) {
    const collection = collections[object.kind] ?? '';
    const group = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
    const path = object.kind === 'Namespace' ? collection : `${group}/namespaces/${options.namespace}/${collection}`;
    const named = `${object.kind}/${object.metadata.name}`;
    const request = { query: { fieldManager: 'pyexekube', force: true }, contentType: 'application/apply-patch+yaml', body: object, signal } as const;
    await client.request('PATCH', `${path}/${object.metadata.name}`, request).catch((error: unknown) => {
      throw stoppedAt(named, applied, toAppError(error));
    });
    applied.push(named);
  }
  return applied;
}
