export { createProfiles, type Profiles } from './profiles.ts';
