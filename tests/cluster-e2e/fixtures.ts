import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import { expect, type Locator, type Page } from '@playwright/test';
import { newClientId, newId } from '../../contract/ids.ts';
import { ProfileId, ProfileSettings, type Contract, type ProfileSettingsInput } from '../../contract/index.ts';
import { dropNamespace, makeNamespace, testImage, testKubeconfig } from '../cluster/harness.ts';
import { test as base, Window } from '../e2e/fixtures.ts';
import { startServer, type ServerProcess } from '../support/serverProcess.ts';

type Client = ContractRouterClient<Contract>;

/** A kubeconfig whose contexts are named and placed as a test wants them: the cluster's own, and a production one beside it. */
export interface TestCluster {
  namespace: string;
  kubeconfig: string;
  /** `context/namespace`, as the window shows it. */
  place: string;
}

/** The window with what a run on a cluster needs. */
export class ClusterWindow extends Window {
  readonly target: Locator;
  readonly profile: Locator;
  readonly runOnCluster: Locator;
  readonly cancelRun: Locator;
  readonly card: Locator;
  readonly sheet: Locator;

  constructor(page: Page) {
    super(page);
    this.target = page.getByRole('combobox', { name: 'Target' });
    this.profile = page.getByRole('combobox', { name: 'Profile' });
    this.runOnCluster = page.getByRole('button', { name: 'Run on cluster', exact: true });
    this.cancelRun = page.getByRole('button', { name: 'Cancel run' });
    this.card = page.getByRole('region', { name: 'Job', exact: true });
    this.sheet = page.getByRole('dialog', { name: /^Run on/ });
  }

  async chooseTarget(place: string): Promise<void> {
    await this.target.click();
    await this.page.getByRole('option', { name: place }).click();
    await expect(this.target).toContainText(place);
  }

  async runSourceOnCluster(source: string): Promise<void> {
    await this.write(source);
    await this.runOnCluster.click();
  }
}

/** Talks to a server host as a window of its own does. */
export async function clientOf(server: ServerProcess): Promise<Client> {
  const token = new URL(server.url).hash.slice('#token='.length);
  const headers = { origin: server.origin, 'content-type': 'application/json' };
  const session = await fetch(`${server.origin}/session`, { method: 'POST', headers, body: JSON.stringify({ token }) });
  const cookie = (session.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return createORPCClient(new RPCLink({ url: `${server.origin}/api`, headers: { origin: server.origin, cookie, 'x-pyexekube-client': newClientId() } }));
}

export const testSettings = (settings: ProfileSettingsInput = {}): ProfileSettings =>
  ProfileSettings.parse({ image: testImage, cpu: '500m', memory: '128Mi', cpuRequest: '10m', memoryRequest: '32Mi', startTimeoutSeconds: 60, ...settings });

/** Saves a profile under a name, in the place of one that has it. */
export async function saveProfile(client: Client, name: string, settings: ProfileSettingsInput = {}): Promise<void> {
  const { profiles } = await client.profiles.list();
  const id = profiles.find((profile) => profile.name === name)?.id ?? ProfileId.parse(newId());
  await client.profiles.save({ id, name, settings: testSettings(settings) });
}

export interface ClusterFixtures {
  cluster: TestCluster;
  client: Client;
  window: ClusterWindow;
}

/** Each test has a namespace, a data folder, a server host and a browser context of its own. */
export const test = base.extend<ClusterFixtures>({
  cluster: async ({ home }, use) => {
    const namespace = makeNamespace();
    const kubeconfig = join(home, 'kubeconfig');
    const run = (args: string[], file: string): string => execFileSync('kubectl', ['--kubeconfig', file, ...args], { encoding: 'utf8' });
    const { writeFile } = await import('node:fs/promises');
    await writeFile(kubeconfig, run(['config', 'view', '--raw', '--flatten', '--minify'], testKubeconfig));
    const context = run(['config', 'current-context'], kubeconfig).trim();
    run(['config', 'set-context', context, `--namespace=${namespace}`], kubeconfig);
    await use({ namespace, kubeconfig, place: `${context}/${namespace}` });
    dropNamespace(namespace);
  },
  server: async ({ home, cluster }, use) => {
    const server = await startServer(home, 'dist', { KUBECONFIG: cluster.kubeconfig, HOME: home });
    await use(server);
    await server.stop();
  },
  client: async ({ server }, use) => {
    const client = await clientOf(server);
    await saveProfile(client, 'small');
    await use(client);
  },
  window: async ({ page, server, client }, use) => {
    const failures: string[] = [];
    page.on('pageerror', (error) => failures.push(error.message));
    await client.system.info();
    const window = new ClusterWindow(page);
    await window.open(server.url);
    await window.newTab();
    await use(window);
    expect(failures, 'no uncaught error in the window').toEqual([]);
  },
});

export { expect, testKubeconfig };
