export { connectionById, followConnections, isUsable, useConnectionById, useConnections, usualConnection } from './connectionsStore.ts';
export { showConnection } from './connectionsView.ts';
export { HealthMark } from './HealthMark.tsx';
export { healthWords } from './healthWords.ts';
