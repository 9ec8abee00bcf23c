import { z } from 'zod';
import type { ProfileSettings } from '../../../../contract/profiles.ts';
import { quantityOf, editProfile } from '../failures/index.ts';
import { questionTimeoutMs, type Line, type Outcome, type PreflightOptions } from './line.ts';

const Nodes = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
      spec: z
        .object({ unschedulable: z.boolean().optional(), taints: z.array(z.object({ key: z.string(), value: z.string().default(''), effect: z.string() })).default([]) })
        .default({ taints: [] }),
      status: z.object({ allocatable: z.record(z.string(), z.string()).default({}) }).default({ allocatable: {} }),
    }),
  ),
});
type Node = z.infer<typeof Nodes>['items'][number];

/** Most nodes that are looked at; a cluster of more is not read to its end in time. */
const maxNodes = 500;

/** What the collector asks for beside the script's container: see manifest/pod.ts. */
const collector = { cpu: 0.01, memory: 32 * 2 ** 20 };

/** Whether a node is large enough at all, and has the device; how much of it is free, only the scheduler knows. */
export function checkNodes(options: PreflightOptions): Line[] {
  const { client, settings, signal } = options;
  const reading = client.request('GET', '/api/v1/nodes', { query: { limit: maxNodes }, signal, timeoutMs: questionTimeoutMs }).then((answer) => Nodes.parse(answer).items);
  const lines: Line[] = [{ id: 'node', title: 'A node is large enough', outcome: reading.then((nodes) => fits(nodes, settings)) }];
  for (const [resource, count] of Object.entries(settings.extendedResources)) {
    lines.push({ id: `resource:${resource}`, title: `${resource} is there`, outcome: reading.then((nodes) => hasResource(nodes, resource, count)) });
  }
  return lines;
}

function fits(nodes: readonly Node[], settings: ProfileSettings): Outcome {
  if (nodes.length === 0) return { state: 'warning', evidence: 'The cluster has no node now; perhaps it adds some when there is work.', fix: null };
  const open = nodes.filter((node) => isOpen(node, settings));
  if (open.length === 0) {
    const matching = nodes.filter((node) => matches(node, settings));
    if (matching.length === 0) return { state: 'warning', evidence: `The node selector fits none of ${nodes.length} nodes, unless the cluster adds some.`, fix: editProfile('nodeSelector') };
    const taints = [...new Set(matching.flatMap((node) => hardTaints(node).map(({ key, value, effect }) => `${key}${value === '' ? '' : `=${value}`}:${effect}`)))];
    const evidence = `None of ${nodes.length} nodes takes the run: ${taints.length === 0 ? 'they take no new pods' : `the taints ${taints.join(', ')} are not tolerated`}.`;
    return { state: 'warning', evidence, fix: editProfile('tolerations') };
  }
  const cpu = quantityOf(settings.cpuRequest ?? settings.cpu) + collector.cpu;
  const memory = quantityOf(settings.memoryRequest ?? settings.memory) + collector.memory;
  const of = (node: Node, resource: string): number => quantityOf(node.status.allocatable[resource] ?? '0');
  const large = open.filter((node) => of(node, 'cpu') >= cpu && of(node, 'memory') >= memory);
  const largest = (resource: string): string => open.toSorted((a, b) => of(b, resource) - of(a, resource))[0]?.status.allocatable[resource] ?? '0';
  if (large.length === 0) {
    const isCpu = open.every((node) => of(node, 'cpu') < cpu);
    const evidence = `None of ${open.length} nodes has ${settings.cpuRequest ?? settings.cpu} CPU and ${settings.memoryRequest ?? settings.memory} of memory (largest: ${largest('cpu')} CPU, ${largest('memory')}), unless the cluster adds some.`;
    return { state: 'warning', evidence, fix: editProfile(isCpu ? 'cpu' : 'memory') };
  }
  return { state: 'passed', evidence: `${large.length} of ${nodes.length}: ${large.slice(0, 3).map(({ metadata }) => metadata.name).join(', ')}${large.length > 3 ? ' …' : ''}`, fix: null };
}

function hasResource(nodes: readonly Node[], resource: string, count: number): Outcome {
  const having = nodes.filter((node) => quantityOf(node.status.allocatable[resource] ?? '0') >= count);
  if (having.length > 0) return { state: 'passed', evidence: having.map(({ metadata, status }) => `${metadata.name}: ${status.allocatable[resource] ?? ''}`).slice(0, 5).join(', '), fix: null };
  const some = nodes.some((node) => quantityOf(node.status.allocatable[resource] ?? '0') > 0);
  return { state: 'warning', evidence: `No node has ${some ? `${count} of ` : ''}${resource} now; perhaps the cluster adds one when it is asked for.`, fix: editProfile('extendedResources') };
}

const hardTaints = ({ spec }: Node): Node['spec']['taints'] => spec.taints.filter(({ effect }) => effect !== 'PreferNoSchedule');

function matches({ metadata }: Node, { nodeSelector }: ProfileSettings): boolean {
  return Object.entries(nodeSelector).every(([key, value]) => metadata.labels[key] === value);
}

function isOpen(node: Node, settings: ProfileSettings): boolean {
  if (node.spec.unschedulable === true || !matches(node, settings)) return false;
  return hardTaints(node).every((taint) =>
    settings.tolerations.some(
      ({ key, value, effect }) => (key === undefined || key === taint.key) && (value === undefined || value === taint.value) && (effect === undefined || effect === taint.effect),
    ),
  );
}
