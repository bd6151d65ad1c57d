// The same job as session-backend's, with what Node projects use: express, express-session, ws.
//
// A login begins a session, a socket proves itself by the session's cookie at its handshake, a session
// is ended by another one of its user and its sockets are closed, and a topic goes to all subscribers.
// Sessions stay in memory (express-session's default store), passwords are not hashed: less work than
// the other side has.

import { createServer } from 'node:http';
import { cpus, freemem, loadavg, totalmem } from 'node:os';
import express from 'express';
import session from 'express-session';
import { WebSocketServer } from 'ws';

const PING_MS = 25_000;

const option = (name) => process.argv[process.argv.indexOf(name) + 1];
const [host, port] = option('--listen').split(':');
const period = Number(option('--period'));

const store = new session.MemoryStore();
const withSession = session({ secret: 'peer', resave: false, saveUninitialized: false, store });
const app = express();
app.use(express.json());
app.use(withSession);

const sockets = new Map();
const subscribers = new Set();

app.post('/api/auth/login', (request, response, next) => {
  request.session.regenerate((error) => {
    if (error) return next(error);
    request.session.email = request.body.email;
    response.json({ session: { id: request.sessionID } });
  });
});

app.delete('/api/sessions/:id', (request, response, next) => {
  if (!request.session.email) return response.status(401).json({ code: 'no_session' });
  store.get(request.params.id, (error, found) => {
    if (error) return next(error);
    if (found?.email !== request.session.email) return response.status(404).json({ code: 'not_found' });
    store.destroy(request.params.id, (error) => {
      if (error) return next(error);
      for (const socket of sockets.get(request.params.id) ?? []) {
        socket.send(JSON.stringify({ type: 'SESSION_EXPIRED', reason: 'REVOKED' }));
        socket.close(1008, 'REVOKED');
      }
      response.status(204).end();
    });
  });
});

const server = createServer(app);
const hub = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 64 * 1024 });

app.post('/gc', (_, response) => {
  globalThis.gc();
  globalThis.gc();
  response.json({});
});

server.on('upgrade', (request, connection, head) => {
  withSession(request, {}, () => {
    if (!request.session?.email) return connection.destroy();
    hub.handleUpgrade(request, connection, head, (socket) => serve(socket, request.sessionID));
  });
});

function serve(socket, id) {
  const own = sockets.get(id) ?? new Set();
  sockets.set(id, own.add(socket));
  socket.isAlive = true;
  socket.on('pong', () => (socket.isAlive = true));
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    subscribers.delete(socket);
    own.delete(socket);
    if (own.size === 0) sockets.delete(id);
  });
  socket.on('message', (data) => {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return socket.close(1008, 'not_json');
    }
    // As on the other side, every operation asks whether the session lives.
    store.get(id, (error, found) => {
      if (error || !found) return socket.close(1008, 'NO_SESSION');
      if (message.type === 'subscribe') subscribers.add(socket);
      if (message.type === 'heartbeat') socket.send(JSON.stringify({ type: 'heartbeat_ack' }));
    });
  });
  socket.send(JSON.stringify({ type: 'auth_ok', expiresIn: 300 }));
}

setInterval(() => {
  for (const socket of hub.clients) {
    if (!socket.isAlive) {
      socket.terminate();
      continue;
    }
    socket.isAlive = false;
    socket.ping();
  }
}, PING_MS);

let seq = Date.now() * 1000;
setInterval(() => {
  const [load1, load5, load15] = loadavg();
  const payload = {
    cpu: 0,
    load1,
    load5,
    load15,
    memoryUsedBytes: totalmem() - freemem(),
    memoryTotalBytes: totalmem(),
    networkReceivedBytesPerSecond: 0,
    networkSentBytesPerSecond: 0,
    processCpu: cpus().length,
    processMemoryBytes: process.memoryUsage.rss(),
    openSockets: hub.clients.size,
    activeSessions: sockets.size,
    requestsPerSecond: 0,
    refreshesPerSecond: 0,
    refreshesTotal: 0,
    messagesSentTotal: 0,
    publishedAt: Date.now(),
  };
  const text = JSON.stringify({ type: 'DATA_UPDATE', topic: 'system', seq: seq++, payload });
  for (const socket of subscribers) socket.send(text);
}, period);

server.listen(Number(port), host, 4096);
