// A certificate chain → what OpenSSL finds wrong with it, apart from dates. Uses the OpenSSL inside Node, which also
// verifies TLS. Node exports its functions for addons but has no API to verify without dates.

import type { X509Certificate } from 'node:crypto';

/** A certificate chain as sent by a server, and the authorities that may end it. */
export interface Chain {
  readonly leaf: X509Certificate;
  /** Certificates that may link the leaf to an authority, in any order. */
  readonly others: readonly X509Certificate[];
  readonly roots: readonly X509Certificate[];
}

/** What is wrong with a chain. */
export interface ChainProblem {
  /** Whether the only problem is that no trusted authority issued it. */
  readonly untrusted: boolean;
  /** OpenSSL's error text. */
  readonly text: string;
}

/** Verifies the chain of a TLS server (RFC 5280 §6), ignoring dates. Returns undefined for a valid chain. */
export type VerifyChain = (chain: Chain) => ChainProblem | undefined;

/** Loads OpenSSL's verifier. Rejects with the reason where koffi does not load or this Node exports no OpenSSL. */
export async function loadVerifier(): Promise<VerifyChain> {
  const { default: koffi } = await import('koffi').catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`koffi does not load (${cause.code ?? cause.name})`, { cause });
  });
  try {
    return verifierOf(koffi.load(null));
  } catch (cause) {
    throw new Error('this Node does not export OpenSSL', { cause });
  }
}

/** X509_V_FLAG_NO_CHECK_TIME and X509_V_FLAG_PARTIAL_CHAIN: as in TLS, an authority below a root suffices. */
const FLAGS = 0x20_0000 | 0x8_0000;
/**
 * 112 bits: no RSA below 2048 bits, no MD5 or SHA-1 below the authority (OpenSSL's SSL_CTX_set_security_level). Node
 * before 24 requires 80 bits in its own checks.
 */
const SECURITY_LEVEL = 2;
/**
 * X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, _CERT_SIGNATURE_FAILURE (a different authority of the same name), and
 * _DEPTH_ZERO_SELF_SIGNED_CERT to _UNABLE_TO_VERIFY_LEAF_SIGNATURE.
 */
const UNTRUSTED: readonly number[] = [2, 7, 18, 19, 20, 21];

/** A pointer to an OpenSSL object. */
type Pointer = unknown;
type OpenSsl = ReturnType<typeof import('koffi').default.load>;

function verifierOf(library: OpenSsl): VerifyChain {
  const openssl = functionsOf(library);
  return ({ leaf, others, roots }) => {
    const allocated: (() => void)[] = [];
    const owned = (pointer: Pointer, free: (pointer: Pointer) => void): Pointer => {
      if (pointer === null) throw new Error('OpenSSL is out of memory');
      allocated.push(() => free(pointer));
      return pointer;
    };
    const load = (one: X509Certificate) => owned(openssl.certificateOf(one.raw), openssl.freeCertificate);
    try {
      const store = owned(openssl.newStore(), openssl.freeStore);
      for (const root of roots) openssl.addToStore(store, load(root));
      const between = owned(openssl.newStack(), openssl.freeStack);
      for (const other of others) openssl.push(between, load(other));
      const first = load(leaf);
      const context = owned(openssl.newContext(), openssl.freeContext);
      const ready = openssl.init(context, store, first, between) && openssl.setDefault(context, 'ssl_server');
      if (!ready) throw new Error('OpenSSL is out of memory');
      const parameters = openssl.parametersOf(context);
      openssl.setFlags(parameters, FLAGS);
      openssl.setLevel(parameters, SECURITY_LEVEL);
      if (openssl.verify(context) === 1) return undefined;
      const code = openssl.errorOf(context);
      return { untrusted: UNTRUSTED.includes(code), text: openssl.textOf(code) };
    } finally {
      for (const free of allocated.reverse()) free();
      // Node would mistake errors left here for errors of its own next call.
      openssl.clearErrors();
    }
  };
}

function functionsOf(library: OpenSsl) {
  const newBio = library.func('void *BIO_new(const void *method)');
  const memory = library.func('const void *BIO_s_mem(void)');
  const write = library.func('int BIO_write(void *bio, const void *bytes, int length)');
  const read = library.func('void *d2i_X509_bio(void *bio, void *none)');
  const freeBio = library.func('int BIO_free(void *bio)');
  return {
    certificateOf(der: Uint8Array): Pointer {
      const bio: Pointer = newBio(memory());
      write(bio, der, der.length);
      const certificate: Pointer = read(bio, null);
      freeBio(bio);
      return certificate;
    },
    freeCertificate: library.func('void X509_free(void *certificate)'),
    newStore: library.func('void *X509_STORE_new(void)'),
    addToStore: library.func('int X509_STORE_add_cert(void *store, void *certificate)'),
    freeStore: library.func('void X509_STORE_free(void *store)'),
    newStack: library.func('void *OPENSSL_sk_new_null(void)'),
    push: library.func('int OPENSSL_sk_push(void *stack, const void *one)'),
    freeStack: library.func('void OPENSSL_sk_free(void *stack)'),
    newContext: library.func('void *X509_STORE_CTX_new(void)'),
    init: library.func('int X509_STORE_CTX_init(void *context, void *store, void *leaf, void *others)'),
    setDefault: library.func('int X509_STORE_CTX_set_default(void *context, const char *purpose)'),
    freeContext: library.func('void X509_STORE_CTX_free(void *context)'),
    parametersOf: library.func('void *X509_STORE_CTX_get0_param(void *context)'),
    setFlags: library.func('int X509_VERIFY_PARAM_set_flags(void *parameters, unsigned long flags)'),
    setLevel: library.func('void X509_VERIFY_PARAM_set_auth_level(void *parameters, int level)'),
    verify: library.func('int X509_verify_cert(void *context)'),
    errorOf: library.func('int X509_STORE_CTX_get_error(void *context)'),
    textOf: library.func('const char *X509_verify_cert_error_string(long code)'),
    clearErrors: library.func('void ERR_clear_error(void)'),
  };
}
