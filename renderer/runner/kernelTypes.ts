import type { KernelCommand } from '../../kernel/protocol/messages.ts';

export type { ExecutionEnd, KernelEvent } from '../../kernel/protocol/messages.ts';
/** What an execution is given; see KernelCommand. */
export type ExecuteCommand = Omit<Extract<KernelCommand, { type: 'execute' }>, 'type'>;
