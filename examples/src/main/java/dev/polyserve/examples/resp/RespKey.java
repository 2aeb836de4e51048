package dev.polyserve.examples.resp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A binary key of the store. A key for a look-up may be part of a larger array; a stored key has an array of its own.
///
/// Keys are comparable, so that a hash map stays fast when a client forges keys with equal hash codes.
final class RespKey implements Comparable<RespKey> {
    private byte[] bytes;
    private int start;
    private int end;
    private int hash;

    RespKey() {
        this(new byte[0]);
    }

    private RespKey(byte[] own) {
        this.bytes = own;
        set(own, 0, own.length);
    }

    /// Sets this key to a part of an array; valid until the array changes.
    RespKey set(byte[] from, int offset, int length) {
        bytes = from;
        start = offset;
        end = offset + length;
        int sum = 0;
        for (int i = start; i < end; i++) {
            sum = 31 * sum + from[i];
        }
        hash = sum;
        return this;
    }

    /// A copy of this key with an array of its own.
    RespKey copy() {
        return new RespKey(Arrays.copyOfRange(bytes, start, end));
    }

    int length() {
        return end - start;
    }

    @Override
    public int compareTo(RespKey other) {
        return Arrays.compare(bytes, start, end, other.bytes, other.start, other.end);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RespKey key && hash == key.hash
                && Arrays.equals(bytes, start, end, key.bytes, key.start, key.end);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
