import { z } from 'zod';
import { errorCodes } from '../../../contract/errors.ts';
import { ClientId } from '../../../contract/ids.ts';

/**
 * What the main process and the core's process say to each other. Calls of a window do not pass through here when the core is a
 * utility process, which is given the window's port itself; a plain Node child cannot have one, so `data` carries them.
 */

/** One encoded message of oRPC. */
const CallData = z.union([z.string(), z.instanceof(Uint8Array<ArrayBuffer>)]);

/** Number of one connection of a window, unique within the life of the core's process. */
const Channel = z.number().int().min(0);

const PickRequest = z.object({ kind: z.enum(['openFile', 'openFolder', 'saveFile']), suggested: z.string().exactOptional() });

export const ToCore = z.discriminatedUnion('type', [
  /** The first message, once. */
  z.object({ type: z.literal('start'), home: z.string() }),
  /** A window is there. A utility process finds its port in the message's ports. */
  z.object({ type: z.literal('connect'), channel: Channel, clientId: ClientId }),
  z.object({ type: z.literal('data'), channel: Channel, data: CallData }),
  /** The window, or its page, is gone. */
  z.object({ type: z.literal('disconnect'), channel: Channel }),
  /** Answer to `pick`. */
  z.object({ type: z.literal('picked'), id: z.number().int(), path: z.string().nullable() }),
  /** Close everything and end. */
  z.object({ type: z.literal('dispose') }),
]);
export type ToCore = z.infer<typeof ToCore>;

export const FromCore = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** It could not start, and ends. */
  z.object({ type: z.literal('failed'), code: z.enum(errorCodes), message: z.string(), action: z.string().exactOptional() }),
  z.object({ type: z.literal('data'), channel: Channel, data: CallData }),
  /** The system's dialog is wanted. */
  z.object({ type: z.literal('pick'), id: z.number().int(), request: PickRequest }),
  z.object({ type: z.literal('log'), line: z.string() }),
]);
export type FromCore = z.infer<typeof FromCore>;
