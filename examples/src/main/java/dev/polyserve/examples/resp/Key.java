package dev.polyserve.examples.resp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A key of the store: any bytes. One that is looked for may be a part of a larger array; one that is kept has its own.
///
/// Keys are ordered, so that a map bears many whose hashes somebody has made equal.
final class Key implements Comparable<Key> {
    private byte[] bytes;
    private int start;
    private int end;
    private int hash;

    Key() {
        this(new byte[0]);
    }

    private Key(byte[] own) {
        this.bytes = own;
        set(own, 0, own.length);
    }

    /// Becomes the key in that place, valid while the array keeps it.
    Key set(byte[] from, int offset, int length) {
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

    /// The same key with an array of its own.
    Key copy() {
        return new Key(Arrays.copyOfRange(bytes, start, end));
    }

    int length() {
        return end - start;
    }

    @Override
    public int compareTo(Key other) {
        return Arrays.compare(bytes, start, end, other.bytes, other.start, other.end);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Key key && hash == key.hash
                && Arrays.equals(bytes, start, end, key.bytes, key.start, key.end);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
