package dev.polyserve.conversation;

import dev.polyserve.Attribute;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The attribute values of one connection: an array by the attributes' indices, empty while none is set.
///
/// **Thread**: the owner.
final class Attributes {
    private static final @Nullable Object[] NONE = new @Nullable Object[0];

    private @Nullable Object[] values = NONE;

    @SuppressWarnings("unchecked") // set(Attribute<T>, T) is the only writer of this place
    <T> @Nullable T get(Attribute<T> attribute) {
        int index = attribute.index();
        return index < values.length ? (T) values[index] : null;
    }

    <T> void set(Attribute<T> attribute, @Nullable T value) {
        int index = attribute.index();
        if (index >= values.length) {
            values = Arrays.copyOf(values, index + 1);
        }
        values[index] = value;
    }
}
