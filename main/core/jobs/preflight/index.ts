export { preflightRequest } from './request.ts';
