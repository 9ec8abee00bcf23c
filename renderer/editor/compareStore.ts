import { create } from 'zustand';
import type { TabId } from '../../contract/ids.ts';
import { core } from '../rpc/index.ts';

/** The file of a tab as it is on disk, held against the tab's text. */
interface Comparison {
  id: TabId;
  path: string;
  onDisk: string;
}

export const useComparison = create<{ comparison: Comparison | null }>()(() => ({ comparison: null }));

/** Shows a file on disk beside a tab's text. @throws AppError as files.read does */
export async function showComparison(id: TabId, path: string): Promise<void> {
  const file = await core.files.read({ path });
  useComparison.setState({ comparison: { id, path, onDisk: file.text } });
}

export function closeComparison(): void {
  useComparison.setState({ comparison: null });
}
