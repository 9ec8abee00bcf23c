export { createInputs, type Inputs } from './inputs.ts';
