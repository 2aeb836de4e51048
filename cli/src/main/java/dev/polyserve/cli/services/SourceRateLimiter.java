package dev.polyserve.cli.services;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/// A token bucket per source of datagrams, in a fixed 32 KiB. A hash with a secret seed assigns sources to buckets, and
/// several sources may share one. A bucket is one number, the time at which it is full again (the generic cell rate
/// algorithm, ITU-T I.371).
///
/// **Thread**: any; taking a token takes no lock, and for IPv4 allocates nothing.
final class SourceRateLimiter {
    private static final int BUCKETS = 1 << 12;
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private final AtomicLongArray fullAtNanos = new AtomicLongArray(BUCKETS);
    private final long tokenNanos;
    private final long burstNanos;
    private final boolean byPort;
    private final long seed;
    private final LongSupplier clockNanos;
    private final long startNanos;

    /// @param tokenNanos in which time a token comes back
    /// @param burst tokens of a full bucket
    /// @param byPort whether each port of an address is a source of its own
    SourceRateLimiter(long tokenNanos, long burst, boolean byPort, long seed, LongSupplier clockNanos) {
        this.tokenNanos = tokenNanos;
        this.burstNanos = tokenNanos * burst;
        this.byPort = byPort;
        this.seed = seed;
        this.clockNanos = clockNanos;
        this.startNanos = clockNanos.getAsLong();
    }

    /// Takes a token from the source's bucket.
    ///
    /// @return false when the bucket is empty
    boolean take(InetSocketAddress source) {
        int bucket = bucket(source);
        long now = clockNanos.getAsLong() - startNanos;
        while (true) {
            long before = fullAtNanos.get(bucket);
            long after = Math.max(before, now) + tokenNanos;
            if (after - now > burstNanos) {
                return false;
            }
            if (fullAtNanos.compareAndSet(bucket, before, after)) {
                return true;
            }
        }
    }

    private int bucket(InetSocketAddress source) {
        long mixed = (network(source.getAddress()) ^ (byPort ? (long) source.getPort() << 48 : 0) ^ seed) * MIX;
        mixed = (mixed ^ (mixed >>> 32)) * MIX;
        return (int) (mixed >>> (Long.SIZE - Integer.numberOfTrailingZeros(BUCKETS)));
    }

    /// The IPv4 address, or the /64 network of an IPv6 address: a host may use any address within its network.
    private static long network(InetAddress address) {
        return address instanceof Inet6Address ? ByteBuffer.wrap(address.getAddress()).getLong() : address.hashCode();
    }
}
