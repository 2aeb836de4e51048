package dev.polyserve.cli.proxy;

import dev.polyserve.ConnectionInfo;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/// Hashes for [RendezvousBalancer], which are the same in every process.
///
/// **Thread**: any.
final class RendezvousHash {
    /// FNV-1a, 64 bits.
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private RendezvousHash() {}

    /// The key of a client: by its IP address without the port, or, on a Unix socket, another one for each connection.
    static long of(ConnectionInfo client) {
        return client.peer() instanceof InetSocketAddress address && address.getAddress() != null
                ? of(address.getAddress().getAddress())
                : client.id();
    }

    /// The key of a text.
    static long of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static long of(byte[] bytes) {
        long hash = FNV_OFFSET;
        for (byte each : bytes) {
            hash = (hash ^ (each & 0xff)) * FNV_PRIME;
        }
        return hash;
    }

    /// All bits of the result depend on all bits of the key: the finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    static long mixed(long key) {
        long mixed = (key ^ (key >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
