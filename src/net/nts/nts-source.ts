// Queries one server of a survey by NTS (RFC 8915): with the cookies of an earlier run or with a new key exchange,
// never without NTS.

import { KE_PORT, type Server } from '../../sources/server.ts';
import { authenticateByNts } from '../authentication.ts';
import { ResolveError } from '../resolve.ts';
import {
  type Approach,
  anySamples,
  awaitTracked,
  queryServer,
  resolveServer,
  type Source,
  type SurveyContext,
  type SurveyEntry,
} from '../source.ts';
import { type KeyExchange, type KeyServer, NtsError } from './session.ts';

/**
 * Queries a server with the cookies of an earlier run, or else after a new key exchange. If stored cookies yield no
 * samples, or the server returns NTSN, exchanges keys once more (RFC 8915 §5.7). Never sends a request without NTS.
 */
export async function queryServerByNts(
  server: Server,
  entry: SurveyEntry,
  run: SurveyContext,
): Promise<readonly Source[]> {
  const { nts, random } = run.ports;
  const keyServer: KeyServer = {
    host: server.host,
    port: server.ntsPort ?? KE_PORT,
    ntpPort: server.port,
    ...(server.authorities && { authorities: server.authorities }),
  };
  let kept = run.signal.aborted ? undefined : await nts.take(keyServer);
  for (let mayRenew = true; ; mayRenew = false) {
    const exchange = kept ? undefined : await exchangeKeys(server, keyServer, entry, run);
    if (exchange instanceof Error) return [{ server, error: exchange, authentication: { kind: 'nts' } }];
    const session = kept ?? exchange!.session;
    if (kept) run.emit({ kind: 'keys-kept', server, cookies: kept.cookies.length });
    const { host, port } = session;
    const { authenticator, authentication } = await authenticateByNts(session, exchange, random);
    const approach: Approach = { host, port, votes: 1, version: 4, authenticator, authentication };
    const otherwise = mayRenew && ({ otherwise: kept ? 'when-unresponsive' : 'when-refused' } as const);
    const sources = await queryServer(server, { ...approach, ...otherwise }, entry, run);
    const useful = anySamples(sources);
    const untouched = sources.every(({ burst }) => !burst || burst.sent === 0);
    // Does not store what only this run trusted.
    if ((useful || untouched) && !exchange?.certificate.datesIgnored)
      await nts.keep(keyServer, { ...session, cookies: authenticator.cookies() });
    const refused = sources.some(({ burst }) => burst?.rejections.some(({ kind }) => kind === 'nts-nak'));
    const duplicate = sources.some(({ duplicateOf }) => duplicateOf !== undefined);
    if (useful || !mayRenew || duplicate || run.signal.aborted || !(kept || refused)) return sources;
    kept = undefined;
  }
}

async function exchangeKeys(
  server: Server,
  keyServer: KeyServer,
  entry: SurveyEntry,
  run: SurveyContext,
): Promise<KeyExchange | ResolveError | NtsError> {
  const { ports, plan, emit, signal, slot } = run;
  const addresses = await resolveServer(server, server.host, entry, run);
  if (addresses instanceof ResolveError) return addresses;
  try {
    const exchange = await slot(() =>
      awaitTracked(ports.nts.exchange(keyServer, addresses, signal, plan.source), entry, run),
    );
    emit({ kind: 'keys-exchanged', server, exchange });
    return exchange;
  } catch (error) {
    if (!(error instanceof NtsError)) throw error;
    emit({ kind: 'keys-not-exchanged', server, error });
    return error;
  }
}
