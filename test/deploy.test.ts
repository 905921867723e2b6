import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

import { searchAttributes } from '../src/contract/names.js';
import { openJournal } from '../src/journal/index.js';
import { BlobStore } from '../src/store/blob-store.js';
import { root } from './support/fanfold.js';
import { PostgresServer } from './support/postgres.js';

const run = promisify(execFile);

const read = (path: string) => readFileSync(join(root, path), 'utf8');

interface Service {
  image?: string;
  build?: string;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
  environment?: Record<string, string>;
}

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);

describe('the Compose file', () => {
  it('shows its ports to this machine alone', () => {
    const ports = services.flatMap(([, { ports: own = [] }]) => own);
    expect(ports.length).toBeGreaterThan(3);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('pins every image, and builds the worker', () => {
    expect(services.filter(([, { build }]) => build === undefined).length).toBeGreaterThan(1);
    for (const [name, { image = '', build }] of services) {
      if (build === undefined) expect(image, name).toMatch(/^[\w/-]+:\$\{\w+:-v?\d+\.\d+[\d.]*\}$/);
    }
  });

  it('waits for what is healthy or has done its work, and names only what there is', () => {
    for (const [name, { depends_on: needs = {} }] of services) {
      for (const [other, { condition }] of Object.entries(needs)) {
        const target = compose.services[other];
        expect(target, `${name} needs ${other}`).toBeDefined();
        if (condition === 'service_healthy') expect(target?.healthcheck, other).toBeDefined();
      }
    }
  });

  it('has no password, and keeps its data in volumes that it names', () => {
    const text = read('docker-compose.yml');
    expect(text.match(/PASSWORD: (?!\$\{)/)).toBeNull();
    const variables = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name!);
    const example = read('.env.example');
    for (const name of variables) expect(example, name).toMatch(new RegExp(`^${name}=`, 'm'));
    const named = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]!));
    for (const volume of named.filter((source) => /^[a-z]/.test(source))) {
      expect(Object.keys(compose.volumes)).toContain(volume);
    }
  });

  it('mounts files that exist', async () => {
    const mounted = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]!));
    const own = mounted.filter((source) => source.startsWith('./'));
    expect(own.length).toBeGreaterThan(1);
    for (const path of own) await access(join(root, path));
  });

  it('registers the search attributes that runs have', () => {
    const script = read('deploy/temporal/namespace.sh');
    const types = { KEYWORD: 'Keyword', DOUBLE: 'Double', INT: 'Int' };
    for (const { name, type } of Object.values(searchAttributes)) expect(script).toContain(`${name}=${types[type]}`);
  });
});

describe('the image', () => {
  it('is built without secrets and homes, wherever they lie', () => {
    const ignored = read('.dockerignore').split('\n');
    for (const pattern of [
      '**/.env',
      '**/.env.*',
      '**/*.pem',
      '**/*.key',
      '**/.fanfold',
      '**/.fanfold-store',
      '**/.git',
    ]) {
      expect(ignored).toContain(pattern);
    }
    // What is taken back by a later line is not left out.
    expect(ignored.filter((line) => line.startsWith('!'))).toEqual([]);
  });

  it('runs without rights, its file system read-only, but for the home and what is temporary', () => {
    for (const name of ['worker', 'gateway', 'codec']) {
      expect(compose.services[name], name).toMatchObject({
        read_only: true,
        tmpfs: ['/tmp'],
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        volumes: expect.arrayContaining(['/var/lib/fanfold']),
      });
    }
  });
});

describe('the journal in Compose', () => {
  const { environment: worker } = compose.services['worker']!;

  it('has a user and a password of its own, without which nothing starts', () => {
    expect(worker?.['FANFOLD_JOURNAL']).toMatch(
      /^postgres:\/\/fanfold:\$\{JOURNAL_PASSWORD:\?[^}]+\}@postgres:5432\/fanfold$/,
    );
    expect(JSON.stringify(worker)).not.toContain('POSTGRES_PASSWORD');
    // Large texts are beside it, and on no volume that workers would have to share.
    expect(worker?.['FANFOLD_STORE']).toBe(worker?.['FANFOLD_JOURNAL']);
    for (const [, rest] of read('docker-compose.yml').matchAll(/\$\{\w+_PASSWORD([^}]*)\}/g))
      expect(rest).toMatch(/^:\?/);
    expect(compose.services['worker']?.depends_on).toMatchObject({
      'journal-database': { condition: 'service_completed_successfully' },
    });
  });

  it('is a database that its user makes tables in, and that user sees no other one', async () => {
    const server = await PostgresServer.start('temporal');
    try {
      const psql = (user: string, database: string, statement: string) =>
        run('psql', ['-XAtc', statement, '-U', user, '-d', database], { env: server.env });
      const env = { ...server.env, JOURNAL_PASSWORD: "made-up'word" };
      await psql('temporal', 'postgres', 'CREATE DATABASE temporal');
      // As earlier versions made it, with a table of the superuser's.
      await psql('temporal', 'postgres', 'CREATE DATABASE fanfold');
      await psql('temporal', 'fanfold', 'CREATE TABLE fanfold_journal_old (id integer)');
      for (const _ of ['new', 'there already']) await run('sh', [join(root, 'deploy/postgres/journal.sh')], { env });
      const url = `postgres://fanfold@${server.env['PGHOST']}:${server.env['PGPORT']}/fanfold`;
      const journal = await openJournal({ home: server.directory, url });
      expect(await journal.stats()).toMatchObject({ entries: 0 });
      await journal.close();
      const store = new BlobStore(url);
      expect(await store.readText(await store.putText('kept'))).toBe('kept');
      await store.close();
      expect((await psql('fanfold', 'fanfold', 'SELECT count(*) FROM fanfold_journal_old')).stdout).toBe('0\n');
      const role = `SELECT rolsuper, rolcreatedb, rolcreaterole, rolpassword LIKE 'SCRAM%' FROM pg_authid WHERE rolname = 'fanfold'`;
      expect((await psql('temporal', 'postgres', role)).stdout).toBe('f|f|f|t\n');
      for (const database of ['temporal', 'postgres']) {
        await expect(psql('fanfold', database, 'SELECT 1')).rejects.toThrow('permission denied for database');
      }
      await expect(run('sh', [join(root, 'deploy/postgres/journal.sh')], { env: server.env })).rejects.toThrow(
        'set JOURNAL_PASSWORD',
      );
    } finally {
      await server.stop();
    }
  });
});

