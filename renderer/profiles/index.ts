export { profileCommands } from './profileActions.ts';
export { ProfileDialogs } from './ProfileDialog.tsx';
export { editProfile, newProfile } from './profileEditing.ts';
export { ProfileList } from './ProfileList.tsx';
export { followProfiles, profileByName, useProfiles } from './profilesStore.ts';
