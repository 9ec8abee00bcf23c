export { createInputs, type Inputs } from './inputs.ts';
export { packagesOfList, setPackages } from './packages.ts';
