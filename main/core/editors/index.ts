export { createEditors, type Editors } from './editors.ts';
