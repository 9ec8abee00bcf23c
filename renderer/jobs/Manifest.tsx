import { useEffect, useState } from 'react';
import { toAppError, type RunId } from '../../contract/index.ts';
import { core } from '../rpc/index.ts';
import { Button, Dialog, notify, reportError, YamlView } from '../ui/index.ts';

/** The objects of a run, as they were applied. */
export function Manifest({ runId, onClose }: { runId: RunId; onClose(): void }) {
  const [yaml, setYaml] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    core.jobs.manifest({ runId }).then(
      (answer) => setYaml(answer.yaml),
      (error: unknown) => setFailure(toAppError(error).message),
    );
  }, [runId]);

  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(yaml ?? '');
    notify({ severity: 'success', message: 'Copied the YAML.' });
  }

  return (
    <Dialog
      open
      width="wide"
      title="What was applied"
      description="The objects of this run as they were sent to the cluster. What is secret is masked."
      onOpenChange={(open) => !open && onClose()}
      footer={
        <Button disabled={yaml === null} onClick={() => copy().catch(reportError)}>
          Copy
        </Button>
      }
    >
      {failure !== null && <p className="text-danger">{failure}</p>}
      {yaml !== null && <YamlView label="YAML of the run" yaml={yaml} />}
    </Dialog>
  );
}
