import { describe, expect, it } from 'vitest';
import { RunInputs, type Run } from '../../contract/index.ts';
import { pinnedOf, whatDiffers } from './exactness.ts';

const local: Pick<Run, 'engine' | 'pythonVersion'> = { engine: 'local', pythonVersion: '3.14.2' };
const cluster: Pick<Run, 'engine' | 'pythonVersion'> = { engine: 'cluster', pythonVersion: '3.12.1' };
const given = (environment: object, files: object[] = []): RunInputs => RunInputs.parse({ folder: '/p', files, environment });
const digest = `sha256:${'0'.repeat(64)}`;
const numpy = { name: 'numpy', version: '2.1.0', isInstalled: true };

describe('a run that goes again', () => {
  it('can go exactly where it has all that it had', () => {
    expect(whatDiffers(local, given({ packages: [] }), 'local', '3.14.2')).toEqual([]);
    expect(whatDiffers(local, null, 'local', '3.14.2')).toEqual([]);
    expect(whatDiffers(local, given({ packages: [] }), 'cluster', '3.14.2')).toEqual([]);
    expect(whatDiffers(cluster, given({ imageDigest: digest, packages: [numpy, { name: 'pip', version: '25' }], requirements: ['numpy'] }), 'cluster', '3.14.2')).toEqual([]);
  });

  it('says what this computer lacks', () => {
    const told = whatDiffers(cluster, given({ imageDigest: digest, packages: [numpy, { name: 'pip', version: '25' }] }), 'local', '3.14.2');
    expect(told).toEqual(['It ran with Python 3.12.1; here is 3.14.2.', 'This computer’s Python does not have numpy 2.1.0.']);
    expect(whatDiffers(cluster, given({ requirements: ['numpy>2'] }), 'local', '3.12.1')).toEqual(['This computer’s Python does not have numpy>2.']);
  });

  it('says what is not known, was not kept, or cannot be had again', () => {
    const files = [{ path: 'big.bin', bytes: 1e9, hash: null, reason: 'too large' }];
    const packages = [{ ...numpy, source: 'file:///pyexekube/work/files/numpy.whl' }];
    expect(whatDiffers(cluster, given({ requirements: ['numpy'], withheld: ['TOKEN'] }, files), 'cluster', '3.14.2')).toEqual([
      'It would go without big.bin (too large).',
      'Which image its node pulled is not known: the image of that name may be another now.',
      'Which versions were installed is not known: the requirements may lead to others now.',
      'The values of its variables TOKEN did not come along.',
    ]);
    expect(whatDiffers(cluster, given({ imageDigest: digest, packages }), 'cluster', '3.14.2')).toEqual(['numpy 2.1.0 came from files of the pod and cannot be installed again.']);
    expect(pinnedOf(given({ packages }))).toEqual([]);
  });

  it('takes what was installed for it, and leaves the rest to the image', () => {
    expect(pinnedOf(given({ packages: [numpy, { name: 'pip', version: '25' }] }))).toMatchObject([{ name: 'numpy', version: '2.1.0' }]);
    expect(pinnedOf(given({}))).toBeNull();
    expect(pinnedOf(null)).toBeNull();
  });
});
