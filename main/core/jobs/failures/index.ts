export { failureOfRun } from './end.ts';
export { editProfile, type RunEvidence } from './evidence.ts';
export { doubled, memoryText, quantityOf, secondsText } from './quantity.ts';
export { admissionFailure, failureOfRefusal } from './refusal.ts';
