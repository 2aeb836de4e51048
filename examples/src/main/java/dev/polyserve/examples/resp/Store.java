package dev.polyserve.examples.resp;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Keys and values in memory, both any bytes. When it is full it takes no more until something is deleted.
///
/// **Thread**: any. What it is given to keep must not be changed afterwards, nor what it hands out.
public final class Store {
    private static final long MOST_BYTES = 256L << 20;
    /// What an entry occupies beside its key and value, roughly.
    private static final int ENTRY_BYTES = 96;
    private static final int MOST_DIGITS = 20;

    private final ConcurrentMap<Key, byte[]> values = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final long mostBytes;

    /// A store for 256 MiB.
    public Store() {
        this(MOST_BYTES);
    }

    /// @param mostBytes how much it may occupy, roughly
    public Store(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /// Whether it takes no more.
    boolean full() {
        return bytes.get() >= mostBytes;
    }

    byte @Nullable [] get(Key key) {
        return values.get(key);
    }

    void put(Key key, byte[] value) {
        byte[] before = values.replace(key, value);
        if (before == null) {
            before = values.put(key.copy(), value);
        }
        account(key, before, value);
    }

    /// Removes the key, and tells whether it was there.
    boolean remove(Key key) {
        byte[] before = values.remove(key);
        account(key, before, null);
        return before != null;
    }

    /// Adds one to the number that is the value, or 0 when there is none.
    ///
    /// @throws NumberFormatException when it is no whole number, or the largest
    long increment(Key key) {
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

    private void account(Key key, byte @Nullable [] before, byte @Nullable [] after) {
        long change = occupied(key, after) - occupied(key, before);
        if (change != 0) {
            bytes.addAndGet(change);
        }
    }

    private static long occupied(Key key, byte @Nullable [] value) {
        return value == null ? 0 : (long) ENTRY_BYTES + key.length() + value.length;
    }
}
