package dev.polyserve;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The fields of a [ValueObject], with their defaults.
///
/// A field is set only by the change that [#changed] applies to its copy, before that copy is checked and published;
/// afterwards any thread may read it through the final field of its object.
abstract class ValueFields implements Cloneable {
    /// The fields: name, value, name, value, … Two of the same class are equal when these are.
    abstract Object[] parts();

    /// Checks the values.
    ///
    /// @throws IllegalArgumentException naming the setting
    void check() {}

    /// A checked copy with this change.
    static <V extends ValueFields> V changed(V from, Consumer<? super V> change) {
        V copy = copy(from);
        change.accept(copy);
        copy.check();
        return copy;
    }

    @SuppressWarnings("unchecked") // a clone has the class of its original
    private static <V extends ValueFields> V copy(V from) {
        try {
            return (V) from.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("it is Cloneable", e);
        }
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof ValueFields values && Arrays.equals(parts(), values.parts());
    }

    @Override
    public final int hashCode() {
        return Arrays.hashCode(parts());
    }

    @Override
    public final String toString() {
        StringBuilder text = new StringBuilder("[");
        Object[] parts = parts();
        for (int i = 0; i < parts.length; i += 2) {
            text.append(i == 0 ? "" : ", ").append(parts[i]).append('=').append(parts[i + 1]);
        }
        return text.append(']').toString();
    }

    static void atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": " + value + " is less than " + least);
        }
    }
}
