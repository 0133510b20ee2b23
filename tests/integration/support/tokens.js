// Tokens, and relays that ask for them.

import { createHmac } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { startRelay } from './relay.js';
import { tempDirectory } from './temp.js';

export const secret = 'a secret of at least thirty-two bytes';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT (HS256) for `roles`; `ttl` in seconds. */
export function token(roles, { ttl = 600, subject = 'ann', key = secret, ...claims } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const signed = `${encode({ alg: 'HS256', kid: 'k1' })}.${encode({ sub: subject, exp: now + ttl, roles, ...claims })}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

export const bearer = (text) => ({ authorization: `Bearer ${text}` });

/** What relays of these tests have as roles. */
export const roles = {
  reader: {},
  agents: { types: ['agent.**'] },
  dev: { rooms: ['dev-*'] },
  painter: { rooms: ['dev-*'], publish: ['**'] },
  builder: { types: [], publish: ['build.**'] },
  writer: { publish: ['**'] },
  here: { namespaces: ['/'] },
  ops: { publish: ['**'], admin: true },
};

/** Writes a configuration with keys, and returns it: {file, write(security), secretFile}. */
export function configuration(authentication = {}, more = {}) {
  const directory = tempDirectory();
  const secretFile = path.join(directory, 'secret');
  const file = path.join(directory, 'seneca.json');
  writeFileSync(secretFile, secret);
  chmodSync(secretFile, 0o600);
  const write = (changed = {}) =>
    writeFileSync(
      file,
      JSON.stringify({
        ...more,
        journal: { engine: 'memory' },
        security: {
          authentication: {
            required: true,
            leeway: 0,
            keys: [{ id: 'k1', algorithm: 'HS256', file: secretFile }],
            ...authentication,
            ...changed,
          },
          roles,
        },
      }),
    );
  write();
  return { file, write, secretFile, directory };
}

/** A relay that asks for tokens; `relay.as(token)` asks it with one. */
export async function startGuarded(t, { authentication, more, ...options } = {}) {
  const config = configuration(authentication, more);
  const relay = await startRelay(t, { ...options, args: ['--config', config.file, ...(options.args ?? [])] });
  relay.config = config;
  relay.as = (text, method, where, body, headers = {}) =>
    relay.request(method, where, {
      headers: {
        ...(text ? bearer(text) : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  return relay;
}
