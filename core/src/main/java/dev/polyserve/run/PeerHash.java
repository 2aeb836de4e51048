package dev.polyserve.run;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Hashes the addresses of peers with a random key, so that a host cannot choose addresses with the same hash: SipHash-1-3 of
/// all bytes of an Internet address and its port.
///
/// `Inet6Address.hashCode()` is the sum of four words, so that one host of a network chooses addresses for which it is the
/// same, whatever is done with it later. The address of a Unix socket has no more than its `hashCode()`.
///
/// The bytes of an IPv6 address are a copy. So hashes are kept with the address objects, of which a port gives the same one for
/// each datagram of a peer: those take no memory.
///
/// **Thread**: one at a time.
///
/// **Source**: Aumasson and Bernstein, "SipHash: a fast short-input PRF".
final class PeerHash {
    private static final int PLACES = 1 << 8;
    private static final int MESSAGE_BYTES = 18;
    private static final int LAST_ROUNDS = 3;

    private final long key0 = ThreadLocalRandom.current().nextLong();
    private final long key1 = ThreadLocalRandom.current().nextLong();
    /// The last peer of each place, and its hash.
    private final @Nullable SocketAddress[] peers = new @Nullable SocketAddress[PLACES];
    private final int[] hashes = new int[PLACES];
    private long v0;
    private long v1;
    private long v2;
    private long v3;

    @SuppressWarnings("ReferenceEquality") // An equal address that is another object is hashed again.
    int of(SocketAddress peer) {
        if (!(peer instanceof InetSocketAddress inet) || inet.isUnresolved()) {
            return hash(0, peer.hashCode(), 0);
        }
        InetAddress address = inet.getAddress();
        if (!(address instanceof Inet6Address)) {
            return hash(0, address.hashCode(), inet.getPort()); // the address itself
        }
        int sum = address.hashCode() + inet.getPort();
        int place = (sum ^ (sum >>> 16)) & (PLACES - 1);
        if (peers[place] != peer) {
            ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
            hashes[place] = hash(bytes.getLong(), bytes.getLong(), inet.getPort());
            peers[place] = peer;
        }
        return hashes[place];
    }

    private int hash(long high, long low, int port) {
        v0 = key0 ^ 0x736f6d6570736575L;
        v1 = key1 ^ 0x646f72616e646f6dL;
        v2 = key0 ^ 0x6c7967656e657261L;
        v3 = key1 ^ 0x7465646279746573L;
        add(high);
        add(low);
        add((long) MESSAGE_BYTES << 56 | port);
        v2 ^= 0xff;
        for (int i = 0; i < LAST_ROUNDS; i++) {
            round();
        }
        return Long.hashCode(v0 ^ v1 ^ v2 ^ v3);
    }

    private void add(long word) {
        v3 ^= word;
        round();
        v0 ^= word;
    }

    private void round() {
        v0 += v1;
        v1 = Long.rotateLeft(v1, 13) ^ v0;
        v0 = Long.rotateLeft(v0, 32);
        v2 += v3;
        v3 = Long.rotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = Long.rotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = Long.rotateLeft(v1, 17) ^ v2;
        v2 = Long.rotateLeft(v2, 32);
    }
}
