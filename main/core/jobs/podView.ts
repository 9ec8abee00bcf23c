import type { JobPhase } from '../../../contract/jobs.ts';
import { containerStatus, type ContainerStatus, type KubePod } from './kube.ts';
import { mainContainer } from './manifest/index.ts';

/** What a pod's object says about where its run is. */
export interface PodView {
  phase: Extract<JobPhase, 'created' | 'scheduled' | 'pulling' | 'running' | 'collecting'>;
  /** What it waits for, in the cluster's words. */
  waitingFor: string | null;
  isMainStarted: boolean;
  /** The main container has ended, or will never start because its pod is over. */
  isMainEnded: boolean;
  /** The main container could not be started, not even its first program: there is no log and no file. */
  isMainRefused: boolean;
  /** The main container was not there any more when the kubelet looked: its exit code is made up (kubelet, "ContainerStatusUnknown"). */
  isMainUnknown: boolean;
  main: ContainerStatus | undefined;
}

const pullingReasons = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'RegistryUnavailable', 'ImageInspectError']);

export function podViewOf(pod: KubePod): PodView {
  const main = containerStatus(pod, mainContainer);
  const isOver = pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
  const isMainRefused = /^(StartError|ContainerCannotRun)$/.test(main?.state.terminated?.reason ?? '');
  const isMainUnknown = main?.state.terminated?.reason === 'ContainerStatusUnknown';
  const common = { main, isMainRefused, isMainUnknown, isMainStarted: main?.state.running !== undefined || main?.state.terminated !== undefined };
  if (main?.state.terminated !== undefined || isOver) return { ...common, phase: 'collecting', waitingFor: null, isMainEnded: true };
  if (main?.state.running !== undefined) return { ...common, phase: 'running', waitingFor: null, isMainEnded: false };
  if (pod.spec.nodeName === undefined) {
    const scheduled = pod.status.conditions.find(({ type }) => type === 'PodScheduled');
    return { ...common, phase: 'created', waitingFor: scheduled?.status === 'False' && scheduled.message !== '' ? scheduled.message : null, isMainEnded: false };
  }
  const waiting = main?.state.waiting;
  if (waiting !== undefined && pullingReasons.has(waiting.reason)) return { ...common, phase: 'pulling', waitingFor: waiting.message || waiting.reason, isMainEnded: false };
  const isOrdinary = waiting === undefined || waiting.reason === 'ContainerCreating' || waiting.reason === 'PodInitializing';
  return { ...common, phase: 'scheduled', waitingFor: isOrdinary ? null : waiting.message || waiting.reason, isMainEnded: false };
}

const order: readonly JobPhase[] = ['queued', 'submitting', 'created', 'scheduled', 'pulling', 'installing', 'running', 'collecting', 'done'];

/** Whether one phase comes before another. */
export function isBefore(one: JobPhase, other: JobPhase): boolean {
  return order.indexOf(one) < order.indexOf(other);
}
