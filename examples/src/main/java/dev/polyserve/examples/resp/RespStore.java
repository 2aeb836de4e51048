package dev.polyserve.examples.resp;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A bounded in-memory map of binary keys and values. A full store refuses new entries until entries are deleted.
///
/// **Thread**: any. Callers must not change arrays that they put into or got from the store.
public final class RespStore {
    private static final long MOST_BYTES = 256L << 20;
    /// The approximate overhead of an entry.
    private static final int ENTRY_BYTES = 96;
    private static final int MOST_DIGITS = 20;

    private final ConcurrentMap<RespKey, byte[]> values = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final long mostBytes;

    /// Creates a store with a limit of 256 MiB.
    public RespStore() {
        this(MOST_BYTES);
    }

    /// @param mostBytes the approximate limit of its memory
    public RespStore(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    boolean full() {
        return bytes.get() >= mostBytes;
    }

    byte @Nullable [] get(RespKey key) {
        return values.get(key);
    }

    void put(RespKey key, byte[] value) {
        byte[] before = values.replace(key, value);
        if (before == null) {
            before = values.put(key.copy(), value);
        }
        account(key, before, value);
    }

    /// Removes a key.
    ///
    /// @return whether the key was present
    boolean remove(RespKey key) {
        byte[] before = values.remove(key);
        account(key, before, null);
        return before != null;
    }

    /// Increments the numeric value of a key; an absent key counts as 0.
    ///
    /// @throws NumberFormatException when the value is not an integer or would overflow
    long increment(RespKey key) {
        while (true) {
            byte[] before = values.get(key);
            long next = before == null ? 1 : number(before) + 1;
            byte[] value = Long.toString(next).getBytes(StandardCharsets.US_ASCII);
            boolean done = before == null
                    ? values.putIfAbsent(key.copy(), value) == null
                    : values.replace(key, before, value);
            if (done) {
                account(key, before, value);
                return next;
            }
        }
    }

    private static long number(byte[] value) {
        if (value.length > MOST_DIGITS) {
            throw new NumberFormatException();
        }
        long number = Long.parseLong(new String(value, StandardCharsets.US_ASCII));
        if (number == Long.MAX_VALUE) {
            throw new NumberFormatException();
        }
        return number;
    }

    private void account(RespKey key, byte @Nullable [] before, byte @Nullable [] after) {
        long change = occupied(key, after) - occupied(key, before);
        if (change != 0) {
            bytes.addAndGet(change);
        }
    }

    private static long occupied(RespKey key, byte @Nullable [] value) {
        return value == null ? 0 : (long) ENTRY_BYTES + key.length() + value.length;
    }
}
