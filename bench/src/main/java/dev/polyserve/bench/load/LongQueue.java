package dev.polyserve.bench.load;

/// A FIFO queue of longs that grows on demand and does not allocate otherwise.
final class LongQueue {
    private long[] values = new long[16];
    private int first;
    private int size;

    void add(long value) {
        if (size == values.length) {
            grow();
        }
        values[first + size & values.length - 1] = value;
        size++;
    }

    /// Removes the first value of a queue that is not empty.
    long removeFirst() {
        if (size == 0) {
            throw new IllegalStateException("the ring is empty");
        }
        long value = values[first];
        first = first + 1 & values.length - 1;
        size--;
        return value;
    }

    /// The value at this offset from the first.
    long get(int index) {
        return values[first + index & values.length - 1];
    }

    void set(int index, long value) {
        values[first + index & values.length - 1] = value;
    }

    int size() {
        return size;
    }

    private void grow() {
        long[] larger = new long[values.length * 2];
        for (int i = 0; i < size; i++) {
            larger[i] = get(i);
        }
        values = larger;
        first = 0;
    }
}
