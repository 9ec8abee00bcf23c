import { z } from 'zod';

/** Window to frame. */
export interface FrameContent {
  type: 'content';
  html: string;
  scheme: 'light' | 'dark';
  /** CSS colours of text, and of what is behind it. */
  text: string;
  background: string;
  /** CSS pixels. */
  fontSize: number;
}

/** Frame to window. Everything in the frame is hostile: parsed, and no more than asked for. */
export const FrameMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** CSS pixels of all the content. */
  z.object({ type: z.literal('height'), height: z.number().min(0).max(1_000_000) }),
  /** The person clicked a link. */
  z.object({ type: z.literal('link'), href: z.string().max(4096) }),
]);
export type FrameMessage = z.infer<typeof FrameMessage>;
