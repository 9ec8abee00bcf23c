export { createInputs, type Inputs } from './inputs.ts';
export { setPackages } from './packages.ts';
