/** Repositories whose tags begin with Python's version: `python:3.13-slim`, `docker.io/library/python:3.12.4`. */
const versionInTag = /(?:^|\/)(?:python|astral-sh\/uv|bitnami\/python|ubi\d*\/python-\d+)$/;

/** Python's version as a well-known image's tag tells it; null where the tag says nothing (a digest alone, `latest`, another image). */
export function versionOfTag(image: string): string | null {
  const [withoutDigest = ''] = image.split('@');
  const colon = withoutDigest.lastIndexOf(':');
  // A colon before the last slash belongs to the registry's port.
  if (colon < 0 || withoutDigest.indexOf('/', colon) >= 0) return null;
  const [repository, tag] = [withoutDigest.slice(0, colon), withoutDigest.slice(colon + 1)];
  const match = /^(?:python)?(3\.\d{1,2}(?:\.\d{1,3})?)(?:[-a-z]|$)/.exec(tag);
  return versionInTag.test(repository) || tag.startsWith('python3.') ? (match?.[1] ?? null) : null;
}
