export { editProfile, newProfile } from './profileEditing.ts';
export { followProfiles, profileByName, useProfiles } from './profilesStore.ts';
