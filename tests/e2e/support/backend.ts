// One real backend: the program itself, on a free port, with a store of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Cookie } from '@playwright/test';

const START_TIMEOUT_MS = 20_000;

// A disk that stalls for a second is answered with 503, as it should be, and no journey here is about
// that: stores are in memory where the system has such a place.
const MEMORY = '/dev/shm';
const STORES = existsSync(MEMORY) ? MEMORY : tmpdir();

/** The programs that run; none outlives this one. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export class Backend {
  /** Everything the program wrote to standard error, over all its lives. */
  log = '';
  port = 0;
  private process: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly flags: string[],
  ) {}

  static async start(flags: string[], dist = required('SESSION_DIST')): Promise<Backend> {
    const folder = await mkdtemp(join(STORES, 'session-e2e-'));
    const backend = new Backend(folder, ['--demo', '--dist', dist, ...flags]);
    try {
      await backend.launch();
    } catch (error) {
      await backend.dispose();
      throw error;
    }
    return backend;
  }

  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  /** Ends the program as a power cut would. */
  async kill(): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** Starts the program again, on the same port and store. */
  async restart(): Promise<void> {
    await this.kill();
    await this.launch();
  }

  /** Flips a switch of `--demo` for all sessions, for instance `expire` or `warn?seconds=30`. */
  async demo(what: string): Promise<void> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/demo/${what}`, { method: 'POST' });
    if (answer.status !== 204) throw new Error(`/demo/${what} answered ${answer.status}`);
  }

  /** Reads one of the server's own numbers, for instance `open_sockets`. */
  async metric(name: string): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/metrics`);
    const found = new RegExp(`^session_backend_${name} (\\d+)$`, 'm').exec(await answer.text());
    if (!found) throw new Error(`/metrics has no session_backend_${name}`);
    return Number(found[1]);
  }

  /** Extends the session of this cookie, as another page of the same browser would. */
  async extend(cookie: Cookie): Promise<number> {
    return this.post('/api/session/extend', cookie);
  }

  /** Uses this cookie for a refresh; returns the status of the answer. */
  async refresh(cookie: Cookie): Promise<number> {
    return this.post('/api/auth/refresh', cookie);
  }

  /** Logs out with this cookie, as another page of the same browser would. */
  async logOut(cookie: Cookie): Promise<number> {
    return this.post('/api/auth/logout', cookie);
  }

  /** Waits until this cookie opens nothing any more. */
  async expectDead(cookie: Cookie): Promise<void> {
    await expect.poll(() => this.refresh(cookie), 'a refresh with the old cookie').toBe(401);
  }

  private async post(path: string, { name, value }: Cookie): Promise<number> {
    const headers = {
      'Content-Type': 'application/json',
      'X-Requested-With': 'leptos-session',
      Origin: this.origin,
      Cookie: `${name}=${value}`,
    };
    const url = `http://127.0.0.1:${this.port}${path}`;
    return (await fetch(url, { method: 'POST', headers, body: '{}' })).status;
  }

  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async launch(): Promise<void> {
    const place = ['--listen', `127.0.0.1:${this.port}`];
    const store = ['--store', `sqlite:${join(this.folder, 'store.sqlite')}`];
    const child = spawn(required('SESSION_BACKEND_BIN'), [...place, ...store, ...this.flags], {
      env: withoutOurs(process.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.log += text));
    this.port = await listeningPort(child, () => this.log);
  }
}

/** Every `SESSION_*` variable is a flag of the backend, so none may slip in from outside. */
function withoutOurs(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('SESSION_'));
  return Object.fromEntries(kept);
}

function listeningPort(child: ChildProcess, log: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    const give_up = (why: string) => reject(new Error(`the backend ${why}\n${said}${log()}`));
    const timer = setTimeout(() => give_up('did not listen in time'), START_TIMEOUT_MS);
    child.once('error', (error) => give_up(`did not start: ${error.message}`));
    child.once('exit', (code) => give_up(`ended with ${code}`));
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /^listening on http:\/\/localhost:(\d+)\//m.exec(said);
      if (found) {
        clearTimeout(timer);
        resolve(Number(found[1]));
      }
    });
  });
}

export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; \`cargo xtask test e2e\` sets it`);
  return value;
}
