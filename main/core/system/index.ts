export { createNotices, type Notices } from './notices.ts';
export { createSystem, type System } from './system.ts';
