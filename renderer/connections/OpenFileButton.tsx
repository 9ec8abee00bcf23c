import { openFile } from '../editor/index.ts';
import { Button, reportError } from '../ui/index.ts';

/** Opens a kubeconfig in a tab, at a line where one is known. */
export function OpenFileButton({ path, line, column = null }: { path: string; line: number | null; column?: number | null }) {
  const position = line === null ? undefined : { line, ...(column === null ? {} : { column }) };
  return (
    <Button size="small" className="mt-1 flex" onClick={() => openFile(path, position).catch(reportError)}>
      {line === null ? 'Open it' : `Open it at line ${line}`}
      <span className="sr-only">, {path}</span>
    </Button>
  );
}
