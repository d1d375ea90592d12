import { describe, expect, it } from 'vitest';
import { queryFlag, requestInfo } from './request-info.ts';

const info = (method: string, url: string) => {
  const [path = '', query = ''] = url.split('?');
  return requestInfo(method, path, new URLSearchParams(query));
};

describe('requestInfo', () => {
  it.each([
    [
      'GET',
      '/api/v1/namespaces/n/pods/p/log',
      { verb: 'get', namespace: 'n', resource: 'pods', name: 'p', subresource: 'log' },
    ],
    ['GET', '/api/v1/pods', { verb: 'list', namespace: '', resource: 'pods', name: '' }],
    [
      'GET',
      '/apis/apps/v1/namespaces/n/statefulsets?watch',
      { verb: 'watch', group: 'apps', resource: 'statefulsets' },
    ],
    ['GET', '/api/v1/watch/namespaces/n/pods/p', { verb: 'watch', name: 'p', watchPath: true }],
    ['GET', '/api/v1/namespaces/n', { verb: 'get', namespace: 'n', resource: 'namespaces', name: 'n' }],
    ['PUT', '/api/v1/namespaces/n/finalize', { verb: 'update', resource: 'namespaces', subresource: 'finalize' }],
    ['DELETE', '/api/v1/namespaces/n/pods', { verb: 'deletecollection', resource: 'pods' }],
    ['GET', '/api/v1/namespaces/n/secrets?fieldSelector=metadata.name%3Dx', { verb: 'list', name: 'x' }],
    ['GET', '/api/v1/namespaces/n/pods/p/proxy/a/b', { subresource: 'proxy', rest: '/a/b' }],
    ['GET', '/apis/apps/v1', { resourceRequest: false, verb: 'get' }],
  ])('%s %s', (method, url, expected) => {
    expect(info(method, url)).toMatchObject(expected);
  });

  it('takes an empty flag for true and 0 and false for false', () => {
    expect(['', '1', 'maybe', '0', 'false', 'False', null].map(queryFlag)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
