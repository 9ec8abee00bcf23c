import { describe, expect, it } from 'vitest';
import { folderChoice } from './folders.ts';

describe('folderChoice', () => {
  it.each([
    ['a script of the workspace', '/home/a/project/main.py', '/home/a/project', ['/home/a/project'], '/home/a/project'],
    ['one in a folder of it', '/home/a/project/jobs/main.py', '/home/a/project', ['/home/a/project', '/home/a/project/jobs'], '/home/a/project'],
    ['one from elsewhere', '/home/a/project2/main.py', '/home/a/project', ['/home/a/project2'], null],
    ['one without a workspace', '/main.py', null, ['/'], null],
    ['a scratch tab', null, '/home/a/project', ['/home/a/project'], null],
    ['a scratch tab alone', null, null, [], null],
    ['a script on Windows', 'C:\\work\\sub\\main.py', 'C:\\work', ['C:\\work', 'C:\\work\\sub'], 'C:\\work'],
    ['one at the top of a drive', 'D:\\main.py', 'C:\\work', ['D:\\'], null],
  ])('is for %s', (_, path, workspace, folders, usual) => {
    expect(folderChoice(path, workspace)).toEqual({ folders, usual });
  });
});
