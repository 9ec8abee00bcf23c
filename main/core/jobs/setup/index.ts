export { applySetup, rights, rightsYaml, setupObjects, yamlOf, type KubeObject, type Right, type SetupOptions } from './setup.ts';
