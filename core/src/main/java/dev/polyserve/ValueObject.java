package dev.polyserve;

import org.jspecify.annotations.Nullable;

/// An immutable group of settings, such as [Options.Limits], equal to another one with the same values. A subclass has
/// an accessor for each value and the `with…` methods; its [ValueFields] holds the fields. So each field is declared once,
/// and a new one changes no signature.
abstract class ValueObject {
    private final ValueFields all;

    ValueObject(ValueFields all) {
        this.all = all;
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof ValueObject that && all.equals(that.all);
    }

    @Override
    public final int hashCode() {
        return all.hashCode();
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + all;
    }
}
