import type { V1Container, V1EnvFromSource, V1EnvVar, V1PodSpec, V1ResourceRequirements, V1SecurityContext, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { podFolder, type ProfileSettings, type VolumeUse } from '../../../../contract/profiles.ts';
import { defaultCacheMount, defaultOutputMount, graceSeconds } from './config.ts';

/** Names of the containers; the first one listed is started first. */
export const mainContainer = 'main';
export const collectorContainer = 'collector';

const restricted: V1SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** A command of runner.py, for a container or for exec; PROTOCOL.md lists them. */
export function runnerCommand(settings: ProfileSettings, ...command: string[]): string[] {
  return [settings.python, '-ISB', `${podFolder}/code/runner.py`, ...command];
}

/** The pod: all of PodSecurity "restricted", whatever the profile says (kubernetes.io, "Pod Security Standards"). */
export function podSpec(settings: ProfileSettings, secretName: string): V1PodSpec {
  const volumes: V1Volume[] = [
    { name: 'code', secret: { secretName, defaultMode: 0o444 } },
    { name: 'run', emptyDir: {} },
    { name: 'tmp', emptyDir: {} },
  ];
  const shared: V1VolumeMount[] = [
    { name: 'code', mountPath: `${podFolder}/code`, readOnly: true },
    { name: 'run', mountPath: `${podFolder}/run` },
    { name: 'tmp', mountPath: '/tmp' },
  ];
  const ofMain: V1VolumeMount[] = [];

  if (settings.volumes.every(({ use }) => use !== 'work')) {
    volumes.push({ name: 'work', emptyDir: {} });
    shared.push({ name: 'work', mountPath: `${podFolder}/work` });
  }
  // One volume a claim, however often it is used: the kubelet waits for ever for a second one of the same claim (kubernetes/kubernetes#82526).
  const claims = [...new Set(settings.volumes.map(({ claim }) => claim))];
  for (const [index, claimName] of claims.entries()) {
    const isInput = settings.volumes.every(({ claim, use }) => claim !== claimName || use === 'input');
    volumes.push({ name: `claim-${index}`, persistentVolumeClaim: { claimName, ...(isInput ? { readOnly: true } : {}) } });
  }
  for (const volume of settings.volumes) {
    const name = `claim-${claims.indexOf(volume.claim)}`;
    const mount: V1VolumeMount = {
      name,
      mountPath: mountPathOf(volume),
      ...(volume.subPath === undefined ? {} : { subPath: volume.subPath }),
      ...(volume.use === 'input' ? { readOnly: true } : {}),
    };
    // The collector reads what the script wrote; it has no business with its input or its cache.
    (volume.use === 'work' || volume.use === 'output' ? shared : ofMain).push(mount);
  }
  for (const [index, use] of settings.secrets.entries()) {
    if (use.as !== 'files') continue;
    volumes.push({ name: `secret-${index}`, secret: { secretName: use.secret, defaultMode: 0o440 } });
    ofMain.push({ name: `secret-${index}`, mountPath: use.mountPath, readOnly: true });
  }
  if (settings.packageIndex.credentialsSecret !== null) {
    volumes.push({ name: 'index', secret: { secretName: settings.packageIndex.credentialsSecret, defaultMode: 0o440 } });
    ofMain.push({ name: 'index', mountPath: `${podFolder}/index`, readOnly: true });
  }
  if (settings.sharedMemory !== null) {
    volumes.push({ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: settings.sharedMemory } });
    ofMain.push({ name: 'shm', mountPath: '/dev/shm' });
  }

  const main: V1Container = {
    name: mainContainer,
    image: settings.image,
    imagePullPolicy: settings.imagePullPolicy,
    command: runnerCommand(settings, 'main'),
    ...secretEnv(settings),
    resources: mainResources(settings),
    securityContext: restricted,
    volumeMounts: [...shared, ...ofMain],
  };
  const collector: V1Container = {
    name: collectorContainer,
    image: settings.image,
    imagePullPolicy: settings.imagePullPolicy,
    command: runnerCommand(settings, 'collector'),
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '500m', memory: '128Mi' } },
    securityContext: restricted,
    volumeMounts: shared,
  };

  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: graceSeconds,
    securityContext: {
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
      // The group is what makes claims and mounted secrets accessible.
      ...(settings.userId === null ? {} : { runAsUser: settings.userId, runAsGroup: settings.userId, fsGroup: settings.userId, fsGroupChangePolicy: 'OnRootMismatch' }),
    },
    ...(settings.serviceAccount === null ? {} : { serviceAccountName: settings.serviceAccount }),
    ...(settings.priorityClass === null ? {} : { priorityClassName: settings.priorityClass }),
    ...(settings.imagePullSecrets.length === 0 ? {} : { imagePullSecrets: settings.imagePullSecrets.map((name) => ({ name })) }),
    ...(Object.keys(settings.nodeSelector).length === 0 ? {} : { nodeSelector: settings.nodeSelector }),
    ...(settings.tolerations.length === 0
      ? {}
      : {
          tolerations: settings.tolerations.map(({ key, value, effect }) => ({
            operator: value === undefined ? 'Exists' : 'Equal',
            ...(key === undefined ? {} : { key }),
            ...(value === undefined ? {} : { value }),
            ...(effect === undefined ? {} : { effect }),
          })),
        }),
    containers: [main, collector],
    volumes,
  };
}

function mountPathOf(volume: VolumeUse): string {
  if (volume.use === 'work') return `${podFolder}/work`;
  // The schema refuses an input without a path.
  return volume.mountPath ?? (volume.use === 'output' ? defaultOutputMount : defaultCacheMount);
}

function mainResources(settings: ProfileSettings): V1ResourceRequirements {
  const extended = Object.fromEntries(Object.entries(settings.extendedResources).map(([name, count]) => [name, String(count)]));
  const disk: Record<string, string> = settings.ephemeralStorage === null ? {} : { 'ephemeral-storage': settings.ephemeralStorage };
  return {
    requests: { cpu: settings.cpuRequest ?? settings.cpu, memory: settings.memoryRequest ?? settings.memory, ...disk, ...extended },
    limits: { cpu: settings.cpu, memory: settings.memory, ...disk, ...extended },
  };
}

/** Variables from Secrets of the namespace, by reference: no value is in the Job. */
function secretEnv(settings: ProfileSettings): { env?: V1EnvVar[]; envFrom?: V1EnvFromSource[] } {
  const env: V1EnvVar[] = [];
  const envFrom: V1EnvFromSource[] = [];
  for (const use of settings.secrets) {
    if (use.as === 'env') envFrom.push({ secretRef: { name: use.secret }, ...(use.prefix === '' ? {} : { prefix: use.prefix }) });
    if (use.as === 'variable') env.push({ name: use.name, valueFrom: { secretKeyRef: { name: use.secret, key: use.key } } });
  }
  return { ...(env.length === 0 ? {} : { env }), ...(envFrom.length === 0 ? {} : { envFrom }) };
}
