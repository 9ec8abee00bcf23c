import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { FaultProxy } from './faultProxy.ts';
import { dropNamespace, kubectl, makeNamespace, startApplication, testImage, testKubeconfig, type Application } from './harness.ts';

/** What a group of tests has of the cluster. Its members are there from the first `beforeAll` or `beforeEach` of the group on. */
export interface OnCluster {
  /** A namespace of the group's own. */
  readonly namespace: string;
  /** Connected to the cluster; by `through: 'proxy'` over `proxy`. */
  readonly application: Application;
  /** Between the application and the API server. @throws without `through: 'proxy'` */
  readonly proxy: FaultProxy;
}

export interface OnClusterOptions {
  /** Labels of the namespace. */
  labels?: Record<string, string>;
  /** Whether all tests share one application, have one each, or start what they need themselves. */
  application?: 'shared' | 'each' | 'none';
  /** Each test has a proxy of its own that can make faults; then it has an application of its own too, if it has one. */
  through?: 'proxy';
  /** Also skipped when this is true. */
  skip?: boolean;
}

/** Tests that need a cluster, in a namespace that is made for them; without a cluster they are skipped by name. */
export function onCluster(what: string, { labels = {}, application: kind = 'shared', through, skip = false }: OnClusterOptions, define: (cluster: OnCluster) => void): void {
  // oxlint-disable-next-line vitest/valid-title -- each group gives its own
  describe.skipIf(testKubeconfig === '' || skip)(what, () => {
    let namespace = '';
    let application: Application | undefined;
    let proxy: FaultProxy | undefined;

    async function open(): Promise<void> {
      const home = mkdtempSync(join(tmpdir(), 'pyexekube-cluster-'));
      if (through === 'proxy') {
        proxy = new FaultProxy(testKubeconfig);
        await proxy.listen();
      }
      if (kind !== 'none') application = await startApplication(namespace, { home, kubeconfig: proxy?.writeKubeconfig(home) ?? testKubeconfig });
    }

    async function close(): Promise<void> {
      await application?.close();
      await proxy?.close();
      application = undefined;
      proxy = undefined;
    }

    const isEach = kind === 'each' || through === 'proxy';
    beforeAll(async () => {
      namespace = makeNamespace(labels);
      if (!isEach) await open();
    });
    afterAll(async () => {
      if (!isEach) await close();
      if (namespace !== '') dropNamespace(namespace);
    });
    if (isEach) {
      beforeEach(open);
      afterEach(close);
    }

    define({
      get namespace() {
        return namespace;
      },
      get application() {
        return present(application, 'application');
      },
      get proxy() {
        return present(proxy, 'proxy');
      },
    });
  });
}

/** Waits until the cluster refuses a pod of 1 GiB there, for that reason: what limits a namespace counts a moment after it was made. */
export async function untilRefused(namespace: string, because: string): Promise<void> {
  const pod = { apiVersion: 'v1', spec: { containers: [{ name: 'probe', image: testImage, resources: { limits: { cpu: '1', memory: '1Gi' } } }] } };
  const refusal = (): string => {
    try {
      return kubectl('run', 'probe', '-n', namespace, `--image=${testImage}`, '--dry-run=server', `--overrides=${JSON.stringify(pod)}`);
    } catch (error) {
      return String(error);
    }
  };
  await expect.poll(refusal, { timeout: 60_000, interval: 200 }).toContain(because);
}

/** The rules of PodSecurity that every run must meet. */
export const restricted = { 'pod-security.kubernetes.io/enforce': 'restricted' };

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`There is no ${what} here: it is there within a test, if the group asks for one.`);
  return value;
}