describe('the Kubernetes manifests', () => {
  interface Manifest {
    kind: string;
    metadata: { name: string };
    spec: Record<string, any>;
  }

  const manifests = readdirSync(join(root, 'deploy/kubernetes')).flatMap((name) =>
    parseAllDocuments(read(`deploy/kubernetes/${name}`)).map((document) => document.toJS() as Manifest),
  );
  const only = (kind: string, name = 'fanfold-worker'): Record<string, any> => {
    const [found, ...others] = manifests.filter(
      (manifest) => manifest.kind === kind && manifest.metadata.name === name,
    );
    if (found === undefined || others.length > 0) throw new Error(`Expected one ${kind}.`);
    return found.spec;
  };

  it('are of workers and a gateway, and name the same pods', () => {
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`).toSorted();
    expect(names).toEqual([
      'Deployment fanfold-gateway',
      'Deployment fanfold-worker',
      'NetworkPolicy fanfold-gateway',
      'NetworkPolicy fanfold-worker',
      'ScaledObject fanfold-worker',
      'Service fanfold-gateway',
    ]);
    const gateway = only('Deployment', 'fanfold-gateway');
    expect(only('Service', 'fanfold-gateway')['selector']).toEqual(gateway['selector'].matchLabels);
    expect(only('NetworkPolicy', 'fanfold-gateway')['podSelector']).toEqual(gateway['selector']);
    const { selector, template } = only('Deployment');
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    expect(only('NetworkPolicy')['podSelector']).toEqual(selector);
  });

  it.each(['fanfold-worker', 'fanfold-gateway'])('give %s no right that it has no use for', (name) => {
    const pod = only('Deployment', name)['template'].spec;
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    });
    for (const field of ['hostNetwork', 'hostPID', 'hostIPC', 'serviceAccountName']) {
      expect(pod).not.toHaveProperty(field);
    }
    for (const { securityContext } of pod.containers) {
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(securityContext.capabilities).not.toHaveProperty('add');
    }
  });

  it('let it write to its home and to what is temporary, and nowhere else', () => {
    const pod = only('Deployment')['template'].spec;
    const [{ volumeMounts }] = pod.containers;
    const kinds = new Map(pod.volumes.map(({ name, ...kind }: { name: string }) => [name, Object.keys(kind)]));
    expect(
      Object.fromEntries(
        volumeMounts.map(({ name, mountPath }: Record<string, string>) => [mountPath, kinds.get(name!)]),
      ),
    ).toEqual({
      '/etc/fanfold': ['configMap'],
      '/var/lib/fanfold': ['emptyDir'],
      '/tmp': ['emptyDir'],
    });
  });

  it('hold no secret: it comes from one of the cluster', () => {
    const [{ env, envFrom }] = only('Deployment')['template'].spec.containers;
    expect(envFrom).toEqual([{ secretRef: { name: 'fanfold' } }]);
    for (const { name } of env) expect(name).not.toMatch(/KEY|TOKEN|PASSWORD|SECRET|JOURNAL/);
  });

  it('let it be reached for its metrics alone, and reach names, Temporal, PostgreSQL and what is public on 443', () => {
    const { ingress, egress, policyTypes } = only('NetworkPolicy');
    expect(policyTypes).toEqual(['Ingress', 'Egress']);
    const ports = (rules: { ports: { protocol: string; port: number }[] }[]) =>
      rules.map((rule) => rule.ports.map(({ protocol, port }) => `${protocol} ${port}`).join(', '));
    expect(ports(ingress)).toEqual(['TCP 9464']);
    expect(ports(egress)).toEqual(['UDP 53, TCP 53', 'TCP 7233', 'TCP 5432', 'TCP 8235', 'TCP 443']);
    // An empty selector, or none, is everybody.
    const peers = [...ingress.flatMap(({ from }: any) => from), ...egress.flatMap(({ to }: any) => to)];
    for (const { ipBlock, podSelector } of peers) {
      if (ipBlock === undefined) expect(Object.keys(podSelector.matchLabels).length).toBeGreaterThan(0);
      else expect(ipBlock.except.length).toBeGreaterThan(2);
    }
    const [{ ipBlock }] = egress.at(-1).to;
    expect(ipBlock.except).toEqual(
      expect.arrayContaining(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16']),
    );
  });
});

it('keeps no file under deploy that nothing mentions', async () => {
  const mentions = `${read('docker-compose.yml')}${read('docs/deploy.md')}`;
  for (const name of await readdir(join(root, 'deploy'))) expect(mentions).toContain(`deploy/${name}`);
});
