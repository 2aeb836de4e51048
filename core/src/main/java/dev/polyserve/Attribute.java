package dev.polyserve;

import java.util.concurrent.atomic.AtomicInteger;

/// A typed name for a value kept with a connection: an array index, not a hash look-up.
///
/// Create each one once, as a `static final`: indices are never reused.
///
/// @param <T> the type of its values
@SuppressWarnings("UnusedTypeParameter") // it ties a value's type to its name
public final class Attribute<T> {
    private static final AtomicInteger NEXT = new AtomicInteger();

    private final String name;
    private final int index;

    private Attribute(String name) {
        this.name = name;
        this.index = NEXT.getAndIncrement();
    }

    /// Returns a new attribute, distinct from every other one, even of the same name.
    public static <T> Attribute<T> named(String name) {
        return new Attribute<>(name);
    }

    /// The index of its value among a connection's attributes.
    public int index() {
        return index;
    }

    @Override
    public String toString() {
        return name;
    }
}
