export type { AccessSource, Credentials, PlainKubeconfig } from './access.ts';
export { createClusterClient, type ClusterClient, type Method, type Query } from './client.ts';
export { errorOfAnswer, KubeStatus, kubeStatusOf } from './errors.ts';
export { execInPod, type ExecRequest, type ExecResult } from './exec.ts';
export { followLog, LineJoiner, type LogRequest } from './log.ts';
export { observedClient, type UseListener } from './observed.ts';
export { watchObjects, type Watching, type WatchOptions } from './watch.ts';
