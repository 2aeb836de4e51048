package dev.polyserve.coroutine.queue;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A queue that keeps its elements when there is no memory to grow. `ArrayDeque` adds first and grows afterwards: where
/// that fails, it looks empty, and what it held is lost.
///
/// **Thread**: one at a time.
public final class OutOfMemorySafeQueue<E> {
    private static final int FIRST_CAPACITY = 16;

    /// Its length is a power of two.
    private @Nullable Object[] elements = new @Nullable Object[FIRST_CAPACITY];
    private int head;
    private int size;

    /// Adds an element at the end.
    ///
    /// @throws OutOfMemoryError if there is no memory to grow; then nothing was added
    public void add(E element) {
        if (size == elements.length) {
            grow();
        }
        elements[at(size)] = element;
        size++;
    }

    private void grow() {
        int capacity = elements.length;
        @Nullable
        Object[] more = Arrays.copyOf(elements, 2 * capacity);
        System.arraycopy(elements, 0, more, capacity, head);
        Arrays.fill(more, 0, head, null);
        elements = more;
    }

    private int at(int index) {
        return (head + index) & (elements.length - 1);
    }

    /// Takes the first element; null if there is none.
    public @Nullable E poll() {
        if (size == 0) {
            return null;
        }
        E first = take(head);
        head = at(1);
        size--;
        return first;
    }

    /// Takes the last element; null if there is none.
    public @Nullable E pollLast() {
        if (size == 0) {
            return null;
        }
        size--;
        return take(at(size));
    }

    /// Returns an element and leaves it there; the first one has the index 0.
    public E get(int index) {
        Objects.checkIndex(index, size);
        return element(at(index));
    }

    /// Removes an element wherever it is; the order of the others stays. It takes the time of a search.
    ///
    /// @return whether it was there
    public boolean remove(E element) {
        for (int index = 0; index < size; index++) {
            if (element.equals(elements[at(index)])) {
                closeGap(index);
                return true;
            }
        }
        return false;
    }

    private void closeGap(int index) {
        size--;
        for (int i = index; i < size; i++) {
            elements[at(i)] = elements[at(i + 1)];
        }
        elements[at(size)] = null;
    }

    private E take(int place) {
        E taken = element(place);
        elements[place] = null;
        return taken;
    }

    @SuppressWarnings("unchecked") // only add puts elements
    private E element(int place) {
        return (E) Objects.requireNonNull(elements[place]);
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /// Takes all elements, the first one first.
    public void takeAll(Consumer<? super E> taker) {
        for (E next; (next = poll()) != null;) {
            taker.accept(next);
        }
    }
}
