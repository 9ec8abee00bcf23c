export { createConnections, type Connections } from './connections.ts';
export { placesOfProcess, type Places } from './kubeconfigs.ts';
