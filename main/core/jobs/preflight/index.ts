export { preflight, type PreflightOptions } from './preflight.ts';
export { preflightRequest } from './request.ts';
